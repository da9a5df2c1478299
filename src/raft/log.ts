/**
 * The replicated log of one node: the stable part behind a `LogReader`, the unstable tail, and the three marks
 * applied <= applying <= committed.
 *
 * @module
 */
import { assert } from './assert.js';
import type { Entry } from './entry.js';
import { entriesBytes, prefixWithin } from './entry-size.js';
import type { LogReader } from './log-reader.js';
import type { Snapshot } from './snapshot.js';
import { Unstable } from './unstable.js';

const NO_ENTRIES: readonly Entry[] = [];

/** Where two logs may still agree: see `RaftLog.findConflict`. */
export interface LogPosition {
  readonly index: number;
  readonly term: number;
}

export interface RaftLogOptions {
  /** Most bytes handed out for application and not yet applied. */
  readonly maxApplyingBytes: number;
  /** Entries may be applied before they are stable here (synchronous mode only). */
  readonly applyUnstable: boolean;
}

export class RaftLog {
  readonly unstable: Unstable;
  committed: number;
  /** Last index handed out for application. */
  applying: number;
  applied: number;
  readonly #stable: LogReader;
  readonly #options: RaftLogOptions;
  #applyingBytes = 0;
  #applyingPaused = false;

  constructor(stable: LogReader, options: RaftLogOptions) {
    this.#stable = stable;
    this.#options = options;
    this.unstable = new Unstable(stable.lastIndex() + 1);
    this.committed = stable.firstIndex() - 1;
    this.applying = this.committed;
    this.applied = this.committed;
  }

  get firstIndex(): number {
    const { snapshot } = this.unstable;
    return snapshot === null ? this.#stable.firstIndex() : snapshot.index + 1;
  }

  get lastIndex(): number {
    const { unstable } = this;
    if (!unstable.isEmpty) return unstable.end - 1;
    return unstable.snapshot === null ? this.#stable.lastIndex() : unstable.snapshot.index;
  }

  get lastTerm(): number {
    const term = this.term(this.lastIndex);
    assert(term !== undefined, 'the term of the last entry is always known');
    return term;
  }

  /** Term of the entry at `index`; undefined when compacted away or beyond the end. */
  term(index: number): number | undefined {
    const term = this.unstable.term(index);
    if (term !== undefined) return term;
    if (index >= this.unstable.offset || index < this.firstIndex - 1) return undefined;
    return this.#stable.term(index);
  }

  matches(index: number, term: number): boolean {
    return this.term(index) === term;
  }

  /** Paper 5.4.1: is a log that ends in (`term`, `index`) at least as up to date as this one? */
  isUpToDate(index: number, term: number): boolean {
    const lastTerm = this.lastTerm;
    return term > lastTerm || (term === lastTerm && index >= this.lastIndex);
  }

  /**
   * Entries in `[from, to)`, the longest prefix of at most `maxBytes`, at least one.
   * @throws RaftError `log-compacted`
   */
  entries(from: number, to: number, maxBytes: number): readonly Entry[] {
    if (from >= to) return NO_ENTRIES;
    const { offset } = this.unstable;
    if (from >= offset) return limited(this.unstable.slice(from, to), maxBytes);
    const stableEnd = Math.min(to, offset);
    const stable = this.#stable.entries(from, stableEnd, maxBytes);
    if (to <= offset || stable.length < stableEnd - from) return stable;
    const left = maxBytes - entriesBytes(stable);
    if (left <= 0) return stable;
    const tail = limited(this.unstable.slice(offset, to), left);
    if (tail.length === 1 && entriesBytes(tail) > left) return stable;
    return stable.concat(tail);
  }

  /** The unstable snapshot if there is one, else the storage's; null while it is being made. */
  snapshot(): Snapshot | null {
    return this.unstable.snapshot ?? this.#stable.snapshot();
  }

  /** Leader's append: `entries` start right after the last index. */
  append(entries: readonly Entry[]): void {
    const first = entries[0];
    if (first === undefined) return;
    assert(first.index > this.committed, 'append would replace committed entries');
    this.unstable.truncateAndAppend(entries);
  }

  /**
   * Follower's append (paper, Figure 2, AppendEntries 2 to 5).
   * @returns false, and nothing happened, if the log has no entry `prevIndex` of `prevTerm`
   */
  tryAppend(prevIndex: number, prevTerm: number, entries: readonly Entry[], leaderCommit: number): boolean {
    if (!this.matches(prevIndex, prevTerm)) return false;
    // Entries that are there already stay, and so does what follows them: a late message must not cut the log.
    let known = 0;
    for (const entry of entries) {
      if (!this.matches(entry.index, entry.term)) break;
      known += 1;
    }
    if (known < entries.length) this.append(known === 0 ? entries : entries.slice(known));
    this.commitTo(Math.min(leaderCommit, prevIndex + entries.length));
    return true;
  }

  /**
   * Largest index <= `index` whose term is <= `term`, or whose term is not known any more (term 0 is reported then);
   * (0, 0) if there is none. Entries after it cannot be common to this log and one that has `term` at `index`.
   */
  findConflict(index: number, term: number): LogPosition {
    for (let at = index; at > 0; at -= 1) {
      const own = this.term(at);
      if (own === undefined) return { index: at, term: 0 };
      if (own <= term) return { index: at, term: own };
    }
    return { index: 0, term: 0 };
  }

  commitTo(index: number): void {
    if (index <= this.committed) return;
    assert(index <= this.lastIndex, 'commit index is beyond the last entry: the log was lost or damaged');
    this.committed = index;
  }

  /** Paper 5.4.2: only entries of the leader's own term are committed by counting. */
  commitByQuorum(index: number, term: number): boolean {
    if (index <= this.committed || !this.matches(index, term)) return false;
    this.commitTo(index);
    return true;
  }

  restore(snapshot: Snapshot): void {
    this.committed = snapshot.index;
    this.unstable.restore(snapshot);
  }

  /** Highest index that may be applied now; in asynchronous mode only what is stable here. */
  get #appliable(): number {
    if (this.#options.applyUnstable) return this.committed;
    return Math.min(this.committed, this.unstable.offset - 1);
  }

  get hasCommittedToApply(): boolean {
    return !this.#applyingPaused && this.unstable.snapshot === null && this.applying < this.#appliable;
  }

  committedToApply(): readonly Entry[] {
    if (!this.hasCommittedToApply) return NO_ENTRIES;
    const maxBytes = this.#options.maxApplyingBytes - this.#applyingBytes;
    return this.entries(this.applying + 1, this.#appliable + 1, maxBytes);
  }

  /** `entries` (from `committedToApply`) were handed out. */
  acceptApplying(entries: readonly Entry[]): void {
    this.applying += entries.length;
    this.#applyingBytes += entriesBytes(entries);
    this.#applyingPaused =
      this.#applyingBytes >= this.#options.maxApplyingBytes || this.applying < this.#appliable;
  }

  /** Everything up to `index` is applied; `bytes` of what was handed out are released. */
  appliedTo(index: number, bytes: number): void {
    assert(index <= this.committed, 'applied more than is committed');
    assert(index >= this.applied, 'applied index goes back');
    this.applied = index;
    this.applying = Math.max(this.applying, index);
    this.#applyingBytes = Math.max(0, this.#applyingBytes - bytes);
    this.#applyingPaused = this.#applyingBytes >= this.#options.maxApplyingBytes;
  }
}

function limited(entries: readonly Entry[], maxBytes: number): readonly Entry[] {
  if (maxBytes === Number.POSITIVE_INFINITY) return entries;
  const count = prefixWithin(entries, maxBytes);
  return count === entries.length ? entries : entries.slice(0, count);
}
