/**
 * Rules of reads and of what clients are told, broken.
 *
 * @module
 */
import { ReadOnly } from '../../raft/read-only.js';
import { RaftState } from '../../raft/state.js';
import { Clients } from '../clients.js';
import type { Mutant } from './mutant.js';

export const READ_MUTANTS: readonly Mutant[] = [
  {
    name: 'read-without-quorum',
    breaks: 'A leader answers reads at its commit index without asking anybody.',
    source: 'Raft paper, section 8; RedisRaft issue 19',
    mutation: 'read-without-quorum',
  },
  {
    name: 'read-before-apply',
    breaks: 'A read is answered before the replica has applied up to its read index.',
    source: 'Raft dissertation 6.4; etcd issue 13464',
    mutation: 'read-before-apply',
  },
  {
    name: 'reuse-read-context',
    breaks: 'All reads of a node use one id: the answer of an old one confirms a new one.',
    source: 'etcd issue 20418',
    mutation: 'reuse-read-context',
  },
  {
    name: 'read-at-once-after-election',
    breaks: 'A new leader answers reads before an entry of its own term is committed.',
    source: 'Raft paper, section 8; etcd issue 7331',
    install: patches => patches.getter(RaftState, 'hasCommittedInTerm', () => true),
  },
  {
    name: 'late-echo-confirms-read',
    breaks: 'Any answer to a heartbeat confirms every read that waits, also one sent before the read came.',
    source: 'Raft dissertation 6.4: a round of heartbeats after the read arrived',
    install: patches =>
      patches.method(
        ReadOnly,
        'acknowledge',
        original =>
          function (id, _, quorum) {
            return original.call(this, id, this.heartbeatPosition, quorum);
          },
      ),
  },
  {
    name: 'timeout-means-refused',
    breaks: 'A write that found no answer in time is reported as certainly not executed.',
    source: 'RedisRaft issue 23 (aborted reads): the outcome is unknown',
    install: patches =>
      patches.method(
        Clients,
        'outcome',
        original =>
          function (outcome) {
            const refused = { kind: 'refused', code: 'no-leader' } as const;
            original.call(this, outcome.kind === 'unknown' ? { ...outcome, ...refused } : outcome);
          },
      ),
  },
];
