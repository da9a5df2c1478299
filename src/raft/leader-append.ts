/**
 * The leader's append to its own log (paper 5.3), under the limit on what is not yet applied.
 *
 * @module
 */
import type { Entry } from './entry.js';
import { payloadBytes } from './entry-size.js';
import type { RaftState } from './state.js';

/** An entry before it has a place in the log. */
export type EntryDraft = Pick<Entry, 'type' | 'data'>;

/**
 * Empty payloads always pass, and so does the first one above nothing: else an entry larger than the limit could never
 * be proposed.
 */
function reserve(state: RaftState, bytes: number): boolean {
  const total = state.uncommittedBytes + bytes;
  if (state.uncommittedBytes > 0 && bytes > 0 && total > state.config.maxUncommittedBytes) return false;
  state.uncommittedBytes = total;
  return true;
}

/** Applied payloads make room. */
export function releaseUncommitted(state: RaftState, entries: readonly Entry[]): void {
  state.uncommittedBytes = Math.max(0, state.uncommittedBytes - payloadBytes(entries));
}

/** @returns false, and nothing happened, if the limit on uncommitted bytes refuses the entries */
export function appendToOwnLog(state: RaftState, drafts: readonly EntryDraft[]): boolean {
  const { log, term } = state;
  const first = log.lastIndex + 1;
  const entries = drafts.map(
    (draft, at): Entry => ({ index: first + at, term, type: draft.type, data: draft.data }),
  );
  if (!reserve(state, payloadBytes(entries))) return false;
  log.append(entries);
  // The leader counts itself like any other: when its own disk has the entries.
  state.sendAfterAppend({
    type: 'AppendEntriesReply',
    from: state.id,
    to: state.id,
    term,
    index: first + entries.length - 1,
    reject: false,
    hintIndex: 0,
    hintTerm: 0,
  });
  return true;
}
