/**
 * Rules of the log and of replication, broken.
 *
 * @module
 */
import { RaftLog } from '../../raft/log.js';
import { Progress } from '../../raft/progress.js';
import { Raft } from '../../raft/raft.js';
import type { Mutant } from './mutant.js';

export const LOG_MUTANTS: readonly Mutant[] = [
  {
    name: 'truncate-on-any-append',
    breaks: 'An AppendEntries replaces everything behind its anchor, also where the log matches already.',
    source: 'Raft paper, Figure 2, AppendEntries 3; async-raft before 9540c904',
    install: patches =>
      patches.method(
        RaftLog,
        'tryAppend',
        () =>
          function (prevIndex, prevTerm, entries, leaderCommit) {
            if (!this.matches(prevIndex, prevTerm)) return false;
            this.append(entries.filter(entry => entry.index > this.committed));
            this.commitTo(Math.min(leaderCommit, prevIndex + entries.length));
            return true;
          },
      ),
  },
  {
    name: 'ignore-prev-log-term',
    breaks: 'The anchor of an AppendEntries is compared by its index only.',
    source: 'Raft paper, Figure 2, AppendEntries 2',
    install: patches =>
      patches.method(
        RaftLog,
        'tryAppend',
        original =>
          function (prevIndex, _, entries, leaderCommit) {
            const ownTerm = this.term(prevIndex);
            return ownTerm !== undefined && original.call(this, prevIndex, ownTerm, entries, leaderCommit);
          },
      ),
  },
  {
    name: 'accept-older-term',
    breaks: 'AppendEntries of a deposed leader are taken as if they were of this term.',
    source: 'Raft paper, Figure 2, AppendEntries 1',
    install: patches =>
      patches.method(
        Raft,
        'step',
        original =>
          function (message) {
            const isStale =
              message.type === 'AppendEntries' && message.term < this.term && this.role !== 'leader';
            original.call(this, isStale ? { ...message, term: this.term } : message);
          },
      ),
  },
  {
    name: 'stale-acknowledgement-counts',
    breaks: 'A leader counts an acknowledgement that was given to the leader of an earlier term.',
    source: 'Raft paper 5.1; etcd TestLeaderMsgAppSelfAckAfterTermChange',
    install: patches =>
      patches.method(
        Raft,
        'step',
        original =>
          function (message) {
            const isStale =
              message.type === 'AppendEntriesReply' && message.term < this.term && this.role === 'leader';
            if (isStale && message.index > this.lastIndex) return;
            original.call(this, isStale ? { ...message, term: this.term } : message);
          },
      ),
  },
  {
    name: 'never-back-up',
    breaks: 'A leader does not move back when a follower rejects what it sent.',
    source: 'Raft paper 5.3: after a rejection the leader decrements nextIndex and retries',
    install: patches => patches.method(Progress, 'backUp', () => () => false),
  },
  {
    name: 'no-snapshot-for-the-slow',
    breaks: 'A follower whose next entry was compacted away gets no snapshot.',
    source: 'Raft paper, section 7; openraft pull request 1828',
    install: patches => patches.method(RaftLog, 'snapshot', () => () => null),
  },
];
