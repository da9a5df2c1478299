/**
 * The clients of a run: closed loops of operations at random nodes, writes that must happen once in sessions with retries.
 *
 * @module
 */
import type { Operation } from '../harness/history.js';
import { BatchBuilder } from '../kv/batch-builder.js';
import { commandNamed } from '../kv/commands/table.js';
import type { Reply } from '../kv/reply.js';
import type { NodeDriver } from '../node/driver.js';
import type { Outcome } from '../node/outcome.js';
import type { Coverage } from './coverage.js';
import type { EventQueue } from './event-queue.js';
import type { Plan } from './plan.js';
import { exponential, pick, type Random, randomFor } from './random.js';
import { Violation } from './violation.js';

/** Nodes that a client can reach now. */
export interface Reachable {
  readonly node: number;
  readonly driver: NodeDriver;
  wake(): void;
}

/** A node to be read from at the end of a run; its driver may be gone by then. */
export interface ReadTarget {
  readonly index: number;
  readonly driver: NodeDriver | null;
  wake(): void;
}

/** Client number of the last reads at node 0. */
const LAST_READER = 1000;

type Kind = 'get' | 'put' | 'append' | 'incr';

/** What one attempt ended with. */
type AttemptResult =
  | { readonly kind: 'reply'; readonly reply: Reply }
  | { readonly kind: 'refused' }
  | { readonly kind: 'unknown' };

interface Attempt {
  readonly node: number;
  readonly settle: (result: AttemptResult) => void;
}

/** A write in a session is tried again until it is certain, at most so long. */
const RETRY_FOR_MS = 8_000;
const RETRY_PAUSE_MS = 100;

const builder = new BatchBuilder();

function opcodeOf(name: string): number {
  const command = commandNamed(name);
  if (command === undefined) throw new Error(`no command ${name}`);
  return command.opcode;
}

const OPCODES = {
  set: opcodeOf('SET'),
  append: opcodeOf('APPEND'),
  incr: opcodeOf('INCR'),
  session: opcodeOf('RAFT.SESSION'),
};

const isError = (reply: Reply): boolean =>
  typeof reply === 'object' && reply !== null && 'kind' in reply && reply.kind === 'error';

interface WorkloadKey {
  readonly key: string;
  /** How it is written. */
  readonly kind: Kind;
}

function keysOf({ workload }: Plan): WorkloadKey[] {
  const registers = Array.from({ length: workload.registers }, (_, i) => ({
    key: `r${i}`,
    kind: 'put' as const,
  }));
  return [
    ...registers,
    { key: 'a0', kind: 'append' },
    { key: 'a1', kind: 'append' },
    { key: 'c0', kind: 'incr' },
  ];
}

export class Clients {
  readonly history: Operation[] = [];
  readonly keys: readonly WorkloadKey[];
  readonly #plan: Plan;
  readonly #queue: EventQueue;
  readonly #coverage: Coverage;
  readonly #reachable: () => readonly Reachable[];
  readonly #attempts = new Map<number, Attempt>();
  readonly #all: Client[];
  #batches = 0;
  #values = 0;
  #stopped = false;

  constructor(plan: Plan, queue: EventQueue, coverage: Coverage, reachable: () => readonly Reachable[]) {
    this.#plan = plan;
    this.#queue = queue;
    this.#coverage = coverage;
    this.#reachable = reachable;
    this.keys = keysOf(plan);
    this.#all = Array.from({ length: plan.workload.clients }, (_, id) => new Client(id, this, plan, queue));
  }

