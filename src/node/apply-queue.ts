/**
 * Committed entries that wait to be applied: a bounded piece of work at a time, so that messages are never starved.
 *
 * @module
 */
import type { Entry } from '../raft/entry.js';
import type { StorageApply, StorageApplyReply } from '../raft/message.js';

export class ApplyQueue {
  #works: StorageApply[] = [];
  /** Entries of the first work that are applied. */
  #position = 0;

  get isEmpty(): boolean {
    return this.#works.length === 0;
  }

  push(work: StorageApply): void {
    this.#works.push(work);
  }

  /**
   * Applies entries until `apply` has reported `budget` units of work.
   * @returns what to tell the core: the works that are finished
   */
  run(budget: number, apply: (entry: Entry) => number): readonly StorageApplyReply[] {
    if (this.#works.length === 0) return [];
    const finished: StorageApplyReply[] = [];
    let left = budget;
    while (left > 0) {
      const work = this.#works[0];
      if (work === undefined) break;
      const entry = work.entries[this.#position];
      if (entry === undefined) {
        this.#works.shift();
        this.#position = 0;
        finished.push(...work.responses);
      } else {
        this.#position += 1;
        left -= apply(entry);
      }
    }
    return finished;
  }
}
