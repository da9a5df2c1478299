/**
 * When a node's ticks are due, and how many of them a turn gets: as in a worker thread, several that cannot matter come together, and
 * of those that were missed the same count (`ticksToTake`).
 *
 * @module
 */
import type { NodeDriver } from '../node/driver.js';
import { ticksToTake } from '../node/ticks-to-take.js';

/** A heartbeat interval, which is one tick in a run. */
const GRACE_TICKS = 1;

export class TickClock {
  #tickMs: number;
  #nextMs = 0;
  /** Ticks that may come together. */
  #planned = 1;
  /** When a turn is wanted even without a tick. */
  #turnDueMs = Number.POSITIVE_INFINITY;
  /** Another node was heard since the last turn. */
  #hasHeard = false;
  /** When the leader was last heard without a turn; null: not since the last turn. */
  #leaderHeardMs: number | null = null;

  constructor(tickMs: number) {
    this.#tickMs = tickMs;
  }

  start(firstMs: number): void {
    this.#nextMs = firstMs;
    this.#planned = 1;
    this.#turnDueMs = Number.POSITIVE_INFINITY;
    this.#hasHeard = false;
    this.#leaderHeardMs = null;
  }

  setTickMs(tickMs: number): void {
    this.#tickMs = tickMs;
  }

  heardSomething(): void {
    this.#hasHeard = true;
  }

  heardLeader(atMs: number): void {
    this.#leaderHeardMs = atMs;
  }

  /** When the last of the planned ticks falls due, or a turn is wanted before. */
  get dueMs(): number {
    return Math.min(this.#nextMs + (this.#planned - 1) * this.#tickMs, this.#turnDueMs);
  }

  /** `quietTicks` of the driver, and when it wants a turn. @returns when the next look is due */
  plan(quietTicks: number, turnDueMs: number): number {
    this.#planned = quietTicks;
    this.#turnDueMs = turnDueMs;
    return this.dueMs;
  }

  /** Ticks for the turn of now. */
  take(nowMs: number): number {
    const hasHeard = this.#hasHeard;
    const heardMs = this.#leaderHeardMs;
    this.#hasHeard = false;
    this.#leaderHeardMs = null;
    if (nowMs < this.#nextMs) return 0;
    const passed = this.#passedAt(nowMs);
    this.#nextMs += passed * this.#tickMs;
    const sinceLeader = heardMs === null ? null : Math.floor((nowMs - heardMs) / this.#tickMs);
    return ticksToTake({ passed, planned: this.#planned, grace: GRACE_TICKS, hasHeard, sinceLeader });
  }

  /** The node stood still until now: ticks of that time never were. */
  stoodStill(nowMs: number): void {
    if (nowMs >= this.#nextMs) this.#nextMs += this.#passedAt(nowMs) * this.#tickMs;
  }

  /** Ticks before the leader was heard are over, and what is due is planned anew. */
  forgive(driver: NodeDriver): void {
    const heardMs = this.#leaderHeardMs;
    if (heardMs === null) return;
    this.#leaderHeardMs = null;
    if (heardMs >= this.#nextMs) this.#nextMs += this.#passedAt(heardMs) * this.#tickMs;
    this.#planned = driver.quietTicks;
  }

  #passedAt(atMs: number): number {
    return Math.floor((atMs - this.#nextMs) / this.#tickMs) + 1;
  }
}
