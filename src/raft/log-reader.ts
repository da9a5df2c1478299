/**
 * What the core reads of the durable log. The driver's storage implements it; the core never writes.
 *
 * @module
 */
import type { Entry } from './entry.js';
import type { HardState } from './message.js';
import type { ConfState, Snapshot } from './snapshot.js';

export interface LogReader {
  /** Hard state (null: nothing stored yet) and membership found at start. */
  initialState(): { readonly hardState: HardState | null; readonly confState: ConfState };
  /** Index of the first entry that is still there: the last snapshotted index + 1. */
  firstIndex(): number;
  /** Index of the last durable entry, or of the snapshot when there is none. */
  lastIndex(): number;
  /** Term of the entry at `index`; known for `firstIndex() - 1` to `lastIndex()`, `undefined` outside. */
  term(index: number): number | undefined;
  /**
   * Entries in `[from, to)`, the longest prefix of at most `maxBytes`, at least one.
   * @throws an error whose `code` is `log-compacted` when `from` < firstIndex()
   */
  entries(from: number, to: number, maxBytes: number): readonly Entry[];
  /** The newest snapshot there is to send; null while it is being made (the core asks again). */
  snapshot(): Snapshot | null;
}
