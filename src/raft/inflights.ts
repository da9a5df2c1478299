/**
 * Sliding window of AppendEntries messages on their way to one follower.
 *
 * A message counts from sending until the follower acknowledges its last entry. The window is full when it holds
 * `maxMessages`, or when the payload in it has reached `maxBytes`.
 *
 * @module
 */
import { assert } from './assert.js';

export class Inflights {
  readonly #maxMessages: number;
  readonly #maxBytes: number;
  /** Last entry of each message, ascending, from `#head` on. */
  #lastIndexes: number[] = [];
  #sizes: number[] = [];
  #head = 0;
  #bytes = 0;

  constructor(maxMessages: number, maxBytes: number) {
    this.#maxMessages = maxMessages;
    this.#maxBytes = maxBytes;
  }

  get count(): number {
    return this.#lastIndexes.length - this.#head;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get isFull(): boolean {
    return this.count >= this.#maxMessages || this.#bytes >= this.#maxBytes;
  }

  add(lastIndex: number, bytes: number): void {
    assert(!this.isFull, 'message added to a full window');
    this.#lastIndexes.push(lastIndex);
    this.#sizes.push(bytes);
    this.#bytes += bytes;
  }

  /** Frees all messages whose last entry is at or before `index`. */
  freeTo(index: number): void {
    for (;;) {
      const first = this.#lastIndexes[this.#head];
      if (first === undefined || first > index) break;
      this.#bytes -= this.#sizes[this.#head] ?? 0;
      this.#head += 1;
    }
    if (this.count === 0) this.clear();
    else if (this.#head >= 64 && this.#head * 2 >= this.#lastIndexes.length) this.#compact();
  }

  clear(): void {
    this.#head = 0;
    this.#bytes = 0;
    if (this.#lastIndexes.length === 0) return;
    this.#lastIndexes.length = 0;
    this.#sizes.length = 0;
  }

  #compact(): void {
    this.#lastIndexes = this.#lastIndexes.slice(this.#head);
    this.#sizes = this.#sizes.slice(this.#head);
    this.#head = 0;
  }
}
