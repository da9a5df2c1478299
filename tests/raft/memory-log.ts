/**
 * Stable storage of one node in memory: what tests give the core as its `LogReader`.
 *
 * @module
 */
import {
  type ConfState,
  type Entry,
  type HardState,
  type LogReader,
  prefixWithin,
  RaftError,
  type Snapshot,
} from '../../src/raft/index.js';

export const EMPTY_CONF_STATE: ConfState = {
  voters: [],
  outgoing: [],
  learners: [],
  learnersNext: [],
  autoLeave: false,
};

export class MemoryLog implements LogReader {
  hardState: HardState | null = null;
  /** What `snapshot()` hands out; null: not ready yet. */
  available: Snapshot | null = { index: 0, term: 0, confState: EMPTY_CONF_STATE };
  #confState: ConfState = EMPTY_CONF_STATE;
  #snapshotIndex = 0;
  /** Index and term of the entry before the first one. */
  #before = { index: 0, term: 0 };
  #entries: Entry[] = [];

  initialState(): { readonly hardState: HardState | null; readonly confState: ConfState } {
    return { hardState: this.hardState, confState: this.#confState };
  }

  firstIndex(): number {
    return this.#before.index + 1;
  }

  lastIndex(): number {
    return this.#before.index + this.#entries.length;
  }

  term(index: number): number | undefined {
    if (index === this.#before.index) return this.#before.term;
    return this.#entries[index - this.firstIndex()]?.term;
  }

  entries(from: number, to: number, maxBytes: number): readonly Entry[] {
    if (from < this.firstIndex()) throw new RaftError('log-compacted');
    if (to > this.lastIndex() + 1) throw new RangeError(`no entry ${to - 1} in storage`);
    const all = this.#entries.slice(from - this.firstIndex(), to - this.firstIndex());
    return all.slice(0, prefixWithin(all, maxBytes));
  }

  all(): readonly Entry[] {
    return this.#entries;
  }

  snapshot(): Snapshot | null {
    return this.available;
  }

  append(entries: readonly Entry[]): void {
    const first = this.firstIndex();
    const news = entries.filter(entry => entry.index >= first);
    const from = news[0]?.index;
    if (from === undefined) return;
    if (from > this.lastIndex() + 1) throw new RangeError(`gap in storage before ${from}`);
    this.#entries.length = from - first;
    this.#entries.push(...news);
  }

  /** Begins from `snapshot`, which may be at index 0. */
  start(snapshot: Snapshot): void {
    this.#confState = snapshot.confState;
    this.#before = { index: snapshot.index, term: snapshot.term };
    this.available = snapshot;
  }

  /** @returns false if a snapshot at least as new was applied before */
  applySnapshot(snapshot: Snapshot): boolean {
    if (this.#snapshotIndex >= snapshot.index) return false;
    this.#snapshotIndex = snapshot.index;
    this.#confState = snapshot.confState;
    this.#before = { index: snapshot.index, term: snapshot.term };
    this.#entries = [];
    return true;
  }

  /** Entry `index` becomes the one before the first. @throws RaftError `log-compacted` */
  compact(index: number): void {
    if (index <= this.#before.index) throw new RaftError('log-compacted');
    const term = this.term(index);
    if (term === undefined) throw new RangeError(`no entry ${index} in storage`);
    this.#entries = this.#entries.slice(index + 1 - this.firstIndex());
    this.#before = { index, term };
  }

  /** Keeps `snapshot` and drops the log up to it. */
  compactTo(snapshot: Snapshot): void {
    if (snapshot.index <= this.#before.index) return;
    this.compact(snapshot.index);
    this.#confState = snapshot.confState;
  }

  /** What is handed out after a restart: the snapshot that the log begins with. */
  restart(): void {
    this.available = { ...this.#before, confState: this.#confState };
  }
}
