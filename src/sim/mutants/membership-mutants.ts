/**
 * Rules of membership, broken.
 *
 * @module
 */
import { jointCommitted } from '../../raft/quorum.js';
import { Raft } from '../../raft/raft.js';
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
    name: 'membership-change-ignored',
    breaks: 'A node that applies a membership change goes on with the members it had.',
    source: 'Raft paper, section 6; RedisRaft issue 28',
    install: patches =>
      patches.method(
        Raft,
        'applyConfChange',
        () =>
          function () {
            return this.configuration;
          },
      ),
  },
  {
    name: 'removed-members-count',
    breaks: 'The acknowledgement of every member ever known counts towards a quorum of the current size.',
    source: 'Raft paper, section 6: a majority of the current configuration',
    install: patches => {
      const known = new WeakMap<Tracker, Map<number, { match: number }>>();
      patches.method(
        Tracker,
        'committedIndex',
        () =>
          function () {
            const all = known.get(this) ?? new Map();
            known.set(this, all);
            for (const progress of this.members) all.set(progress.id, progress);
            const acked = [...all.values()].map(({ match }) => match).sort((a, b) => b - a);
            const needed = Math.floor(this.configuration.voters.length / 2) + 1;
            return acked[needed - 1] ?? 0;
          },
      );
    },
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
