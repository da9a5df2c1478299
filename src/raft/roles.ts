/**
 * Changes of role (paper, Figure 4).
 *
 * @module
 */
import { assert } from './assert.js';
import { EMPTY_DATA } from './entry.js';
import { NONE, type RaftId } from './ids.js';
import { appendToOwnLog } from './leader-append.js';
import type { RaftState } from './state.js';

function reset(state: RaftState, term: number): void {
  if (state.term !== term) {
    state.term = term;
    state.vote = NONE;
  }
  state.leader = NONE;
  state.electionElapsed = 0;
  state.heartbeatElapsed = 0;
  state.electionTimeout = state.config.drawElectionTimeout();
  state.transferee = NONE;
  state.leaseGivenUp = false;
  state.pendingConfIndex = 0;
  state.uncommittedBytes = 0;
  state.owesCommitNotice = false;
  state.awaitingCommit.clear();
  state.reads.reset();
  state.tracker.forgetVotes();
  const lastIndex = state.log.lastIndex;
  for (const progress of state.tracker.members) {
    progress.reset(progress.id === state.id ? lastIndex : 0, lastIndex + 1);
  }
}

export function becomeFollower(state: RaftState, term: number, leader: RaftId): void {
  reset(state, term);
  state.role = 'follower';
  state.leader = leader;
}

export function becomeCandidate(state: RaftState): void {
  assert(state.role !== 'leader', 'a leader does not campaign');
  reset(state, state.term + 1);
  state.role = 'candidate';
  state.vote = state.id;
}

/** Only asks around: term, vote, timers and progress stay as they are. */
export function becomePreCandidate(state: RaftState): void {
  assert(state.role !== 'leader', 'a leader does not campaign');
  state.role = 'pre-candidate';
  state.leader = NONE;
  state.tracker.forgetVotes();
}

/** Appends the empty entry that lets the entries of earlier terms commit (paper 5.4.2, section 8). */
export function becomeLeader(state: RaftState): void {
  assert(state.role !== 'follower', 'a follower does not lead without an election');
  reset(state, state.term);
  state.role = 'leader';
  state.leader = state.id;
  const { self } = state.tracker;
  assert(self !== undefined, 'a leader is a member when it is elected');
  self.becomeReplicate();
  self.recentActive = true;
  // A change appended by an earlier leader may lurk up to here.
  state.pendingConfIndex = state.log.lastIndex;
  appendToOwnLog(state, [{ type: 'normal', data: EMPTY_DATA }]);
}
