/**
 * How long to wait before the next attempt: twice as long each time, never in step with others.
 *
 * @module
 */
const FIRST_MS = 50;
const LONGEST_MS = 1_000;

export class Backoff {
  #nextMs = FIRST_MS;

  /** At least half the time, so that a crowd spreads. */
  takeMs(): number {
    const ms = this.#nextMs * (0.5 + Math.random() / 2);
    this.#nextMs = Math.min(LONGEST_MS, this.#nextMs * 2);
    return ms;
  }

  reset(): void {
    this.#nextMs = FIRST_MS;
  }
}
