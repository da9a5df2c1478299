/**
 * The part of the log that storage has not confirmed yet: entries from `offset` on, and perhaps a snapshot before
 * them. What was already handed to a Ready is *in progress*: not handed out again, but not stable either.
 *
 * @module
 */
import { assert } from './assert.js';
import type { Entry } from './entry.js';
import type { Snapshot } from './snapshot.js';

const NO_ENTRIES: readonly Entry[] = [];

export class Unstable {
  /** Received and not yet confirmed by storage. */
  snapshot: Snapshot | null = null;
  /** The snapshot was handed to a Ready. */
  snapshotInProgress = false;
  /** Index of the first unstable entry, or of the next one. */
  offset: number;
  /** Index after the last entry handed to a Ready; `offset <= inProgress <= end`. */
  inProgress: number;
  #entries: Entry[] = [];

  constructor(offset: number) {
    this.offset = offset;
    this.inProgress = offset;
  }

  /** Index after the last unstable entry. */
  get end(): number {
    return this.offset + this.#entries.length;
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /** Term of the entry or snapshot at `index`; undefined if it is not held here. */
  term(index: number): number | undefined {
    if (index >= this.offset) return this.#entries[index - this.offset]?.term;
    return this.snapshot?.index === index ? this.snapshot.term : undefined;
  }

  /** Entries in `[from, to)`, which must lie inside `[offset, end]`. */
  slice(from: number, to: number): readonly Entry[] {
    assert(from >= this.offset, 'unstable slice starts before the offset');
    assert(to <= this.end, 'unstable slice ends behind the end');
    return this.#entries.slice(from - this.offset, to - this.offset);
  }

  /** Entries that no Ready has seen. */
  next(): readonly Entry[] {
    return this.inProgress === this.end ? NO_ENTRIES : this.slice(this.inProgress, this.end);
  }

  get hasNext(): boolean {
    return this.inProgress < this.end;
  }

  /** A snapshot that no Ready has seen. */
  nextSnapshot(): Snapshot | null {
    return this.snapshotInProgress ? null : this.snapshot;
  }

  acceptInProgress(): void {
    this.inProgress = this.end;
    if (this.snapshot !== null) this.snapshotInProgress = true;
  }

  /** Appends `entries`, replacing everything from the index of the first one on. */
  truncateAndAppend(entries: readonly Entry[]): void {
    const first = entries[0];
    if (first === undefined) return;
    const from = first.index;
    assert(from <= this.end, 'gap in the unstable log');
    if (from <= this.offset) {
      this.offset = from;
      this.inProgress = from;
      this.#entries = entries.slice();
      return;
    }
    // What was cut was perhaps being written: its replacement has to be handed out again.
    this.#entries.length = from - this.offset;
    this.inProgress = Math.min(this.inProgress, from);
    for (const entry of entries) this.#entries.push(entry);
  }

  /**
   * Storage has the entry `index` of `term`. An acknowledgement of an entry that was replaced since (same index,
   * other term) or that is not here any more says nothing about what is here now, and is ignored.
   */
  stableTo(index: number, term: number): void {
    if (index < this.offset || this.term(index) !== term) return;
    const count = index + 1 - this.offset;
    if (count === this.#entries.length) this.#entries = [];
    else this.#entries.splice(0, count);
    this.offset = index + 1;
    this.inProgress = Math.max(this.inProgress, this.offset);
  }

  stableSnapshotTo(index: number): void {
    if (this.snapshot?.index !== index) return;
    this.snapshot = null;
    this.snapshotInProgress = false;
  }

  /** The log becomes just `snapshot`. */
  restore(snapshot: Snapshot): void {
    this.offset = snapshot.index + 1;
    this.inProgress = this.offset;
    this.#entries = [];
    this.snapshot = snapshot;
    this.snapshotInProgress = false;
  }
}
