/**
 * Leader: advancing the commit index (paper 5.3, 5.4.2).
 *
 * @module
 */
import { releaseDeferredReads } from './reads.js';
import { broadcastAppend, broadcastMissing } from './replication.js';
import type { RaftState } from './state.js';

/** Commits what a quorum has, and tells everyone. @returns whether the commit index advanced */
export function advanceCommit(state: RaftState): boolean {
  const { log, tracker, term } = state;
  if (!log.commitByQuorum(tracker.committedIndex(), term)) return false;
  releaseDeferredReads(state);
  if (state.config.deferCommitNotice) {
    state.owesCommitNotice = true;
    broadcastMissing(state);
  } else broadcastAppend(state);
  return true;
}
