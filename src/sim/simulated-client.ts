/**
 * One client of a run: a closed loop of operations at random nodes. Writes that must happen once go in a session and are
 * tried again until their outcome is certain.
 *
 * @module
 */
import type { Operation } from '../harness/history.js';
import { BatchBuilder } from '../kv/batch-builder.js';
import { commandNamed } from '../kv/commands/table.js';
import type { Reply } from '../kv/reply.js';
import type { NodeDriver } from '../node/driver.js';
import type { EventQueue } from './event-queue.js';
import type { Plan } from './plan.js';
import { exponential, pick, type Random, randomFor } from './random.js';

export const OPERATION_KINDS = ['get', 'put', 'append', 'incr'] as const;

export type OperationKind = (typeof OPERATION_KINDS)[number];

/** What one attempt ended with. */
export type AttemptResult =
  | { readonly kind: 'reply'; readonly reply: Reply }
  | { readonly kind: 'refused' }
  | { readonly kind: 'unknown' };

export interface WorkloadKey {
  readonly key: string;
  /** How it is written. */
  readonly kind: OperationKind;
}

/** What all clients of a run share. */
export interface ClientDesk {
  readonly keys: readonly WorkloadKey[];
  readonly stopped: boolean;
  uniqueValue(): string;
  record(operation: Operation): void;
  retried(): void;
  attempt(
    random: Random,
    request: (driver: NodeDriver, id: number) => void,
    settle: (result: AttemptResult) => void,
  ): void;
}

type Call = Omit<Operation, 'ok' | 'returnNs'>;

/** A write in a session is tried again until it is certain, at most so long. */
const RETRY_FOR_MS = 8_000;
export const RETRY_PAUSE_MS = 100;

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

export class SimulatedClient {
  readonly #id: number;
  readonly #clients: ClientDesk;
  readonly #plan: Plan;
  readonly #queue: EventQueue;
  readonly #random: Random;
  #session: number | null = null;
  #sequence = 0;
  busy = false;

  constructor(id: number, clients: ClientDesk, plan: Plan, queue: EventQueue) {
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

  #call(op: OperationKind, key: string, value?: string): Call {
    const callNs = Math.round(this.#queue.nowMs * 1e6);
    return { client: this.#id, op, key, callNs, ...(value === undefined ? {} : { value }) };
  }

  #finish(call: Call, result: AttemptResult): void {
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
    call: Call,
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
