/**
 * Reads of this node's clients: gathered, confirmed by the leader, run when the replica is far enough.
 *
 * All reads of a turn share one ReadIndex request, a *context*. A context is never used twice (an old confirmation must not
 * serve a new read): it holds the raft id, its life and a counter. One that stays unanswered is given up and its reads go
 * out under a new one. A read has no effect, so one that times out is refused with certainty.
 *
 * @module
 */
import type { BatchId, CommandArguments } from './outcome.js';

export interface PendingRead {
  readonly id: BatchId;
  readonly commands: readonly CommandArguments[];
  readonly deadlineTick: number;
}

interface Context {
  readonly reads: readonly PendingRead[];
  readonly sentTick: number;
  /** Monotonic time just before the request was made: what it confirms held at some time after. */
  readonly startedMs: number;
}

interface ConfirmedReads {
  readonly index: number;
  readonly reads: readonly PendingRead[];
}

export interface ReadLimits {
  readonly contextsInFlight: number;
  readonly retryTicks: number;
}

export class Reads {
  readonly #limits: ReadLimits;
  readonly #nextContext: () => string;
  #fresh: PendingRead[] = [];
  readonly #contexts = new Map<string, Context>();
  #confirmed: ConfirmedReads[] = [];
  #count = 0;

  constructor(limits: ReadLimits, nextContext: () => string) {
    this.#limits = limits;
    this.#nextContext = nextContext;
  }

  get count(): number {
    return this.#count;
  }

  add(read: PendingRead): void {
    this.#count += 1;
    this.#fresh.push(read);
  }

  /** A read that may run once `index` is applied. */
  addConfirmed(read: PendingRead, index: number): void {
    this.#count += 1;
    this.#confirmed.push({ index, reads: [read] });
  }

  /** The context to ask for now, null when nothing waits or enough is under way. */
  startContext(nowTick: number, nowMs: number): string | null {
    if (this.#fresh.length === 0 || this.#contexts.size >= this.#limits.contextsInFlight) return null;
    const context = this.#nextContext();
    this.#contexts.set(context, { reads: this.#fresh, sentTick: nowTick, startedMs: nowMs });
    this.#fresh = [];
    return context;
  }

  /** @returns when the confirmed context was begun, null for one that was given up */
  confirmed(context: string, index: number): number | null {
    const found = this.#contexts.get(context);
    if (found === undefined) return null;
    this.#contexts.delete(context);
    this.#confirmed.push({ index, reads: found.reads });
    return found.startedMs;
  }

  /** Everything that waits is confirmed at `index` by other means (a lease). */
  confirmFresh(index: number): void {
    if (this.#fresh.length === 0) return;
    this.#confirmed.push({ index, reads: this.#fresh });
    this.#fresh = [];
  }

  /** Takes the reads that may run now. */
  takeRunnable(applied: number): readonly PendingRead[] {
    if (this.#confirmed.length === 0) return [];
    const runnable: PendingRead[] = [];
    const later: ConfirmedReads[] = [];
    for (const group of this.#confirmed) {
      if (group.index > applied) later.push(group);
      else for (const read of group.reads) runnable.push(read);
    }
    this.#confirmed = later;
    this.#count -= runnable.length;
    return runnable;
  }

  /** Who was asked does not lead any more: ask again. */
  retryAll(): void {
    for (const [context, { reads }] of this.#contexts) {
      this.#contexts.delete(context);
      this.#fresh = [...reads, ...this.#fresh];
    }
  }

  /** Gives up contexts without an answer. @returns the reads whose deadline has passed, taken out */
  tick(nowTick: number): readonly PendingRead[] {
    for (const [context, { reads, sentTick }] of this.#contexts) {
      if (nowTick - sentTick < this.#limits.retryTicks) continue;
      this.#contexts.delete(context);
      this.#fresh = [...reads, ...this.#fresh];
    }
    const expired: PendingRead[] = [];
    const keep = (read: PendingRead): boolean => {
      if (read.deadlineTick > nowTick) return true;
      expired.push(read);
      return false;
    };
    this.#fresh = this.#fresh.filter(keep);
    this.#confirmed = this.#confirmed
      .map(group => ({ index: group.index, reads: group.reads.filter(keep) }))
      .filter(group => group.reads.length > 0);
    this.#count -= expired.length;
    return expired;
  }

  /** Takes everything out. */
  takeAll(): readonly PendingRead[] {
    const groups = [...this.#contexts.values(), ...this.#confirmed];
    const all = [...groups.flatMap(group => group.reads), ...this.#fresh];
    this.#contexts.clear();
    this.#confirmed = [];
    this.#fresh = [];
    this.#count = 0;
    return all;
  }
}
