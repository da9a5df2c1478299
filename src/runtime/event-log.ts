/**
 * The newest events of the cluster, numbered.
 *
 * @module
 */
import type { ClusterEvent, ClusterEventKind } from './status.js';

/** Older events are forgotten. */
export const MAX_EVENTS = 200;
const MAX_TEXT = 500;

export class EventLog {
  readonly #now: () => number;
  #events: ClusterEvent[] = [];
  #sequence = 0;

  /** `now`: milliseconds since the epoch. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** `atMs`: when it happened, if not now. */
  add(kind: ClusterEventKind, node: number | null, text: string, atMs = this.#now()): void {
    this.#sequence++;
    this.#events.push({ sequence: this.#sequence, atMs, kind, node, text: text.slice(0, MAX_TEXT) });
    // Cut by halves, so that most additions cost nothing.
    if (this.#events.length >= 2 * MAX_EVENTS) this.#events = this.#events.slice(-MAX_EVENTS);
  }

  /** Oldest first. */
  newest(): readonly ClusterEvent[] {
    return this.#events.slice(-MAX_EVENTS);
  }
}
