/**
 * The door for messages: who may say what, what its term means, and which role handles it.
 *
 * @module
 */
import { stepCandidate } from './candidate.js';
import { answerVote, refuseVote, startElection } from './election.js';
import { RaftError } from './errors.js';
import { stepFollower } from './follower.js';
import { APPEND_THREAD, APPLY_THREAD, NONE } from './ids.js';
import { stepLeader } from './leader.js';
import type { Message, PeerMessage } from './message.js';
import { becomeFollower } from './roles.js';
import type { RaftState } from './state.js';
import { acknowledgeAppend, acknowledgeApply, acknowledgeSnapshot } from './storage-reply.js';

/**
 * For messages from outside.
 * @throws RaftError `local-message`, `peer-not-found`
 */
export function checkOrigin(state: RaftState, message: Message): void {
  if (message.from === APPEND_THREAD || message.from === APPLY_THREAD) return;
  switch (message.type) {
    case 'Hup':
    case 'Beat':
    case 'CheckQuorum':
    case 'Unreachable':
    case 'SnapshotStatus':
    case 'StorageAppend':
    case 'StorageAppendReply':
    case 'StorageApply':
    case 'StorageApplyReply':
      throw new RaftError('local-message');
    case 'AppendEntriesReply':
    case 'RequestVoteReply':
    case 'PreVoteReply':
    case 'HeartbeatReply':
    case 'ReadIndexReply':
      if (state.tracker.get(message.from) === undefined) throw new RaftError('peer-not-found');
      return;
    default:
  }
}

export function stepMessage(state: RaftState, message: Message): void {
  const { term } = message;
  // Term 0: local or forwarded, it says nothing about terms.
  if (term !== 0 && term !== state.term) {
    const goesOn = term > state.term ? admitHigher(state, message) : admitLower(state, message);
    if (!goesOn) return;
  }
  switch (message.type) {
    case 'Hup':
      startElection(state, 'usual');
      return;
    case 'StorageAppendReply':
      acknowledgeAppend(state, message);
      return;
    case 'StorageApplyReply':
      acknowledgeApply(state, message);
      return;
    case 'RequestVote':
    case 'PreVote':
      answerVote(state, message);
      return;
    default:
      stepRole(state, message);
  }
}

function stepRole(state: RaftState, message: Message): void {
  switch (state.role) {
    case 'leader':
      stepLeader(state, message);
      return;
    case 'follower':
      stepFollower(state, message);
      return;
    case 'candidate':
    case 'pre-candidate':
      stepCandidate(state, message);
      return;
  }
}

/** Voters stick to a leader that they heard within an election timeout (paper, section 6). */
function isInLease(state: RaftState): boolean {
  const { checkQuorum, electionTicks } = state.config;
  return checkQuorum && state.leader !== NONE && state.electionElapsed < electionTicks;
}

/** Paper 5.1: a higher term makes a follower, but for pre-votes, which only ask. */
function admitHigher(state: RaftState, message: Message): boolean {
  switch (message.type) {
    case 'PreVote':
      return message.forced || !isInLease(state);
    case 'RequestVote':
      if (!message.forced && isInLease(state)) return false;
      becomeFollower(state, message.term, NONE);
      return true;
    case 'PreVoteReply':
      if (message.reject) becomeFollower(state, message.term, NONE);
      return true;
    case 'AppendEntries':
    case 'Heartbeat':
    case 'InstallSnapshot':
      becomeFollower(state, message.term, message.from);
      return true;
    default:
      becomeFollower(state, message.term, NONE);
      return true;
  }
}

/** Paper 5.1: what is stale is not handled. But those who lag must be able to learn the term. */
function admitLower(state: RaftState, message: Message): boolean {
  switch (message.type) {
    case 'AppendEntries':
    case 'Heartbeat':
      // With sticky voters a node of higher term cannot force an election: the stale leader has to be told.
      if (state.config.checkQuorum || state.config.preVote)
        state.sendAfterAppend(currentTerm(state, message));
      break;
    case 'PreVote':
      refuseVote(state, message);
      break;
    case 'StorageAppendReply':
      // Entries may have been replaced in the meantime; a snapshot is what it is.
      acknowledgeSnapshot(state, message);
      break;
    default:
  }
  return false;
}

function currentTerm(state: RaftState, message: Message): PeerMessage {
  return {
    type: 'AppendEntriesReply',
    from: state.id,
    to: message.from,
    term: state.term,
    index: 0,
    reject: false,
    hintIndex: 0,
    hintTerm: 0,
  };
}
