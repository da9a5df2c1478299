/**
 * The calls and returns not yet linearized, in the order they happened, as a doubly linked list (Lowe 2017, §3).
 *
 * Node `i` is the call of operation `i`, node `size + i` its return; the last two nodes are head and tail. `lift` takes an
 * operation out in O(1); `unlift`, in exactly the reverse order, puts it back.
 *
 * @module
 */
import { NEVER, type Problem } from './problem.js';

export class PendingList {
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #size: number;
  readonly #optional: Uint8Array;
  readonly head: number;
  readonly tail: number;

  constructor(problem: Problem) {
    const size = problem.size;
    this.#size = size;
    this.head = 2 * size;
    this.tail = 2 * size + 1;
    this.#next = new Int32Array(2 * size + 2);
    this.#previous = new Int32Array(2 * size + 2);
    this.#optional = new Uint8Array(size);
    const nodeOfRank = new Int32Array(2 * size).fill(-1);
    for (let index = 0; index < size; index += 1) {
      nodeOfRank[problem.callRank[index] as number] = index;
      const returnRank = problem.returnRank[index] as number;
      if (returnRank === NEVER) this.#optional[index] = 1;
      else nodeOfRank[returnRank] = size + index;
    }
    let last = this.head;
    for (const node of nodeOfRank) {
      if (node >= 0) last = this.#link(last, node);
    }
    this.#link(last, this.tail);
  }

  #link(previous: number, node: number): number {
    this.#next[previous] = node;
    this.#previous[node] = previous;
    return node;
  }

  next(node: number): number {
    return this.#next[node] as number;
  }

  /** True for the call of an operation, false for a return or the tail. */
  isCall(node: number): boolean {
    return node < this.#size;
  }

  lift(index: number): void {
    this.#take(index);
    if (this.#optional[index] === 0) this.#take(this.#size + index);
  }

  unlift(index: number): void {
    if (this.#optional[index] === 0) this.#putBack(this.#size + index);
    this.#putBack(index);
  }

  #take(node: number): void {
    const previous = this.#previous[node] as number;
    const next = this.#next[node] as number;
    this.#next[previous] = next;
    this.#previous[next] = previous;
  }

  #putBack(node: number): void {
    this.#next[this.#previous[node] as number] = node;
    this.#previous[this.#next[node] as number] = node;
  }
}