  start(): void {
    for (const client of this.#all) client.next();
  }

  /** No new operations; those under way end by themselves. */
  stop(): void {
    this.#stopped = true;
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  get busy(): number {
    return this.#all.filter(client => client.busy).length;
  }

  uniqueValue(): string {
    this.#values += 1;
    return `v${this.#values};`;
  }

  record(operation: Operation): void {
    this.history.push(operation);
    if (operation.ok === true) this.#coverage.add('operation-ok');
    else this.#coverage.add(operation.ok === false ? 'operation-refused' : 'operation-unknown');
  }

  retried(): void {
    this.#coverage.add('operation-retried');
  }

  /** Hands one batch or read to a random node that is up; exactly one result, also when the node dies. */
  attempt(
    random: Random,
    request: (driver: NodeDriver, id: number) => void,
    settle: Attempt['settle'],
  ): void {
    const targets = this.#reachable();
    if (targets.length === 0) {
      settle({ kind: 'refused' });
      return;
    }
    const target = pick(random, targets);
    this.#request(target.node, id => request(target.driver, id), settle);
    target.wake();
  }

  #request(node: number, request: (id: number) => void, settle: Attempt['settle']): void {
    this.#batches += 1;
    const id = this.#batches;
    this.#attempts.set(id, { node, settle });
    request(id);
    this.#queue.after(this.#plan.workload.timeoutMs, () => this.#settle(id, { kind: 'unknown' }));
  }

  /** A read of `key` at one node, tried until it is answered. */
  readAt(target: ReadTarget, key: string, done: () => void): void {
    const { driver } = target;
    const callNs = Math.round(this.#queue.nowMs * 1e6);
    if (driver === null) {
      done();
      return;
    }
    this.#request(
      target.index,
      id => driver.read(id, [['GET', key]], 'linearizable'),
      result => {
        if (result.kind !== 'reply') {
          this.#queue.after(RETRY_PAUSE_MS, () => this.readAt(target, key, done));
          return;
        }
        const output = typeof result.reply === 'string' ? result.reply : null;
        const returnNs = Math.round(this.#queue.nowMs * 1e6);
        this.record({
          client: LAST_READER + target.index,
          op: 'get',
          key,
          output,
          ok: true,
          callNs,
          returnNs,
        });
        done();
      },
    );
    target.wake();
  }

  outcome(outcome: Outcome): void {
    const { id } = outcome;
    switch (outcome.kind) {
      case 'done':
        this.#settle(id, { kind: 'reply', reply: outcome.replies[0] ?? null });
        return;
      case 'refused':
        this.#settle(id, { kind: 'refused' });
        return;
      case 'unknown':
        this.#settle(id, { kind: 'unknown' });
    }
  }

  /** The node died: nobody will answer. */
  lost(node: number): void {
    for (const [id, attempt] of [...this.#attempts])
      if (attempt.node === node) this.#settle(id, { kind: 'unknown' });
  }

  #settle(id: number, result: AttemptResult): void {
    const attempt = this.#attempts.get(id);
    if (attempt === undefined) return;
    this.#attempts.delete(id);
    attempt.settle(result);
  }
}

class Client {
  readonly #id: number;
  readonly #clients: Clients;
  readonly #plan: Plan;
  readonly #queue: EventQueue;
  readonly #random: Random;
  #session: number | null = null;
  #sequence = 0;
  busy = false;

  constructor(id: number, clients: Clients, plan: Plan, queue: EventQueue) {
    this.#id = id;
    this.#clients = clients;
    this.#plan = plan;
    this.#queue = queue;
    this.#random = randomFor(plan.seed, 'clients', id);
  }

  next(): void {
    const { clients, operationsPerSecond } = this.#plan.workload;
    this.busy = false;
    const pauseMs = exponential(this.#random, (1000 * clients) / operationsPerSecond);
    this.#queue.after(pauseMs, () => {
      if (this.#clients.stopped) return;
      this.busy = true;
      this.#operate();
    });
  }

  #operate(): void {
    const { key, kind } = pick(this.#random, this.#clients.keys);
    if (this.#random.chance(0.5)) this.#get(key);
    else if (kind === 'put') this.#put(key);
    else this.#once(kind === 'incr' ? 'incr' : 'append', key);
  }

  #call(op: Kind, key: string, value?: string): Omit<Operation, 'ok' | 'returnNs'> {
    const callNs = Math.round(this.#queue.nowMs * 1e6);
    return { client: this.#id, op, key, callNs, ...(value === undefined ? {} : { value }) };
  }

  #finish(call: Omit<Operation, 'ok' | 'returnNs'>, result: AttemptResult): void {
    const returnNs = Math.round(this.#queue.nowMs * 1e6);
    if (result.kind === 'unknown') this.#clients.record({ ...call, ok: 'unknown', returnNs: null });
    else if (result.kind === 'refused') this.#clients.record({ ...call, ok: false, returnNs });
    else {
      const output = result.reply;
      const shown = typeof output === 'string' || typeof output === 'number' ? output : null;
      this.#clients.record({ ...call, output: shown, ok: true, returnNs });
    }
    this.next();
  }

  #get(key: string): void {
    const call = this.#call('get', key);
    this.#clients.attempt(
      this.#random,
      (driver, id) => driver.read(id, [['GET', key]], 'linearizable'),
      result => this.#finish(call, result),
    );
  }

  #put(key: string): void {
    const value = this.#clients.uniqueValue();
    const call = this.#call('put', key, value);
    this.#clients.attempt(
      this.#random,
      (driver, id) => {
        builder.append(OPCODES.set, [key, value]);
        driver.submit(id, builder);
      },
      result => this.#finish(call, result),
    );
  }

  /** In a session: tried at one node after the other until the outcome is certain. */
  #once(op: 'append' | 'incr', key: string): void {
    if (this.#session === null) {
      this.#openSession();
      return;
    }
    this.#sequence += 1;
    const value = op === 'append' ? this.#clients.uniqueValue() : undefined;
    const args = value === undefined ? [key] : [key, value];
    this.#tryOnce(this.#call(op, key, value), OPCODES[op], args, this.#session, this.#sequence, 0);
  }

