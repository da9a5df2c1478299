/**
 * Rules of membership, broken.
 *
 * @module
 */
import { jointCommitted } from '../../raft/quorum.js';
import { Tracker } from '../../raft/tracker.js';
import type { Mutant } from './mutant.js';

export const MEMBERSHIP_MUTANTS: readonly Mutant[] = [
  {
    name: 'stale-membership-in-snapshot',
    breaks: 'Snapshots carry the membership of the start instead of the current one.',
    source: 'Raft dissertation 5.1; async-raft dba24036',
    mutation: 'stale-membership-in-snapshot',
  },
  {
    name: 'learner-counts',
    breaks: 'A learner counts like a voter when entries are committed.',
    source: 'Raft dissertation 4.2.1: new servers catch up without counting',
    install: patches =>
      patches.method(
        Tracker,
        'committedIndex',
        () =>
          function () {
            const { voters, outgoing, learners } = this.configuration;
            const acked = [...voters, ...learners].map(id => this.ackedIndex(id) ?? 0).sort((a, b) => b - a);
            const incoming = acked[Math.floor(voters.length / 2)] ?? 0;
            return outgoing.length === 0
              ? incoming
              : Math.min(incoming, jointCommitted({ voters: outgoing, outgoing: [] }, this));
          },
      ),
  },
];
