/**
 * Finds the entries of a batch's commands before the commands are executed.
 *
 * A look-up waits for memory several times in a row, each time for what the last one said. Those of different commands do not depend on each
 * other: with the same short step of many of them one right behind the other, the processor waits for many at once.
 *
 * @module
 */
import { OPCODE_GROUP, OPCODE_ONCE } from './batch.js';
import { commandOfOpcode } from './commands/table.js';
import { type Entry, NO_SLOT } from './entry.js';
import type { Store } from './store.js';

/** Commands ahead; what was found for more would leave the cache before it is used. */
export const LOOKAHEAD = 256;

/** Step by step: where the keys are and their hashes; entries with these hashes; whether their keys are the same. */
export class Lookahead {
  readonly #store: Store;
  /** Of each record: its key from `start` (included) to `end` (not included); no key: both 0. */
  readonly #starts = new Int32Array(LOOKAHEAD);
  readonly #ends = new Int32Array(LOOKAHEAD);
  readonly #hashes = new Int32Array(LOOKAHEAD);
  readonly #found: (Entry | null)[] = [];
  #count = 0;
  /** What is read only to have it near must go somewhere, or the engine would not read it. */
  touched = 0;
  #generation = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  /**
   * Looks at the next records of a well-formed batch: `LOOKAHEAD` and `count` of them at most, up to the first that is no plain command.
   *
   * @param view of `data`
   */
  look(data: Uint8Array, view: DataView, position: number, count: number): void {
    this.#generation = this.#store.generation;
    this.#count = this.#hashKeys(data, view, position, Math.min(count, LOOKAHEAD));
    const { keys } = this.#store;
    const found = this.#found;
    const hashes = this.#hashes;
    for (let i = 0; i < this.#count; i++) found[i] = keys.candidate(hashes[i] ?? 0);
    let touched = 0;
    for (let i = 0; i < this.#count; i++) {
      const entry = found[i] ?? null;
      if (entry === null) continue;
      touched |= entry.counting;
      if (!isText(entry.key, data, this.#starts[i] ?? 0, this.#ends[i] ?? 0)) found[i] = null;
    }
    this.touched = touched;
  }

  /** What was found for record `at` of those looked at, unless it has left since; null says nothing. */
  entryOf(at: number): Entry | null {
    const entry = at < this.#count ? (this.#found[at] ?? null) : null;
    if (entry === null || entry.slot === NO_SLOT) return null;
    return this.#generation === this.#store.generation ? entry : null;
  }

  /** Keeps nothing alive. */
  forget(): void {
    this.#count = 0;
    this.#found.length = 0;
  }

  #hashKeys(data: Uint8Array, view: DataView, position: number, count: number): number {
    const { keys } = this.#store;
    let at = position;
    for (let i = 0; i < count; i++) {
      const opcode = view.getUint16(at, true);
      if (opcode === OPCODE_GROUP || opcode === OPCODE_ONCE) return i;
      const words = view.getUint32(at + 2, true);
      at += 6;
      const hasKey = words > 0 && commandOfOpcode(opcode)?.keys?.first === 1;
      const start = hasKey ? at + 4 : 0;
      const end = hasKey ? start + view.getUint32(at, true) : 0;
      this.#starts[i] = start;
      this.#ends[i] = end;
      this.#hashes[i] = hasKey ? keys.hashOfBytes(data, start, end) : 0;
      for (let left = words; left > 0; left--) at += 4 + view.getUint32(at, true);
    }
    return count;
  }
}

function isText(text: string, data: Uint8Array, start: number, end: number): boolean {
  const { length } = text;
  if (length !== end - start) return false;
  for (let i = 0; i < length; i++) if (text.charCodeAt(i) !== data[start + i]) return false;
  return true;
}
