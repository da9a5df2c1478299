/**
 * The router's decisions about links without faults, in memory that the router and all nodes share: which frames need not visit
 * its thread.
 *
 * As in a large network router, where the control plane fills a table and the line cards forward by it: the router alone writes where
 * a link leads, each sender looks there before each frame and counts what it forwards. What the table says nothing of, because of a
 * fault, a watcher, or a receiver that is down or elsewhere, goes to the router's thread.
 *
 * @module
 */

/** Nodes are numbered below 255. */
const NODES = 256;
const LINKS = NODES * NODES;
const LIVES_BYTES = LINKS * Int32Array.BYTES_PER_ELEMENT;
/** Messages and bytes of each link. */
const COUNTS_PER_LINK = 2;

/** One thread of a node from its start to its end: 1 or more, never used again. */
export type Life = number;

export interface Forwarded {
  readonly messages: number;
  readonly bytes: number;
}

/** Only pages that are written to take memory. */
export const createForwardingTable = (): SharedArrayBuffer =>
  new SharedArrayBuffer(LIVES_BYTES + LINKS * COUNTS_PER_LINK * Float64Array.BYTES_PER_ELEMENT);

export class ForwardingTable {
  /** By sender and receiver: the receiver's life; 0: by way of the router's thread. */
  readonly #lives: Int32Array;
  /** Each written by the sender's thread only. */
  readonly #counts: Float64Array;

  constructor(shared: SharedArrayBuffer) {
    this.#lives = new Int32Array(shared, 0, LINKS);
    this.#counts = new Float64Array(shared, LIVES_BYTES);
  }

  /** The router's own: holds for every frame that is sent from now on. `life` null: all of them go to its thread. */
  set(from: number, to: number, life: Life | null): void {
    Atomics.store(this.#lives, from * NODES + to, life ?? 0);
  }

  /** Whom frames of this link reach without the router's thread; null: nobody. */
  receiver(from: number, to: number): Life | null {
    const life = Atomics.load(this.#lives, from * NODES + to);
    return life === 0 ? null : life;
  }

  /** The sender's own. */
  count(from: number, to: number, messages: number, bytes: number): void {
    const at = (from * NODES + to) * COUNTS_PER_LINK;
    this.#counts[at] = (this.#counts[at] ?? 0) + messages;
    this.#counts[at + 1] = (this.#counts[at + 1] ?? 0) + bytes;
  }

  /** Since the table was made. */
  forwarded(from: number, to: number): Forwarded {
    const at = (from * NODES + to) * COUNTS_PER_LINK;
    return { messages: this.#counts[at] ?? 0, bytes: this.#counts[at + 1] ?? 0 };
  }
}
