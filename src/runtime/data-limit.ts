/**
 * The quota on keys and values of a cluster, as one node sees it.
 *
 * It is looked at before a command is proposed: what is under way at that moment may still go over it, and a follower sees
 * the limit a moment later than the leader.
 *
 * @module
 */
const MIB = 1024 * 1024;

export class DataLimit {
  readonly #limitBytes: number;
  readonly #usedBytes: () => number;
  #saidReached = false;

  /** `limitMb` 0: no limit. */
  constructor(limitMb: number, usedBytes: () => number) {
    this.#limitBytes = limitMb === 0 ? Number.POSITIVE_INFINITY : limitMb * MIB;
    this.#usedBytes = usedBytes;
  }

  /** Nothing may be added until something is deleted or expires. */
  get isReached(): boolean {
    return this.#usedBytes() >= this.#limitBytes;
  }

  /** What changed since the last call, in words; null: nothing did. */
  news(): string | null {
    const { isReached } = this;
    if (isReached === this.#saidReached) return null;
    this.#saidReached = isReached;
    const limit = `${this.#limitBytes / MIB} MiB`;
    return isReached
      ? `the data has reached its limit of ${limit}: writes that could add to it are refused`
      : `the data is below its limit of ${limit} again`;
  }
}
