/**
 * When the next batch of a gateway leaves.
 *
 * @module
 */

/** What is in it costs more than the batch itself. */
export const LARGE_BATCH_BYTES = 16 * 1024;

interface Sized {
  readonly segment: { readonly bytes: number };
}

/**
 * What waits and what is under way, of one kind. Beside batches under way another one leaves only when it is as large as they are together:
 * a batch costs the same whatever is in it, at every node, and what waits a little longer is not alone. Of a large one this matters
 * less than that all threads have work.
 */
export class Lane<T extends Sized> {
  waiting: T[] = [];
  #waitingBytes = 0;
  #batches = 0;
  #bytes = 0;

  add(submitter: T): void {
    this.waiting.push(submitter);
    this.#waitingBytes += submitter.segment.bytes;
  }

  /** `depth`: batches under way at most. */
  mayLeave(depth: number): boolean {
    if (this.waiting.length === 0 || this.#batches >= depth) return false;
    const isLarge = this.#waitingBytes >= LARGE_BATCH_BYTES;
    return this.#batches === 0 || this.#waitingBytes * (isLarge ? 2 : 1) >= this.#bytes;
  }

  /** A batch leaves; `rest` waits on. */
  leave(rest: T[], bytes: number): void {
    this.waiting = rest;
    this.#waitingBytes -= bytes;
    this.#batches++;
    this.#bytes += bytes;
  }

  /** Its outcome is known. */
  arrive(bytes: number): void {
    this.#batches--;
    this.#bytes -= bytes;
  }
}
