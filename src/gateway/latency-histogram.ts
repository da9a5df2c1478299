/**
 * Counts latencies in buckets that grow by a quarter of a power of two, so that percentiles are right within 19 %,
 * and histograms of several gateways add up bucket by bucket.
 *
 * @module
 */

const BUCKETS_PER_OCTAVE = 4;
const SMALLEST_MS = 1 / 64;
export const LATENCY_BUCKETS = 96;

export class LatencyHistogram {
  #counts = new Uint32Array(LATENCY_BUCKETS);

  /** Adds `count` commands that took this long. */
  record(elapsedMs: number, count: number): void {
    const octaves = Math.log2(Math.max(elapsedMs, SMALLEST_MS) / SMALLEST_MS);
    const bucket = Math.min(LATENCY_BUCKETS - 1, Math.ceil(octaves * BUCKETS_PER_OCTAVE));
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count;
  }

  /** The counts since the last call; they start again at zero. */
  take(): Uint32Array {
    const taken = this.#counts;
    this.#counts = new Uint32Array(LATENCY_BUCKETS);
    return taken;
  }
}

/**
 * The latency in ms that the given share (0–1) of all commands did not exceed; 0 when there were none.
 *
 * @param histograms counts as `take` returns them, of any number of gateways
 */
export function latencyPercentile(histograms: readonly Uint32Array[], share: number): number {
  const sums = new Float64Array(LATENCY_BUCKETS);
  let total = 0;
  for (const counts of histograms) {
    for (const [bucket, count] of counts.entries()) {
      sums[bucket] = (sums[bucket] ?? 0) + count;
      total += count;
    }
  }
  if (total === 0) return 0;
  let seen = 0;
  for (const [bucket, count] of sums.entries()) {
    seen += count;
    if (seen >= share * total) return SMALLEST_MS * 2 ** (bucket / BUCKETS_PER_OCTAVE);
  }
  return SMALLEST_MS * 2 ** ((LATENCY_BUCKETS - 1) / BUCKETS_PER_OCTAVE);
}
