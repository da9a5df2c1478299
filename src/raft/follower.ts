/**
 * What a follower does with messages and ticks (paper, Figure 2, Followers).
 *
 * @module
 */
import { startElection } from './election.js';
import { RaftError } from './errors.js';
import { handleFromLeader } from './follower-log.js';
import { NONE } from './ids.js';
import type { Message, Propose } from './message.js';
import type { RaftState } from './state.js';

/** Followers, candidates and pre-candidates alike. */
export function tickElection(state: RaftState): void {
  state.electionElapsed += 1;
  if (state.electionElapsed < state.electionTimeout || !state.isPromotable) return;
  state.electionElapsed = 0;
  startElection(state, 'usual');
}

export function stepFollower(state: RaftState, message: Message): void {
  switch (message.type) {
    case 'AppendEntries':
    case 'Heartbeat':
    case 'InstallSnapshot':
      state.electionElapsed = 0;
      state.leader = message.from;
      handleFromLeader(state, message);
      return;
    case 'Propose':
      forwardProposal(state, message);
      return;
    case 'TransferLeader':
      if (state.leader !== NONE) state.send({ ...message, to: state.leader, term: state.term });
      return;
    case 'ReadIndex':
      if (state.leader !== NONE) {
        const from = message.from === NONE ? state.id : message.from;
        state.send({ ...message, from, to: state.leader, term: 0 });
      }
      return;
    case 'ReadIndexReply':
      state.readStates.push({ index: message.index, context: message.context });
      return;
    case 'TimeoutNow':
      // Never a pre-vote: the old leader is alive, and everyone would say so.
      startElection(state, 'transfer');
      return;
    case 'ForgetLeader':
      // With leases the leader counts on being remembered.
      if (state.config.readOnly !== 'lease-based') state.leader = NONE;
      return;
    default:
  }
}

function forwardProposal(state: RaftState, message: Propose): void {
  if (state.leader === NONE || state.config.disableProposalForwarding) {
    throw new RaftError('proposal-dropped');
  }
  const from = message.from === NONE ? state.id : message.from;
  state.send({ ...message, from, to: state.leader, term: 0 });
}
