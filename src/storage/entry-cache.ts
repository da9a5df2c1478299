/**
 * The newest entries of the log in memory, up to a number of bytes; older ones are read back from the disk.
 *
 * What stays for longer than a few collections of young objects makes the engine collect the old ones, in every node, so the cache
 * holds little: what is on its way to followers and to the state machine. A few entries may be larger than that in all.
 *
 * An entry keeps the whole buffer alive that its data lies in, often shared with its neighbours and with more of the message it
 * came in. So the limit counts these buffers, once for neighbours that share one, plus what the engine adds to each entry and buffer:
 * of small entries that is more than their data.
 *
 * @module
 */
import type { Entry } from './model.js';

/** The entry and its view: 60,000 entries received one a message grew the heap by 250 bytes each, objects of the buffer included. */
const ENTRY_OVERHEAD_BYTES = 160;
/** An `ArrayBuffer`, what the engine keeps of it outside the heap, and the rounding of the allocator (measured the same way). */
const BUFFER_OVERHEAD_BYTES = 240;

/** So many of the newest entries stay as long as they are not more than so many bytes. */
export interface LargeEntries {
  readonly entries: number;
  readonly bytes: number;
}

export class EntryCache {
  readonly #bytesMax: number;
  /** Entries `#first …`; those before `#start` were dropped and are cleared lazily. */
  #entries: (Entry | undefined)[] = [];
  #start = 0;
  #first = 1;
  #bytes = 0;

  readonly #large: LargeEntries;

  /** `large`: what may stay beyond `bytesMax`. */
  constructor(bytesMax: number, large: LargeEntries = { entries: 0, bytes: 0 }) {
    this.#bytesMax = bytesMax;
    this.#large = large;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(index: number): Entry | undefined {
    const slot = index - this.#first;
    return slot < this.#start ? undefined : this.#entries[slot];
  }

  /** Entries of `[from, to)` that are here, up to `maxBytes` of data, at least one if `from` is here. */
  read(from: number, to: number, maxBytes: number): Entry[] {
    const entries: Entry[] = [];
    let bytes = 0;
    for (let index = from; index < to; index++) {
      const entry = this.get(index);
      if (entry === undefined) break;
      bytes += entry.data.length;
      if (entries.length > 0 && bytes > maxBytes) break;
      entries.push(entry);
    }
    return entries;
  }

  /** Adds the newest entry; what was there from its index on is dropped first. */
  add(entry: Entry): void {
    const end = this.#first + this.#entries.length;
    if (entry.index < end) this.truncateFrom(entry.index);
    else if (entry.index > end) this.clear();
    if (this.#entries.length === this.#start) this.#restart(entry.index);
    this.#bytes += this.#cost(entry, this.#entries.at(-1));
    this.#entries.push(entry);
    while (this.#isOver) this.#dropOldest();
    if (this.#start > 1024 && this.#start * 2 > this.#entries.length) this.#squeeze();
  }

  truncateFrom(index: number): void {
    while (this.#entries.length > this.#start && this.#first + this.#entries.length > index) {
      const entry = this.#entries.pop();
      if (entry !== undefined) this.#bytes -= this.#cost(entry, this.#entries.at(-1));
    }
    if (this.#entries.length === this.#start) this.clear();
  }

  compactTo(index: number): void {
    while (this.#start < this.#entries.length && this.#first + this.#start <= index) {
      this.#dropOldest();
    }
    if (this.#start > 0) this.#squeeze();
  }

  clear(): void {
    this.#restart(1);
    this.#bytes = 0;
  }

  get #isOver(): boolean {
    const count = this.#entries.length - this.#start;
    if (count === 0 || this.#bytes <= this.#bytesMax) return false;
    return count > this.#large.entries || this.#bytes > this.#large.bytes;
  }

  #restart(index: number): void {
    this.#entries = [];
    this.#start = 0;
    this.#first = index;
  }

  #dropOldest(): void {
    const entry = this.#entries[this.#start];
    this.#entries[this.#start] = undefined;
    this.#start++;
    if (entry !== undefined) this.#bytes -= this.#cost(entry, this.#entries[this.#start]);
  }

  /** What `entry` costs beside a neighbour that stays. */
  #cost({ data }: Entry, neighbour: Entry | undefined): number {
    const isShared = neighbour?.data.buffer === data.buffer;
    return ENTRY_OVERHEAD_BYTES + (isShared ? 0 : BUFFER_OVERHEAD_BYTES + data.buffer.byteLength);
  }

  #squeeze(): void {
    this.#entries = this.#entries.slice(this.#start);
    this.#first += this.#start;
    this.#start = 0;
  }
}
