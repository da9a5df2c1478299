/**
 * Keys by deadline: a binary heap whose entries know their place, so that any of them can leave at once.
 *
 * @module
 */
import type { Entry } from './entry.js';

/** Entries with equal deadlines leave in the order of their keys: the same on every replica. */
function isBefore(a: Entry, b: Entry): boolean {
  return a.deadlineMs < b.deadlineMs || (a.deadlineMs === b.deadlineMs && a.key < b.key);
}

export class ExpiryHeap {
  readonly #entries: Entry[] = [];

  get size(): number {
    return this.#entries.length;
  }

  /** The entry that expires first. */
  first(): Entry | undefined {
    return this.#entries[0];
  }

  /** `entry.deadlineMs` is set, and must not change while the entry is here. */
  add(entry: Entry): void {
    this.#entries.push(entry);
    this.#rise(entry, this.#entries.length - 1);
  }

  remove(entry: Entry): void {
    const at = entry.heapSlot;
    if (at < 0) return;
    entry.heapSlot = -1;
    const last = this.#entries.pop();
    if (last === undefined || last === entry) return;
    this.#rise(last, at);
    this.#sink(last, last.heapSlot);
  }

  clear(): void {
    this.#entries.length = 0;
  }

  #rise(entry: Entry, from: number): void {
    let at = from;
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = this.#entries[parentAt];
      if (parent === undefined || !isBefore(entry, parent)) break;
      this.#place(parent, at);
      at = parentAt;
    }
    this.#place(entry, at);
  }

  #sink(entry: Entry, from: number): void {
    let at = from;
    for (;;) {
      const childAt = this.#earlierChild(at);
      const child = this.#entries[childAt];
      if (child === undefined || !isBefore(child, entry)) break;
      this.#place(child, at);
      at = childAt;
    }
    this.#place(entry, at);
  }

  #earlierChild(at: number): number {
    const leftAt = 2 * at + 1;
    const left = this.#entries[leftAt];
    const right = this.#entries[leftAt + 1];
    const rightFirst = left !== undefined && right !== undefined && isBefore(right, left);
    return rightFirst ? leftAt + 1 : leftAt;
  }

  #place(entry: Entry, at: number): void {
    this.#entries[at] = entry;
    entry.heapSlot = at;
  }
}
