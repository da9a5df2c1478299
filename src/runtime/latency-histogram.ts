/**
 * How long things took, in buckets that grow by a factor: 128 counters for everything from 1 µs to an hour, each within
 * 10 % of what it stands for. Small enough to travel with every status report.
 *
 * @module
 */
const BUCKETS = 128;
/** Four buckets double the time. */
const BUCKETS_PER_DOUBLING = 4;
const FIRST_MS = 0.001;

export class LatencyHistogram {
  #counts = new Uint32Array(BUCKETS);
  #isEmpty = true;

  record(durationMs: number, times = 1): void {
    const doublings = Math.log2(Math.max(durationMs, FIRST_MS) / FIRST_MS);
    const bucket = Math.min(BUCKETS - 1, Math.round(doublings * BUCKETS_PER_DOUBLING));
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + times;
    this.#isEmpty = false;
  }

  /** The counts since the last call, null when there were none; starts again from nothing. */
  take(): Uint32Array | null {
    if (this.#isEmpty) return null;
    const counts = this.#counts;
    this.#counts = new Uint32Array(BUCKETS);
    this.#isEmpty = true;
    return counts;
  }
}

/** The time that the given share (0–1) of everything recorded did not exceed; 0: nothing was recorded. */
export function percentileMs(histograms: readonly Uint32Array[], share: number): number {
  const sums = new Float64Array(BUCKETS);
  for (const counts of histograms) {
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      sums[bucket] = (sums[bucket] ?? 0) + (counts[bucket] ?? 0);
    }
  }
  let missing = Math.ceil(sums.reduce((total, count) => total + count, 0) * share);
  if (missing === 0) return 0;
  const bucket = sums.findIndex(count => {
    missing -= count;
    return missing <= 0;
  });
  return FIRST_MS * 2 ** (bucket / BUCKETS_PER_DOUBLING);
}
