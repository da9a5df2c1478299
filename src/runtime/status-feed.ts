/**
 * Sends status snapshots to the main thread: at an interval, and never a second one before the first was taken.
 *
 * @module
 */
import type { MessagePort } from 'node:worker_threads';
import type { ClusterStatus } from './status.js';

/** At most 20 snapshots a second. */
export const MIN_STATUS_INTERVAL_MS = 50;

export class StatusFeed {
  readonly #port: MessagePort;
  readonly #status: () => ClusterStatus;
  #timer: NodeJS.Timeout | null = null;
  #isTaken = true;

  constructor(port: MessagePort, status: () => ClusterStatus) {
    this.#port = port;
    this.#status = status;
    port.on('message', () => {
      this.#isTaken = true;
    });
  }

  /** Null stops the feed. The first snapshot comes at once. */
  watch(intervalMs: number | null): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
    if (intervalMs === null) return;
    this.#send();
    const interval = Math.max(MIN_STATUS_INTERVAL_MS, intervalMs);
    this.#timer = setInterval(() => this.#send(), interval);
  }

  #send(): void {
    if (!this.#isTaken) return;
    this.#isTaken = false;
    this.#port.postMessage(this.#status());
  }
}
