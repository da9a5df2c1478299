/**
 * Whether a node is called often: so often that waking up, each time, is much of what clients wait for.
 *
 * @module
 */

const WINDOW_MS = 100;

/** Who calls less often waits for other things than cores that wake up. */
const LEAST_CALLS = 50;

export class CallRate {
  #startedAtMs = Number.NEGATIVE_INFINITY;
  #calls = 0;
  #isHigh = false;

  /** @returns whether there were enough of them in the last window */
  called(nowMs: number): boolean {
    // A window ends with the first call after it: a silence makes it longer.
    const windows = (nowMs - this.#startedAtMs) / WINDOW_MS;
    if (windows >= 1) {
      this.#isHigh = this.#calls >= LEAST_CALLS * windows;
      this.#startedAtMs = nowMs;
      this.#calls = 0;
    }
    this.#calls++;
    return this.#isHigh;
  }
}
