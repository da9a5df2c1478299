/**
 * The running hash of the whole content: a sum over all entries.
 *
 * Where the same keys are written again and again, those that changed wait until somebody asks, and are hashed once for many writes.
 * Where most writes meet another key each is hashed at once, while it is at hand.
 *
 * @module
 */
import { COUNTED, type Entry, entryHashHigh, entryHashLow, NO_SLOT, UNCOUNTED, WAITING } from './entry.js';

export interface HashWords {
  readonly high: number;
  readonly low: number;
}

/** So many entries wait at most; then all of them are hashed, in a few milliseconds. */
const WAITING_MAX = 16_384;
/** Writes to the same key, in the mean, from which it pays to wait. */
const WRITES_A_KEY_MIN = 2;

export class StoreHash {
  #high = 0;
  #low = 0;
  /** Those whose `counting` is `WAITING`, and some that have left since. */
  #waiting: Entry[] = [];
  #waits = true;
  /** Number of the last change, and how many entries have changed since, as of the last time all were counted. */
  #countedAt = 0;
  #changedEntries = 0;

  /** @param changeCount number of the last change */
  words(changeCount: number): HashWords {
    this.#countWaiting();
    const changes = changeCount - this.#countedAt;
    this.#waits = this.#changedEntries <= WAITING_MAX && changes >= WRITES_A_KEY_MIN * this.#changedEntries;
    this.#countedAt = changeCount;
    this.#changedEntries = 0;
    return { high: this.#high, low: this.#low };
  }

  /** Before an entry changes or leaves. */
  uncount(entry: Entry): void {
    if (entry.counting !== COUNTED) return;
    this.#high = (this.#high - entry.hashHigh) | 0;
    this.#low = (this.#low - entry.hashLow) | 0;
    entry.counting = UNCOUNTED;
  }

  /** After it changed. `lastChange`: its version before. */
  count(entry: Entry, lastChange: number): void {
    if (lastChange <= this.#countedAt) this.#changedEntries++;
    // A change of another entry in between may have counted this one, half changed.
    this.uncount(entry);
    if (entry.counting === WAITING) return;
    if (!this.#waits) {
      this.#add(entry);
      return;
    }
    if (this.#waiting.length >= WAITING_MAX) this.#countWaiting();
    this.#waiting.push(entry);
    entry.counting = WAITING;
  }

  clear(): void {
    this.#high = 0;
    this.#low = 0;
    this.#waiting = [];
  }

  #add(entry: Entry): void {
    entry.hashHigh = entryHashHigh(entry);
    entry.hashLow = entryHashLow(entry);
    entry.counting = COUNTED;
    this.#high = (this.#high + entry.hashHigh) | 0;
    this.#low = (this.#low + entry.hashLow) | 0;
  }

  #countWaiting(): void {
    for (const entry of this.#waiting) if (entry.slot !== NO_SLOT) this.#add(entry);
    this.#waiting.length = 0;
  }
}
