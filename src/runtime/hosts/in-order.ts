/**
 * Work that takes a while, done one after the other in the order given.
 *
 * @module
 */
export class InOrder {
  #tail: Promise<void> = Promise.resolve();
  #waiting = 0;

  /** Pieces of work that are not finished. */
  get waiting(): number {
    return this.#waiting;
  }

  /** The work must not throw: nobody is there to hear it. */
  add(work: () => Promise<void>): void {
    this.#waiting++;
    this.#tail = this.#tail.then(async () => {
      await work();
      this.#waiting--;
    });
  }
}
