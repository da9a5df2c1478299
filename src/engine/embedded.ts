/**
 * The engine that is this project's own: the Raft node in the same thread.
 *
 * Several fronts (the gateway, the operator's commands) share one node: each has an engine of its own, and batch ids of its
 * own.
 *
 * @module
 */
import type { BatchBuilder } from '../kv/batch-builder.js';
import type { ChangeObserver } from '../kv/change-observer.js';
import { LatencyHistogram } from '../runtime/latency-histogram.js';
import type { BatchId, CommandArguments, Engine, LeaderHint, Outcome, ReadConsistency } from './engine.js';

/** What the engines need of a node. Each batch handed in gets exactly one outcome, later, under the same id. */
export interface EmbeddedNode {
  submit(id: BatchId, batch: BatchBuilder): void;
  read(id: BatchId, commands: readonly CommandArguments[], consistency: ReadConsistency): void;
  /** There is one observer of a node, the last one given. */
  observe(observer: ChangeObserver | null): void;
  leader(): LeaderHint | null;
  describe(): Readonly<Record<string, unknown>>;
}

interface PendingBatch {
  readonly id: BatchId;
  readonly settle: (outcome: Outcome) => void;
  readonly isWrite: boolean;
  readonly startedAtMs: number;
}

export class EmbeddedEngines {
  readonly #node: EmbeddedNode;
  readonly #now: () => number;
  readonly #pending = new Map<BatchId, PendingBatch>();
  #lastId = 0;
  /** Commands done, since the start. */
  writes = 0;
  reads = 0;
  /** From hand-over to outcome, one record a command. */
  readonly writeLatency = new LatencyHistogram();

  /** `now`: milliseconds of a monotonic clock. */
  constructor(node: EmbeddedNode, now: () => number) {
    this.#node = node;
    this.#now = now;
  }

  get pendingCount(): number {
    return this.#pending.size;
  }

  /** An engine for one more front. */
  open(): Engine {
    let listener: (outcome: Outcome) => void = () => {};
    const settle = (outcome: Outcome): void => listener(outcome);
    return {
      submit: (id, batch) => this.#node.submit(this.#expect(id, settle, true), batch),
      read: (id, commands, consistency) =>
        this.#node.read(this.#expect(id, settle, false), commands, consistency),
      onOutcome: next => {
        listener = next;
      },
      observe: observer => {
        this.#node.observe(observer);
        return true;
      },
      leader: () => this.#node.leader(),
      describe: () => this.#node.describe(),
    };
  }

  /** Passes an outcome of the node to the front that handed the batch in. */
  settle(outcome: Outcome): void {
    const pending = this.#pending.get(outcome.id);
    if (pending === undefined) return;
    this.#pending.delete(outcome.id);
    if (outcome.kind === 'done') this.#count(pending, outcome.replies.length);
    pending.settle({ ...outcome, id: pending.id });
  }

  #expect(id: BatchId, settle: (outcome: Outcome) => void, isWrite: boolean): BatchId {
    this.#lastId++;
    this.#pending.set(this.#lastId, { id, settle, isWrite, startedAtMs: this.#now() });
    return this.#lastId;
  }

  #count(pending: PendingBatch, commands: number): void {
    if (!pending.isWrite) {
      this.reads += commands;
      return;
    }
    this.writes += commands;
    this.writeLatency.record(this.#now() - pending.startedAtMs, commands);
  }
}
