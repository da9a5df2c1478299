/**
 * Listeners of the status stream, each with an interval of its own, over one feed.
 *
 * @module
 */
import type { ClusterStatus } from './status.js';

interface Subscription {
  readonly listener: (status: ClusterStatus) => void;
  readonly intervalMs: number;
  toldAtMs: number;
}

/** A snapshot this much early still counts for the interval: timers are not exact. */
const EARLY_MS = 10;

export class Subscriptions {
  readonly #subscriptions = new Set<Subscription>();
  #intervalMs: number | null = null;
  /** Told when the feed has to come at another interval; null: nobody listens. */
  onInterval: (intervalMs: number | null) => void = () => {};

  add(listener: (status: ClusterStatus) => void, intervalMs: number): () => void {
    const subscription = { listener, intervalMs, toldAtMs: Number.NEGATIVE_INFINITY };
    this.#subscriptions.add(subscription);
    this.#adjust();
    return () => {
      if (this.#subscriptions.delete(subscription)) this.#adjust();
    };
  }

  publish(status: ClusterStatus): void {
    const nowMs = performance.now();
    for (const subscription of [...this.#subscriptions]) {
      if (nowMs - subscription.toldAtMs < subscription.intervalMs - EARLY_MS) continue;
      subscription.toldAtMs = nowMs;
      subscription.listener(status);
    }
  }

  close(): void {
    this.#subscriptions.clear();
  }

  #adjust(): void {
    const intervals = [...this.#subscriptions].map(({ intervalMs }) => intervalMs);
    const intervalMs = intervals.length === 0 ? null : Math.min(...intervals);
    if (intervalMs === this.#intervalMs) return;
    this.#intervalMs = intervalMs;
    this.onInterval(intervalMs);
  }
}
