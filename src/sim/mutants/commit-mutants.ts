/**
 * Rules of committing and acknowledging, broken.
 *
 * @module
 */
import { RaftLog } from '../../raft/log.js';
import { RaftState } from '../../raft/state.js';
import { Tracker } from '../../raft/tracker.js';
import type { Mutant } from './mutant.js';

export const COMMIT_MUTANTS: readonly Mutant[] = [
  {
    name: 'ack-before-sync',
    breaks: 'Entries are acknowledged before they are durable.',
    source: 'Raft paper, Figure 2: persistent state is updated before answering',
    mutation: 'ack-before-sync',
  },
  {
    name: 'leader-counts-itself-before-sync',
    breaks: 'A leader counts its own log before its own disk has it.',
    source: 'Raft dissertation 10.2.1; etcd issue 14370',
    install: patches =>
      patches.method(
        RaftState,
        'sendAfterAppend',
        original =>
          function (message) {
            if (message.type === 'AppendEntriesReply' && message.to === this.id) this.send(message);
            else original.call(this, message);
          },
      ),
  },
  {
    name: 'commit-without-quorum',
    breaks: 'A leader commits what it alone has, and answers the client.',
    source: 'Raft paper 5.3: replicated on a majority of the servers',
    install: patches =>
      patches.method(
        Tracker,
        'committedIndex',
        () =>
          function () {
            return this.self?.match ?? 0;
          },
      ),
  },
  {
    name: 'commit-by-half',
    breaks: 'Half of the members count as a quorum.',
    source: 'Raft paper 5.3; openraft pull request 1802',
    install: patches =>
      patches.method(
        Tracker,
        'committedIndex',
        () =>
          function () {
            const acked = this.voters.map(id => this.ackedIndex(id) ?? 0).sort((a, b) => b - a);
            return acked[Math.max(0, Math.ceil(acked.length / 2) - 1)] ?? 0;
          },
      ),
  },
  {
    name: 'commit-old-term',
    breaks: 'A leader commits entries of earlier terms by counting.',
    source: 'Raft paper 5.4.2, Figure 8; LogCabin issue 44',
    install: patches =>
      patches.method(
        RaftLog,
        'commitByQuorum',
        () =>
          function (index) {
            if (index <= this.committed) return false;
            this.commitTo(index);
            return true;
          },
      ),
  },
  {
    name: 'commit-on-append',
    breaks: 'A follower takes every entry that it appends for committed.',
    source: 'Raft paper 5.3: the leader decides when it is safe to apply',
    install: patches =>
      patches.method(
        RaftLog,
        'tryAppend',
        original =>
          function (prevIndex, prevTerm, entries, leaderCommit) {
            const matched = original.call(this, prevIndex, prevTerm, entries, leaderCommit);
            if (matched) this.commitTo(prevIndex + entries.length);
            return matched;
          },
      ),
  },
  {
    name: 'heartbeat-commits-unmatched',
    breaks: 'Heartbeats carry the commit index of the leader, whatever the follower has there.',
    source: 'etcd-io/raft: a heartbeat never commits beyond the match of its receiver',
    install: patches => {
      patches.method(
        RaftState,
        'send',
        original =>
          function (message) {
            const isBeat = message.type === 'Heartbeat';
            original.call(this, isBeat ? { ...message, commit: this.log.committed } : message);
          },
      );
      patches.method(
        RaftLog,
        'commitTo',
        original =>
          function (index) {
            original.call(this, Math.min(index, this.lastIndex));
          },
      );
    },
  },
];
