/** Membership arithmetic: what always holds, and what quorums of successive configurations share. */
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  applyChange,
  changeSimply,
  EMPTY_CONFIGURATION,
  enterJoint,
  isJoint,
  leaveJoint,
  type Membership,
  restoreMembership,
} from '../../src/raft/changer.js';
import { type ConfChange, type ConfState, type RaftId, raftId } from '../../src/raft/index.js';
import { jointVote, type VoterHalves } from '../../src/raft/quorum.js';
import { codeOf, confState, ids } from './single-node.js';

const changer = suite('membership arithmetic');

const NO_LIMIT = Number.POSITIVE_INFINITY;
const context = { lastIndex: 7, maxInflightMessages: NO_LIMIT, maxInflightBytes: NO_LIMIT };
const restore = (configuration: ConfState): Membership => restoreMembership(configuration, context);

const operation = fc.record({
  kind: fc.constantFrom('add-voter' as const, 'add-learner' as const, 'remove' as const, 'update' as const),
  id: fc.integer({ min: 0, max: 5 }).map(raftId),
});
const change: fc.Arbitrary<ConfChange> = fc.record({
  transition: fc.constantFrom('auto' as const, 'implicit' as const, 'explicit' as const),
  operations: fc.array(operation, { maxLength: 4 }),
});

function checkInvariants({ configuration, progress }: Membership): void {
  const { voters, outgoing, learners, learnersNext, autoLeave } = configuration;
  const members = new Set([...voters, ...outgoing, ...learners]);
  assert.equal([...progress.keys()].sort(), [...members].sort(), 'everyone has progress, nobody else');
  for (const id of learners) assert.not.ok(voters.includes(id) || outgoing.includes(id));
  for (const id of learnersNext) assert.ok(outgoing.includes(id) && !voters.includes(id));
  if (!isJoint(configuration)) assert.equal([learnersNext, autoLeave], [[], false]);
  assert.ok(voters.length > 0);
  for (const list of [voters, outgoing, learners, learnersNext]) {
    assert.equal(
      list,
      [...list].sort((a, b) => a - b),
    );
  }
}

/** Can one set of members decide in `a` and its complement in `b`? */
function canDisagree(a: VoterHalves, b: VoterHalves): boolean {
  const all = [...new Set([...a.voters, ...a.outgoing, ...b.voters, ...b.outgoing])];
  for (let mask = 0; mask < 1 << all.length; mask += 1) {
    const isIn = (id: RaftId): boolean => ((mask >> all.indexOf(id)) & 1) === 1;
    if (jointVote(a, isIn) === 'won' && jointVote(b, id => !isIn(id)) === 'won') return true;
  }
  return false;
}

changer('any sequence of changes keeps the invariants, and quorums before and after always overlap', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 12 }), changes => {
      let membership = restore(confState([1, 2, 3]));
      for (const one of changes) {
        let next: Membership;
        const before = JSON.stringify([membership.configuration, [...membership.progress.keys()]]);
        try {
          next = applyChange(membership, one, context);
        } catch (error) {
          assert.is(
            codeOf(() => {
              throw error;
            }),
            'invalid-conf-change',
          );
          next = membership;
        }
        const after = JSON.stringify([membership.configuration, [...membership.progress.keys()]]);
        assert.is(after, before, 'what goes in stays as it was');
        checkInvariants(next);
        assert.is(canDisagree(membership.configuration, next.configuration), false);
        membership = next;
      }
    }),
    { numRuns: 300 },
  );
});

changer('a restored configuration is the same configuration', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 8 }), changes => {
      let membership = restore(confState([1, 2, 3]));
      for (const one of changes) {
        try {
          membership = applyChange(membership, one, context);
        } catch {
          // An invalid change changes nothing.
        }
      }
      const restored = restore(membership.configuration);
      assert.equal(restored.configuration, membership.configuration);
      assert.equal([...restored.progress.keys()].sort(), [...membership.progress.keys()].sort());
    }),
  );
});

changer('newcomers are counted as active, and replication to them begins at the last index', () => {
  const { progress } = changeSimply(restore(confState([1])), [{ kind: 'add-voter', id: raftId(2) }], context);
  const added = progress.get(raftId(2));
  assert.equal([added?.recentActive, added?.match, added?.next, added?.state], [true, 0, 7, 'probe']);
});

changer('progress of those who stay is kept', () => {
  const before = restore(confState([1, 2]));
  const kept = before.progress.get(raftId(2));
  const after = changeSimply(before, [{ kind: 'add-learner', id: raftId(2) }], context);
  assert.is(after.progress.get(raftId(2)), kept);
  assert.equal(after.configuration.learners, ids(2));
});

changer('a demoted voter stays in the outgoing half, and becomes learner when that goes', () => {
  const joint = enterJoint(
    restore(confState([1, 2])),
    [{ kind: 'add-learner', id: raftId(2) }],
    true,
    context,
  );
  assert.equal(joint.configuration, {
    ...confState([1], [], [1, 2]),
    learnersNext: ids(2),
    autoLeave: true,
  });
  assert.equal(leaveJoint(joint, context).configuration, confState([1], [2]));
});

const forms: readonly [change: ConfChange, joint: boolean, autoLeave: boolean][] = [
  [{ transition: 'auto', operations: [{ kind: 'add-voter', id: raftId(9) }] }, false, false],
  [{ transition: 'implicit', operations: [{ kind: 'add-voter', id: raftId(9) }] }, true, true],
  [{ transition: 'explicit', operations: [{ kind: 'add-voter', id: raftId(9) }] }, true, false],
  [{ transition: 'explicit', operations: [] }, true, false],
  [
    {
      transition: 'auto',
      operations: [
        { kind: 'add-voter', id: raftId(9) },
        { kind: 'remove', id: raftId(1) },
      ],
    },
    true,
    true,
  ],
];

for (const [one, joint, autoLeave] of forms) {
  const name = `${one.transition} with ${one.operations.length} operations`;
  changer(`${name} is ${joint ? 'joint' : 'simple'}${autoLeave ? ', left by itself' : ''}`, () => {
    const { configuration } = applyChange(restore(confState([1, 2])), one, context);
    assert.equal([isJoint(configuration), configuration.autoLeave], [joint, autoLeave]);
  });
}

changer('without voters nothing can become joint', () => {
  const empty: Membership = { configuration: EMPTY_CONFIGURATION, progress: new Map() };
  assert.throws(() => enterJoint(empty, [], false, context), /zero-voter/);
});

changer.run();
