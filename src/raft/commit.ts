/**
 * Leader: advancing the commit index (paper 5.3, 5.4.2), and telling the followers.
 *
 * @module
 */
import { releaseDeferredReads } from './reads.js';
import { broadcastAppend, broadcastMissing, sendAppend } from './replication.js';
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

/**
 * Is a message due that only tells the commit index? Not while later entries are on their way: the next append or commit tells
 * it as well. A membership change is told at once, since it may end this leader.
 */
export function mustTellCommit(state: RaftState): boolean {
  if (!state.owesCommitNotice) return false;
  const { log, pendingConfIndex } = state;
  return log.committed === log.lastIndex || pendingConfIndex > log.applied;
}

/** To those who have not learned it with entries meanwhile. */
export function tellCommit(state: RaftState): void {
  state.owesCommitNotice = false;
  const { committed } = state.log;
  for (const progress of state.tracker.members) {
    if (progress.id !== state.id && progress.canLearnCommit(committed)) sendAppend(state, progress, true);
  }
}
