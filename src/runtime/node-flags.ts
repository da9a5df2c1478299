/**
 * The words that a node's thread and the runtime share: the pause switch, how much of its mailbox the node took, and whether
 * somebody watches the cluster.
 *
 * They work while the node's event loop does not: a paused node sleeps on the switch itself.
 *
 * @module
 */
/** Counts pauses and resumes: odd means paused. */
const PAUSED = 0;
const CONSUMED_FRAMES = 1;
const CONSUMED_BYTES = 2;
const WATCHED = 3;
const WORDS = 4;

export const createNodeFlags = (): SharedArrayBuffer =>
  new SharedArrayBuffer(WORDS * Int32Array.BYTES_PER_ELEMENT);

export class NodeFlags {
  readonly #words: Int32Array;

  constructor(shared: SharedArrayBuffer) {
    this.#words = new Int32Array(shared);
  }

  get isPaused(): boolean {
    return isOdd(Atomics.load(this.#words, PAUSED));
  }

  pause(): void {
    if (!this.isPaused) Atomics.add(this.#words, PAUSED, 1);
  }

  resume(): void {
    if (this.isPaused) Atomics.add(this.#words, PAUSED, 1);
    Atomics.notify(this.#words, PAUSED);
  }

  /**
   * Blocks the calling thread until `resume`; returns at once when not paused. `onPaused` is called once for each
   * pause, before the thread sleeps: also for one that follows a resume too quickly for the thread to have woken.
   */
  sleepWhilePaused(onPaused: () => void): void {
    for (;;) {
      const pause = Atomics.load(this.#words, PAUSED);
      if (!isOdd(pause)) return;
      onPaused();
      Atomics.wait(this.#words, PAUSED, pause);
    }
  }

  /** Somebody is shown the cluster at an interval. */
  get isWatched(): boolean {
    return Atomics.load(this.#words, WATCHED) === 1;
  }

  setWatched(isWatched: boolean): void {
    Atomics.store(this.#words, WATCHED, isWatched ? 1 : 0);
  }

  countConsumed(frames: number, bytes: number): void {
    Atomics.add(this.#words, CONSUMED_FRAMES, frames);
    Atomics.add(this.#words, CONSUMED_BYTES, bytes);
  }

  /** Totals modulo 2^32: only differences of less than 2^31 mean anything. */
  consumed(): { readonly frames: number; readonly bytes: number } {
    return {
      frames: Atomics.load(this.#words, CONSUMED_FRAMES),
      bytes: Atomics.load(this.#words, CONSUMED_BYTES),
    };
  }
}

const isOdd = (count: number): boolean => (count & 1) === 1;
