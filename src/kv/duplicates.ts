/**
 * Which batches have been applied already: a Propose may arrive twice, because it was retried or duplicated on its way.
 *
 * For each origin there is one window, over the last `WINDOW_BATCHES` sequence numbers of its latest epoch. What is older than the
 * window, or of an earlier epoch, is refused without being executed: whether it was applied once cannot be told any more. So an
 * origin must not have more than `WINDOW_BATCHES` batches outstanding, and must not wait for a batch of an earlier life.
 *
 * @module
 */
import { mix, mixNumber } from './content-hash.js';

export const WINDOW_BATCHES = 1024;
/** Beyond this many origins, the one that was silent longest is forgotten. */
export const MAX_ORIGINS = 256;
export const WINDOW_WORDS = WINDOW_BATCHES / 32;

export interface OriginWindow {
  readonly origin: number;
  epoch: number;
  /** Highest sequence seen. */
  highest: number;
  /** Log index of the last batch. */
  usedAt: number;
  /** Bit `sequence % WINDOW_BATCHES` is set: seen. */
  readonly seen: Uint32Array;
  /** Null when it has to be computed again. */
  hash: number | null;
}

export type Admission = 'new' | 'duplicate';

export class Duplicates {
  readonly #windows = new Map<number, OriginWindow>();

  /** Tells whether the batch is new, and remembers it. `index` is its place in the log. */
  admit(origin: number, epoch: number, sequence: number, index: number): Admission {
    const window = this.#windowOf(origin, epoch, index);
    if (epoch < window.epoch) return 'duplicate';
    if (epoch > window.epoch) restart(window, epoch);
    window.usedAt = index;
    window.hash = null;
    if (sequence > window.highest) advance(window, sequence);
    else if (sequence <= window.highest - WINDOW_BATCHES || isSeen(window, sequence)) {
      return 'duplicate';
    }
    const bit = sequence % WINDOW_BATCHES;
    window.seen[bit >>> 5] = (window.seen[bit >>> 5] ?? 0) | (1 << (bit & 31));
    return 'new';
  }

  windows(): IterableIterator<OriginWindow> {
    return this.#windows.values();
  }

  load(windows: readonly OriginWindow[]): void {
    this.#windows.clear();
    for (const window of windows) this.#windows.set(window.origin, window);
  }

  /** Independent of the order of the origins. */
  hash(): number {
    let sum = 0;
    for (const window of this.#windows.values()) {
      window.hash ??= hashWindow(window);
      sum = (sum + window.hash) | 0;
    }
    return sum;
  }

  #windowOf(origin: number, epoch: number, index: number): OriginWindow {
    const present = this.#windows.get(origin);
    if (present !== undefined) return present;
    if (this.#windows.size >= MAX_ORIGINS) this.#forgetLeastRecent();
    const seen = new Uint32Array(WINDOW_WORDS);
    const window = { origin, epoch, highest: 0, usedAt: index, seen, hash: null };
    this.#windows.set(origin, window);
    return window;
  }

  #forgetLeastRecent(): void {
    let oldest: OriginWindow | undefined;
    for (const window of this.#windows.values()) {
      if (oldest === undefined || window.usedAt < oldest.usedAt) oldest = window;
    }
    if (oldest !== undefined) this.#windows.delete(oldest.origin);
  }
}

function hashWindow({ origin, epoch, highest, usedAt, seen }: OriginWindow): number {
  let hash = mixNumber(mixNumber(mixNumber(mixNumber(3, origin), epoch), highest), usedAt);
  for (const word of seen) hash = mix(hash, word);
  return hash;
}

function restart(window: OriginWindow, epoch: number): void {
  window.epoch = epoch;
  window.highest = 0;
  window.seen.fill(0);
}

function isSeen(window: OriginWindow, sequence: number): boolean {
  const bit = sequence % WINDOW_BATCHES;
  return (((window.seen[bit >>> 5] ?? 0) >>> (bit & 31)) & 1) === 1;
}

/** Moves the window up to `sequence` and clears the places of the numbers that it skips. */
function advance(window: OriginWindow, sequence: number): void {
  if (sequence - window.highest >= WINDOW_BATCHES) {
    window.seen.fill(0);
  } else {
    for (let skipped = window.highest + 1; skipped <= sequence; skipped++) {
      const bit = skipped % WINDOW_BATCHES;
      window.seen[bit >>> 5] = (window.seen[bit >>> 5] ?? 0) & ~(1 << (bit & 31));
    }
  }
  window.highest = sequence;
}
