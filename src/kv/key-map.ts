/**
 * Entries by key: open addressing, a word of the hash beside each place, so that a look at a place that holds another key costs
 * no look at that key. Spread over many tables: a single one with a million keys stops the thread while it grows.
 *
 * @module
 */
import type { Entry } from './entry.js';
import { hashKey, hashOfKey, hashOfKeyBytes } from './key-hash.js';

const TABLES = 256;
/** Of a table that holds something. */
const CAPACITY_MIN = 8;
/** Hash of a place that is free; a key that hashes to it is taken for the next. */
const FREE = 0;

/** Linear probing, at most three quarters full. An entry that leaves draws those behind it nearer: no tombstones. */
class Table {
  count = 0;
  hashes = new Int32Array(0);
  entries: (Entry | null)[] = [];

  /** Its place; of a key that is not there: where it would go. The table is not full. */
  find(key: string, hash: number): number {
    const { hashes, entries } = this;
    const mask = hashes.length - 1;
    let place = hash & mask;
    for (let found = hashes[place]; found !== FREE; found = hashes[place]) {
      if (found === hash && entries[place]?.key === key) return place;
      place = (place + 1) & mask;
    }
    return place;
  }

  /** The first entry on the way whose key has this hash. */
  candidate(hash: number): Entry | null {
    const { hashes } = this;
    const mask = hashes.length - 1;
    let place = hash & mask;
    for (let found = hashes[place]; found !== FREE; found = hashes[place]) {
      if (found === hash) return this.entries[place] ?? null;
      place = (place + 1) & mask;
    }
    return null;
  }

  grow(): void {
    const { hashes, entries } = this;
    const capacity = Math.max(CAPACITY_MIN, hashes.length * 2);
    this.hashes = new Int32Array(capacity);
    this.entries = Array.from({ length: capacity }, () => null);
    for (const [place, entry] of entries.entries()) {
      if (entry !== null) this.#place(entry, hashes[place] ?? FREE);
    }
  }

  #place(entry: Entry, hash: number): void {
    const mask = this.hashes.length - 1;
    let place = hash & mask;
    while (this.hashes[place] !== FREE) place = (place + 1) & mask;
    this.hashes[place] = hash;
    this.entries[place] = entry;
  }

  vacate(start: number): void {
    const { hashes, entries } = this;
    const mask = hashes.length - 1;
    let free = start;
    for (let place = (free + 1) & mask; hashes[place] !== FREE; place = (place + 1) & mask) {
      const home = (hashes[place] ?? FREE) & mask;
      // It may move if its home is not between the free place (excluded) and where it is.
      if (((place - home) & mask) < ((place - free) & mask)) continue;
      hashes[free] = hashes[place] ?? FREE;
      entries[free] = entries[place] ?? null;
      free = place;
    }
    hashes[free] = FREE;
    entries[free] = null;
    this.count--;
  }
}

export class KeyMap {
  readonly #tables: readonly Table[] = Array.from({ length: TABLES }, () => new Table());
  readonly #low: number;
  readonly #high: number;
  #expected: Entry | null = null;

  constructor() {
    [this.#low, this.#high] = hashKey();
  }

  /** For `candidate`. */
  hashOfBytes(data: Uint8Array, start: number, end: number): number {
    return orNext(hashOfKeyBytes(data, start, end, this.#low, this.#high));
  }

  /** An entry whose key has this hash; null: there is none. The key itself is not looked at. */
  candidate(hash: number): Entry | null {
    const table = this.#tables[hash >>> 24];
    return table === undefined || table.count === 0 ? null : table.candidate(hash);
  }

  /** The entry is here, and its key is asked for next. */
  expect(entry: Entry): void {
    this.#expected = entry;
  }

  get(key: string): Entry | undefined {
    if (this.#expected?.key === key) return this.#expected;
    const hash = this.#hash(key);
    const table = this.#tables[hash >>> 24];
    if (table === undefined || table.count === 0) return undefined;
    return table.entries[table.find(key, hash)] ?? undefined;
  }

  /** @returns false: there was one with its key, and it is replaced */
  add(entry: Entry): boolean {
    const hash = this.#hash(entry.key);
    const table = this.#tables[hash >>> 24];
    if (table === undefined) return false;
    if ((table.count + 1) * 4 > table.hashes.length * 3) table.grow();
    this.#expected = null;
    const place = table.find(entry.key, hash);
    const isNew = table.hashes[place] === FREE;
    table.hashes[place] = hash;
    table.entries[place] = entry;
    if (isNew) table.count++;
    return isNew;
  }

  delete(entry: Entry): void {
    const hash = this.#hash(entry.key);
    const table = this.#tables[hash >>> 24];
    if (table === undefined || table.count === 0) return;
    this.#expected = null;
    const place = table.find(entry.key, hash);
    if (table.hashes[place] !== FREE) table.vacate(place);
  }

  #hash(key: string): number {
    return orNext(hashOfKey(key, this.#low, this.#high));
  }
}

const orNext = (hash: number): number => (hash === FREE ? 1 : hash);
