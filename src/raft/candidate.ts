/**
 * What candidates and pre-candidates do with messages (paper, Figure 2, Candidates).
 *
 * @module
 */
import { countVote } from './election.js';
import { RaftError } from './errors.js';
import { handleFromLeader } from './follower-log.js';
import type { Message } from './message.js';
import { becomeFollower } from './roles.js';
import type { RaftState } from './state.js';

export function stepCandidate(state: RaftState, message: Message): void {
  switch (message.type) {
    case 'AppendEntries':
    case 'Heartbeat':
    case 'InstallSnapshot':
      // Somebody else won the election of this term.
      becomeFollower(state, message.term, message.from);
      handleFromLeader(state, message);
      return;
    case 'Propose':
      throw new RaftError('proposal-dropped');
    case 'RequestVoteReply':
      if (state.role === 'candidate') countVote(state, message);
      return;
    case 'PreVoteReply':
      if (state.role === 'pre-candidate') countVote(state, message);
      return;
    default:
  }
}
