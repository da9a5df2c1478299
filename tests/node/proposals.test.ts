/** @module Batches in flight: when they are exposed, sent again, and answered. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { resolveOptions } from '../../src/node/driver-options.js';
import type { Outcome } from '../../src/node/outcome.js';
import { nodeIndex, raftIdOf } from '../../src/node/peer-id.js';
import { Proposals } from '../../src/node/proposals.js';

const SELF = raftIdOf(nodeIndex(0));
const LEADER = raftIdOf(nodeIndex(1));
const LIMITS = { inFlight: 4, timeoutTicks: 100, resendTicks: 10 };

function fixture(count: number): { readonly proposals: Proposals; readonly outcomes: Outcome[] } {
  const outcomes: Outcome[] = [];
  const proposals = new Proposals(LIMITS, outcome => outcomes.push(outcome));
  for (let i = 1; i <= count; i++) proposals.add(100 + i, i, new Uint8Array(10), 0);
  return { proposals, outcomes };
}

const sequences = (proposals: Proposals, tick: number): readonly number[] =>
  proposals.toPlace(tick).map(({ sequence }) => sequence);

test('no more than the window leave; the next go when the oldest is answered', () => {
  const { proposals, outcomes } = fixture(6);
  assert.equal(sequences(proposals, 0), [1, 2, 3, 4]);
  proposals.placed(proposals.toPlace(0), LEADER, 1, 0);
  assert.equal(sequences(proposals, 0), []);
  proposals.applied(2, [], 7, 1);
  assert.equal(sequences(proposals, 0), [], 'the oldest is still open');
  proposals.applied(1, ['v'], 8, 1);
  assert.equal(sequences(proposals, 0), [5, 6]);
  assert.equal(outcomes[1], { kind: 'done', id: 101, replies: ['v'], index: 8, term: 1 });
  assert.is(proposals.bytes, 40);
});

test('a forwarded batch is sent again after a while, each time after twice as long', () => {
  const { proposals } = fixture(1);
  const sentAt: number[] = [];
  for (let tick = 0; tick < 100; tick++) {
    proposals.tick(tick, SELF, 'no-leader');
    const due = proposals.toPlace(tick);
    if (due.length === 0) continue;
    sentAt.push(tick);
    proposals.placed(due, LEADER, 1, tick);
  }
  assert.equal(sentAt, [0, 10, 30, 70]);
});

test('what this node appended itself waits while it leads, and goes out again under another leader', () => {
  const { proposals } = fixture(1);
  proposals.placed(proposals.toPlace(0), SELF, 1, 0);
  for (let tick = 1; tick < 60; tick++) proposals.tick(tick, SELF, 'no-leader');
  assert.equal(sequences(proposals, 60), []);
  proposals.leaderChanged(LEADER, 2, 64);
  assert.equal(sequences(proposals, 63), []);
  assert.equal(
    proposals.toPlace(64).map(({ sequence, fresh }) => ({ sequence, fresh })),
    [{ sequence: 1, fresh: false }],
  );
});

test('a refusal of one copy lets the batch be tried again, but only by whom it was sent to', () => {
  const { proposals } = fixture(1);
  proposals.placed(proposals.toPlace(0), LEADER, 1, 0);
  proposals.notAppended(1, SELF, 3);
  assert.equal(sequences(proposals, 5), []);
  proposals.notAppended(1, LEADER, 3);
  assert.equal(sequences(proposals, 3), []);
  assert.equal(sequences(proposals, 4), [1]);
});

test('at the deadline: unknown when exposed, else refused with the reason', () => {
  const { proposals, outcomes } = fixture(2);
  const [first] = proposals.toPlace(0);
  assert.ok(first !== undefined);
  proposals.placed([first], LEADER, 1, 0);
  proposals.tick(100, SELF, 'no-leader');
  assert.equal(
    outcomes.map(({ kind, id }) => [kind, id]),
    [
      ['unknown', 101],
      ['refused', 102],
    ],
  );
  assert.is(proposals.count, 0);
  assert.is(proposals.bytes, 0);
});

test('a batch that was applied while it waited for another try is not sent any more', () => {
  const { proposals, outcomes } = fixture(2);
  proposals.placed(proposals.toPlace(0).slice(0, 1), LEADER, 1, 0);
  proposals.notAppended(1, LEADER, 3);
  proposals.applied(1, [], 5, 1);
  assert.is(outcomes[0]?.kind, 'done');
  assert.equal(sequences(proposals, 10), [2]);
});

test('an applied duplicate or a snapshot leaves exposed batches unknown; unexposed ones wait on', () => {
  const { proposals, outcomes } = fixture(3);
  proposals.placed(proposals.toPlace(0).slice(0, 2), LEADER, 1, 0);
  proposals.applied(1, null, 5, 1);
  proposals.superseded();
  assert.equal(
    outcomes.map(({ kind, id }) => [kind, id]),
    [
      ['unknown', 101],
      ['unknown', 102],
    ],
  );
  assert.equal(sequences(proposals, 0), [3]);
  proposals.refuseUnexposed('read-only', 'full');
  assert.is(outcomes[2]?.kind, 'refused');
});

test('options that make no sense are refused by name', () => {
  const good = {
    node: nodeIndex(0),
    raftId: SELF,
    epoch: 1,
    tickMs: 10,
    electionTicks: 10,
    heartbeatTicks: 2,
  };
  assert.is(resolveOptions(good).limits.proposalTimeoutTicks, 60);
  assert.throws(() => resolveOptions({ ...good, tickMs: 0 }), /tickMs must be positive/);
  assert.throws(() => resolveOptions({ ...good, limits: { batchBytes: -1 } }), /batchBytes/);
  assert.throws(() => resolveOptions({ ...good, electionTicks: 2 }), /greater than heartbeatTicks/);
});

test.run();
