/** Majorities, against a count from first principles. */
import * as fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type RaftId, raftId } from '../../src/raft/index.js';
import {
  jointCommitted,
  jointVote,
  majorityCommitted,
  majorityOf,
  majorityVote,
  type VoteOutcome,
} from '../../src/raft/quorum.js';
import { ids } from './single-node.js';

const quorum = suite('quorum');

const voters = fc.uniqueArray(fc.integer({ min: 1, max: 9 }), { maxLength: 7 }).map(list => ids(...list));
const knowledge = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<ReadonlyMap<RaftId, T>> =>
  fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }).map(raftId), value)).map(pairs => new Map(pairs));

/** The largest index such that more than half of the voters have it. */
function committedByCounting(half: readonly RaftId[], acked: ReadonlyMap<RaftId, number>): number {
  if (half.length === 0) return Number.POSITIVE_INFINITY;
  const candidates = [0, ...acked.values()].filter(
    index => half.filter(id => (acked.get(id) ?? 0) >= index).length * 2 > half.length,
  );
  return Math.max(...candidates);
}

quorum('the committed index is the highest that more than half of the voters have', () => {
  fc.assert(
    fc.property(voters, knowledge(fc.nat(5)), (half, acked) => {
      const index = majorityCommitted(half, { ackedIndex: id => acked.get(id) });
      assert.is(index, committedByCounting(half, acked));
    }),
  );
});

quorum('a joint quorum commits what both halves commit', () => {
  fc.assert(
    fc.property(voters, voters, knowledge(fc.nat(5)), (incoming, outgoing, acked) => {
      const halves = { voters: incoming, outgoing };
      const expected = Math.min(committedByCounting(incoming, acked), committedByCounting(outgoing, acked));
      assert.is(jointCommitted(halves, { ackedIndex: id => acked.get(id) }), expected);
    }),
  );
});

/** Won or lost if it stays so whatever the missing votes are. */
function outcomeByTrying(half: readonly RaftId[], votes: ReadonlyMap<RaftId, boolean>): VoteOutcome {
  const wins = (missing: boolean): boolean =>
    half.length === 0 || half.filter(id => votes.get(id) ?? missing).length * 2 > half.length;
  if (wins(false)) return 'won';
  return wins(true) ? 'pending' : 'lost';
}

quorum('a vote is decided when the missing answers cannot change it', () => {
  fc.assert(
    fc.property(voters, knowledge(fc.boolean()), (half, votes) => {
      assert.is(
        majorityVote(half, id => votes.get(id)),
        outcomeByTrying(half, votes),
      );
    }),
  );
});

quorum('a joint vote needs both halves', () => {
  fc.assert(
    fc.property(voters, voters, knowledge(fc.boolean()), (incoming, outgoing, votes) => {
      const parts = [outcomeByTrying(incoming, votes), outcomeByTrying(outgoing, votes)];
      const [first = 'won'] = parts;
      let expected: VoteOutcome = 'pending';
      if (parts.every(part => part === first)) expected = first;
      else if (parts.includes('lost')) expected = 'lost';
      assert.is(
        jointVote({ voters: incoming, outgoing }, id => votes.get(id)),
        expected,
      );
    }),
  );
});

quorum('any two majorities share a voter', () => {
  for (let count = 1; count < 12; count += 1) assert.ok(2 * majorityOf(count) > count);
});

quorum.run();