  #tryOnce(
    call: Omit<Operation, 'ok' | 'returnNs'>,
    opcode: number,
    args: readonly string[],
    session: number,
    sequence: number,
    exposed: number,
  ): void {
    this.#clients.attempt(
      this.#random,
      (driver, id) => {
        builder.once(session, sequence);
        builder.append(opcode, args);
        driver.submit(id, builder);
      },
      result => {
        if (result.kind === 'reply') {
          if (!isError(result.reply)) {
            this.#finish(call, result);
            return;
          }
          // The session is gone: an earlier try may have had its effect.
          this.#session = null;
          this.#finish(call, exposed > 0 ? { kind: 'unknown' } : { kind: 'refused' });
          return;
        }
        const tries = exposed + (result.kind === 'unknown' ? 1 : 0);
        if (this.#queue.nowMs - call.callNs / 1e6 > RETRY_FOR_MS) {
          this.#finish(call, tries > 0 ? { kind: 'unknown' } : { kind: 'refused' });
          return;
        }
        this.#clients.retried();
        this.#queue.after(RETRY_PAUSE_MS, () => this.#tryOnce(call, opcode, args, session, sequence, tries));
      },
    );
  }

  #openSession(): void {
    this.#clients.attempt(
      this.#random,
      (driver, id) => {
        builder.append(OPCODES.session, []);
        driver.submit(id, builder);
      },
      result => {
        if (result.kind === 'reply' && typeof result.reply === 'number') {
          this.#session = result.reply;
          this.#sequence = 0;
        }
        this.next();
      },
    );
  }
}

/** A token stands in a value at most once, whatever was retried. */
export function checkTokens(history: readonly Operation[], atMs: number): void {
  for (const { op, key, output } of history) {
    if (op !== 'get' || !key.startsWith('a') || typeof output !== 'string') continue;
    const tokens = output.split(';').filter(token => token !== '');
    if (new Set(tokens).size < tokens.length) {
      throw new Violation('token-twice', atMs, `a token was appended twice to ${key}: ${output}`);
    }
  }
}
