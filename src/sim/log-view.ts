/**
 * What is known from outside of one log: term and hash of each entry, and a hash of the whole prefix up to it.
 *
 * @module
 */
export interface EntryView {
  readonly term: number;
  readonly hash: string;
  /** Hash of this entry and all before it. */
  readonly prefix: number;
}

/** Prefix hash of the empty log. */
export const EMPTY_PREFIX = 0x811c9dc5;

function extendPrefix(prefix: number, term: number, hash: string): number {
  let mixed = Math.imul(prefix ^ term, 0x01000193);
  for (let i = 0; i < hash.length; i += 1) mixed = Math.imul(mixed ^ hash.charCodeAt(i), 0x01000193);
  return mixed >>> 0;
}

export class LogView {
  /** Index before the first entry that is known. */
  #base = 0;
  #basePrefix = EMPTY_PREFIX;
  #entries: EntryView[] = [];

  get lastIndex(): number {
    return this.#base + this.#entries.length;
  }

  /** Begins anew behind a snapshot. */
  restart(base: number, prefix: number): void {
    this.#base = base;
    this.#basePrefix = prefix;
    this.#entries = [];
  }

  at(index: number): EntryView | undefined {
    return this.#entries[index - this.#base - 1];
  }

  prefixAt(index: number): number | undefined {
    return index === this.#base ? this.#basePrefix : this.at(index)?.prefix;
  }

  /** `index` follows the last one, or replaces it and all behind it. */
  append(index: number, term: number, hash: string): EntryView | undefined {
    if (index <= this.#base || index > this.lastIndex + 1) return undefined;
    this.#entries.length = index - this.#base - 1;
    const prefix = extendPrefix(this.#entries.at(-1)?.prefix ?? this.#basePrefix, term, hash);
    const entry = { term, hash, prefix };
    this.#entries.push(entry);
    return entry;
  }

  truncate(from: number): void {
    if (from > this.#base) this.#entries.length = Math.min(this.#entries.length, from - this.#base - 1);
  }
}
