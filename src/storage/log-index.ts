/**
 * Where each entry of the log lies: 12 bytes an entry in typed arrays, terms as runs.
 *
 * Invariant: entries `first` to `last` are contiguous; `first - 1` is the base, whose term is
 * known (unless recovery found a log that begins in the middle and waits for its snapshot). An entry added at
 * an index that is already there supersedes it and everything after it.
 *
 * @module
 */
export interface EntryPosition {
  readonly sequence: number;
  readonly offset: number;
  readonly dataLength: number;
}

interface TermRun {
  readonly from: number;
  readonly term: number;
}

const CAPACITY_START = 1024;

export class LogIndex {
  #sequences = new Uint32Array(CAPACITY_START);
  #offsets = new Uint32Array(CAPACITY_START);
  #lengths = new Uint32Array(CAPACITY_START);
  /** Slot of the entry `first`. */
  #head = 0;
  #count = 0;
  #baseIndex: number;
  #baseTerm: number | undefined;
  #runs: TermRun[] = [];

  constructor(baseIndex: number, baseTerm: number | undefined) {
    this.#baseIndex = baseIndex;
    this.#baseTerm = baseTerm;
  }

  get first(): number {
    return this.#baseIndex + 1;
  }

  get last(): number {
    return this.#baseIndex + this.#count;
  }

  /** Term of the entry at `index`, known for `first - 1` to `last`. */
  term(index: number): number | undefined {
    if (index === this.#baseIndex) return this.#baseTerm;
    if (index <= this.#baseIndex || index > this.last) return undefined;
    let low = 0;
    let high = this.#runs.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#runs[middle]?.from ?? 0) <= index) low = middle;
      else high = middle - 1;
    }
    return this.#runs[low]?.term;
  }

  position(index: number): EntryPosition | undefined {
    if (index <= this.#baseIndex || index > this.last) return undefined;
    const slot = this.#head + index - this.first;
    return {
      sequence: this.#sequences[slot] ?? 0,
      offset: this.#offsets[slot] ?? 0,
      dataLength: this.#lengths[slot] ?? 0,
    };
  }

  /** Adds the entry `index` (`first` to `last + 1`), dropping what was there from `index` on. */
  add(index: number, term: number, sequence: number, offset: number, dataLength: number): void {
    if (index <= this.last) this.truncateFrom(index);
    const slot = this.#head + this.#count;
    if (slot === this.#offsets.length) this.#makeRoom();
    const free = this.#head + this.#count;
    this.#sequences[free] = sequence;
    this.#offsets[free] = offset;
    this.#lengths[free] = dataLength;
    this.#count++;
    if (this.#runs.at(-1)?.term !== term) this.#runs.push({ from: index, term });
  }

  truncateFrom(index: number): void {
    this.#count = Math.max(0, Math.min(this.#count, index - this.first));
    while ((this.#runs.at(-1)?.from ?? 0) >= index) this.#runs.pop();
  }

  /** Forgets everything up to and including `index` (at most `last`). */
  compactTo(index: number): void {
    const term = this.term(index);
    if (term === undefined || index <= this.#baseIndex) return;
    const dropped = index - this.#baseIndex;
    this.#head += dropped;
    this.#count -= dropped;
    this.#baseIndex = index;
    this.#baseTerm = term;
    while ((this.#runs[1]?.from ?? Number.POSITIVE_INFINITY) <= index + 1) this.#runs.shift();
    if (this.#count === 0) this.#runs = [];
  }

  /** Gives the base the term that recovery did not know. */
  adoptBaseTerm(term: number): void {
    this.#baseTerm ??= term;
  }

  /** An empty log after `baseIndex`. */
  reset(baseIndex: number, baseTerm: number | undefined): void {
    this.#head = 0;
    this.#count = 0;
    this.#baseIndex = baseIndex;
    this.#baseTerm = baseTerm;
    this.#runs = [];
  }

  /** Highest index whose entry lies in a segment up to `sequence`; the base when there is none. */
  lastIndexUpTo(sequence: number): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#sequences[this.#head + middle] ?? 0) <= sequence) low = middle + 1;
      else high = middle;
    }
    return this.#baseIndex + low;
  }

  #makeRoom(): void {
    const capacity = this.#head > this.#count ? this.#offsets.length : this.#offsets.length * 2;
    this.#sequences = moved(this.#sequences, this.#head, this.#count, capacity);
    this.#offsets = moved(this.#offsets, this.#head, this.#count, capacity);
    this.#lengths = moved(this.#lengths, this.#head, this.#count, capacity);
    this.#head = 0;
  }
}

function moved(
  column: Uint32Array<ArrayBuffer>,
  head: number,
  count: number,
  capacity: number,
): Uint32Array<ArrayBuffer> {
  const room = new Uint32Array(capacity);
  room.set(column.subarray(head, head + count));
  return room;
}
