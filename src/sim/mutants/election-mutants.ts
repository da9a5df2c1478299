/**
 * Rules of elections, broken.
 *
 * @module
 */
import { NONE } from '../../raft/ids.js';
import { RaftLog } from '../../raft/log.js';
import { Raft } from '../../raft/raft.js';
import { RaftState } from '../../raft/state.js';
import { Tracker } from '../../raft/tracker.js';
import { NodeStorage } from '../../storage/node-storage.js';
import { watchCores } from './core-state.js';
import type { Mutant } from './mutant.js';

export const ELECTION_MUTANTS: readonly Mutant[] = [
  {
    name: 'vote-before-sync',
    breaks: 'A vote leaves before it is durable.',
    source: 'Raft paper, Figure 2: persistent state is updated before answering',
    mutation: 'vote-before-sync',
  },
  {
    name: 'vote-not-stored',
    breaks: 'The vote is never written to the log, only the term is: after a restart the node votes again.',
    source: 'Raft paper 5.2; persistence bugs of JRaft (votes)',
    install: patches =>
      patches.method(
        NodeStorage,
        'append',
        original =>
          function (entries, hardState, done) {
            original.call(this, entries, hardState === null ? null : { ...hardState, vote: NONE }, done);
          },
      ),
  },
  {
    name: 'term-not-stored',
    breaks: 'The hard state is not written at all; the term is known only from entries after a restart.',
    source: 'Raft paper, Figure 2, currentTerm',
    install: patches =>
      patches.method(
        NodeStorage,
        'append',
        original =>
          function (entries, _, done) {
            original.call(this, entries, null, done);
          },
      ),
  },
  {
    name: 'two-votes-in-a-term',
    breaks: 'A node forgets whom it voted for when somebody else asks in the same term.',
    source: 'Raft paper 5.2: at most one candidate in a given term, first come, first served',
    install: patches => {
      const stateOf = watchCores(patches);
      patches.method(
        Raft,
        'step',
        original =>
          function (message) {
            const state = stateOf(this);
            if (message.type === 'RequestVote' && message.term === this.term && this.role !== 'leader') {
              state.vote = NONE;
              state.leader = NONE;
            }
            original.call(this, message);
          },
      );
    },
  },
  {
    name: 'vote-ignores-log-term',
    breaks: 'Logs are compared by their length only.',
    source: 'Raft paper 5.4.1; async-raft before a48a3282, skiff',
    install: patches =>
      patches.method(
        RaftLog,
        'isUpToDate',
        () =>
          function (index) {
            return index >= this.lastIndex;
          },
      ),
  },
  {
    name: 'vote-ignores-log-length',
    breaks: 'Logs are compared by their last term only.',
    source: 'Raft paper 5.4.1',
    install: patches =>
      patches.method(
        RaftLog,
        'isUpToDate',
        () =>
          function (_, term) {
            return term >= this.lastTerm;
          },
      ),
  },
  {
    name: 'election-by-half',
    breaks: 'An election is won with half of the votes.',
    source: 'Raft paper 5.2: a majority of the servers in the full cluster',
    install: patches =>
      patches.method(Tracker, 'recordVote', original => {
        const grantedTo = new WeakMap<Tracker, Set<number>>();
        return function (id, granted) {
          const outcome = original.call(this, id, granted);
          const votes = grantedTo.get(this) ?? new Set();
          grantedTo.set(this, votes);
          if (granted) votes.add(id);
          else votes.delete(id);
          if (outcome !== 'pending') votes.clear();
          return outcome === 'pending' && votes.size * 2 >= this.voters.length ? 'won' : outcome;
        };
      }),
  },
  {
    name: 'stale-vote-counts',
    breaks: 'A vote that was granted in an earlier term counts in the election under way.',
    source: 'Raft paper 5.1: what carries a stale term is rejected',
    install: patches =>
      patches.method(
        Raft,
        'step',
        original =>
          function (message) {
            const isStale = message.type === 'RequestVoteReply' && message.term < this.term;
            original.call(this, isStale ? { ...message, term: this.term } : message);
          },
      ),
  },
  {
    name: 'own-vote-before-sync',
    breaks: 'A candidate counts its own vote before its own disk has it.',
    source: 'jraft issue 1245: elected before the term and the vote were stored',
    install: patches =>
      patches.method(
        RaftState,
        'sendAfterAppend',
        original =>
          function (message) {
            if (message.type === 'RequestVoteReply' && message.to === this.id) this.send(message);
            else original.call(this, message);
          },
      ),
  },
  {
    name: 'any-message-resets-timer',
    breaks: 'Every message puts off the own election, also the vain requests of a node that cannot win.',
    source: 'Raft paper, Figure 2, Followers: only AppendEntries of the leader or a granted vote',
    install: patches => {
      const stateOf = watchCores(patches);
      patches.method(
        Raft,
        'step',
        original =>
          function (message) {
            if (this.role !== 'leader' && message.from !== this.id) stateOf(this).electionElapsed = 0;
            original.call(this, message);
          },
      );
    },
  },
];
