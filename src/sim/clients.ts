/**
 * The clients of a run: closed loops of operations at random nodes, writes that must happen once in sessions with retries.
 *
 * @module
 */
import type { Operation } from '../harness/history.js';
import type { NodeDriver } from '../node/driver.js';
import type { Outcome } from '../node/outcome.js';
import type { Coverage } from './coverage.js';
import type { EventQueue } from './event-queue.js';
import type { Plan } from './plan.js';
import { pick, type Random } from './random.js';
import {
  type AttemptResult,
  type ClientDesk,
  OPERATION_KINDS,
  type OperationKind,
  RETRY_PAUSE_MS,
  SimulatedClient,
  type WorkloadKey,
} from './simulated-client.js';
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

interface Attempt {
  readonly node: number;
  readonly deadlineMs: number;
  readonly settle: (result: AttemptResult) => void;
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

export class Clients implements ClientDesk {
  readonly history: Operation[] = [];
  readonly keys: readonly WorkloadKey[];
  readonly #plan: Plan;
  readonly #queue: EventQueue;
  readonly #coverage: Coverage;
  readonly #reachable: () => readonly Reachable[];
  readonly #attempts = new Map<number, Attempt>();
  readonly #all: SimulatedClient[];
  readonly #acknowledged = new Set<string>();
  #batches = 0;
  #values = 0;
  #isTimed = false;
  #stopped = false;

  constructor(plan: Plan, queue: EventQueue, coverage: Coverage, reachable: () => readonly Reachable[]) {
    this.#plan = plan;
    this.#queue = queue;
    this.#coverage = coverage;
    this.#reachable = reachable;
    this.keys = keysOf(plan);
    this.#all = Array.from(
      { length: plan.workload.clients },
      (_, id) => new SimulatedClient(id, this, plan, queue),
    );
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

  /** Kinds of operation of which none was ever acknowledged. */
  get unacknowledged(): OperationKind[] {
    return OPERATION_KINDS.filter(kind => !this.#acknowledged.has(kind));
  }

  uniqueValue(): string {
    this.#values += 1;
    return `v${this.#values};`;
  }

  record(operation: Operation): void {
    this.history.push(operation);
    if (operation.ok === true) {
      this.#acknowledged.add(operation.op);
      this.#coverage.add('operation-ok');
    } else this.#coverage.add(operation.ok === false ? 'operation-refused' : 'operation-unknown');
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
    const deadlineMs = this.#queue.nowMs + this.#plan.workload.timeoutMs;
    this.#attempts.set(id, { node, deadlineMs, settle });
    request(id);
    if (!this.#isTimed) this.#awaitTimeout(deadlineMs);
  }

  /** All attempts wait equally long, so they time out in the order in which they were made: one timer does for all. */
  #awaitTimeout(deadlineMs: number): void {
    this.#isTimed = true;
    this.#queue.at(deadlineMs, () => {
      this.#isTimed = false;
      for (const [id, attempt] of this.#attempts) {
        if (attempt.deadlineMs > this.#queue.nowMs) {
          this.#awaitTimeout(attempt.deadlineMs);
          return;
        }
        this.#settle(id, { kind: 'unknown' });
      }
    });
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

/** A token stands in a value at most once, whatever was retried. */
export function checkTokens(history: readonly Operation[], atMs: number): void {
  const longest = new Map<string, string>();
  for (const { op, key, output } of history) {
    if (op !== 'get' || !key.startsWith('a') || typeof output !== 'string') continue;
    // The beginning of what was looked at before.
    if (longest.get(key)?.startsWith(output) === true) continue;
    longest.set(key, output);
    const tokens = output.split(';').filter(token => token !== '');
    if (new Set(tokens).size < tokens.length) {
      throw new Violation('token-twice', atMs, `a token was appended twice to ${key}: ${output}`);
    }
  }
}
