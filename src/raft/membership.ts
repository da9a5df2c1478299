/**
 * Membership takes effect when its entry is applied (not when it is appended), or with a snapshot.
 *
 * @module
 */
import { applyChange, type Membership, restoreMembership } from './changer.js';
import { advanceCommit } from './commit.js';
import type { ConfChange } from './conf-change.js';
import { EMPTY_DATA } from './entry.js';
import { RaftError } from './errors.js';
import { NONE } from './ids.js';
import { proposeAsLeader } from './proposal.js';
import { broadcastMissing } from './replication.js';
import { becomeFollower } from './roles.js';
import type { ConfState } from './snapshot.js';
import type { RaftState } from './state.js';
import { endThrift } from './thrift.js';

function switchTo(state: RaftState, membership: Membership): void {
  const { tracker, config } = state;
  tracker.adopt(membership);
  if (state.role !== 'leader') return;
  if (tracker.self === undefined || tracker.self.isLearner) {
    if (config.stepDownOnRemoval) becomeFollower(state, state.term, NONE);
    return;
  }
  endThrift(state);
  // The new quorum may have more; and newcomers get their first probe.
  if (!advanceCommit(state)) broadcastMissing(state);
  if (!tracker.isVoter(state.transferee)) state.transferee = NONE;
}

/** Takes the membership of a snapshot or of the storage. */
export function restoreConfiguration(state: RaftState, configuration: ConfState): void {
  switchTo(state, restoreMembership(configuration, state.changeContext()));
}

/**
 * A change was committed and is applied now.
 * @returns the membership from now on
 * @throws RaftError `invalid-conf-change`: nothing changed
 */
export function applyConfChange(state: RaftState, change: ConfChange): ConfState {
  switchTo(state, applyChange(state.tracker.membership, change, state.changeContext()));
  return state.tracker.configuration;
}

/** Leader: proposes to leave joint consensus, if the change that entered it is applied and asked for that. */
export function leaveJointIfDue(state: RaftState): void {
  if (state.role !== 'leader' || !state.tracker.configuration.autoLeave) return;
  if (state.log.applied < state.pendingConfIndex) return;
  try {
    proposeAsLeader(state, [{ type: 'conf-change-v2', data: EMPTY_DATA }]);
  } catch (error) {
    // Dropped, as while leadership is being transferred: it is tried again at the next applied entry.
    if (!(error instanceof RaftError) || error.code !== 'proposal-dropped') throw error;
  }
}
