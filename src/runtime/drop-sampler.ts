/**
 * Tells now and then what the router loses: thousands of drops a second must not flood the event log.
 *
 * @module
 */
import type { Drop } from './router.js';

/** At most one line in this time. */
const INTERVAL_MS = 5_000;

export class DropSampler {
  readonly #now: () => number;
  readonly #report: (from: number, text: string) => void;
  #count = 0;
  #reportedAtMs = Number.NEGATIVE_INFINITY;

  constructor(now: () => number, report: (from: number, text: string) => void) {
    this.#now = now;
    this.#report = report;
  }

  add(drop: Drop): void {
    // A node that is down is known to be; its messages are counted by the link.
    if (drop.reason === 'node-down') return;
    this.#count++;
    const nowMs = this.#now();
    if (nowMs - this.#reportedAtMs < INTERVAL_MS) return;
    this.#reportedAtMs = nowMs;
    const what = drop.kind ?? 'frame';
    const others = this.#count > 1 ? `, and ${this.#count - 1} others before it` : '';
    this.#report(drop.from, `lost ${what} ${drop.from} → ${drop.to} (${drop.reason})${others}`);
    this.#count = 0;
  }
}
