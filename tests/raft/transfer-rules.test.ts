/** Rules of leadership transfer. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Message, NONE, raftId } from '../../src/raft/index.js';
import { codeOf, ELECTION_TICKS, heartbeat, ofType, SingleNode } from './single-node.js';
import { leader } from './standing-nodes.js';

const rules = suite('transfer rules');

function transfer(node: SingleNode, to: number): readonly Message[] {
  node.core.transferLeadership(raftId(to));
  return node.flush();
}

const timeoutNow = (from: number, term: number): Message => ({
  type: 'TimeoutNow',
  from: raftId(from),
  to: raftId(1),
  term,
});

rules('a target that has everything is told to campaign at once', () => {
  const node = leader();
  const sent = ofType(transfer(node, 3), 'TimeoutNow');
  assert.equal(
    sent.map(one => [one.to, one.term]),
    [[3, 1]],
  );
});

rules('a target that lags is brought up to date first', () => {
  const node = leader();
  node.propose('a');
  node.core.reportUnreachable(raftId(3));
  const [first] = transfer(node, 3);
  assert.is(first?.type, 'AppendEntries');
  assert.equal(ofType(node.acknowledge(3, 1), 'TimeoutNow'), []);
  assert.is(ofType(node.acknowledge(3, 2), 'TimeoutNow').length, 1);
});

rules('a target to which everything was sent already is asked by an empty message', () => {
  const node = leader();
  node.propose('a');
  const sent = ofType(transfer(node, 3), 'AppendEntries');
  assert.equal(
    sent.map(one => [one.to, one.prevLogIndex, one.entries.length]),
    [[3, 2, 0]],
  );
});

rules('proposals are dropped while it lasts, and taken again after an election timeout', () => {
  const node = leader();
  node.propose('a');
  transfer(node, 3);
  assert.is(
    codeOf(() => node.core.propose(new Uint8Array(1))),
    'proposal-dropped',
  );
  node.tick(ELECTION_TICKS - 1);
  assert.is(node.core.status().transferee, 3);
  node.tick(1);
  assert.is(node.core.status().transferee, NONE);
  node.propose('b');
  assert.is(node.core.lastIndex, 3);
});

rules('the timeout starts with the transfer', () => {
  const node = leader();
  node.tick(ELECTION_TICKS - 1);
  node.propose('a');
  transfer(node, 3);
  node.tick(ELECTION_TICKS - 1);
  assert.is(node.core.status().transferee, 3);
});

const targets: readonly [name: string, to: number, transferee: number][] = [
  ['a learner', 9, 0],
  ['a stranger', 8, 0],
  ['itself', 1, 0],
  ['another', 3, 3],
];

for (const [name, to, transferee] of targets) {
  rules(`to ${name}: target ${transferee === 0 ? 'none' : transferee}`, () => {
    const node = leader({ learners: [9] });
    node.propose('a');
    transfer(node, to);
    assert.is(node.core.status().transferee, transferee);
  });
}

rules('to the same again is ignored, to another replaces, to itself gives up', () => {
  const node = leader();
  node.propose('a');
  transfer(node, 3);
  node.tick(5);
  assert.equal(transfer(node, 3), []);
  node.tick(ELECTION_TICKS - 5);
  assert.is(node.core.status().transferee, NONE, 'the first timeout counts');
  transfer(node, 3);
  transfer(node, 2);
  assert.is(node.core.status().transferee, 2);
  transfer(node, 1);
  assert.is(node.core.status().transferee, NONE);
});

rules('a follower forwards the request, with its term and the target as sender', () => {
  const node = new SingleNode();
  assert.equal(transfer(node, 3), [], 'without a leader it is dropped');
  node.step(heartbeat(2, 4));
  const sent = ofType(transfer(node, 3), 'TransferLeader');
  assert.equal(
    sent.map(one => [one.from, one.to, one.term]),
    [[3, 2, 4]],
  );
});

rules('who is told campaigns for real, never by pre-vote, and its requests are forced', () => {
  const node = new SingleNode({ preVote: true, term: 4 });
  const sent = ofType(node.step(timeoutNow(2, 4)), 'RequestVote');
  assert.is(node.core.role, 'candidate');
  assert.equal(
    sent.map(one => [one.term, one.forced]),
    [
      [5, true],
      [5, true],
    ],
  );
});

rules('usual requests are not forced', () => {
  const node = new SingleNode();
  node.core.campaign();
  assert.equal(
    ofType(node.flush(), 'RequestVote').map(one => one.forced),
    [false, false],
  );
});

rules('a learner that is told does nothing', () => {
  const node = new SingleNode({ voters: [2, 3], learners: [1], term: 4 });
  node.step(timeoutNow(2, 4));
  assert.is(node.core.role, 'follower');
});

rules('leadership lost ends it', () => {
  const node = leader();
  node.propose('a');
  transfer(node, 3);
  node.step(heartbeat(3, 2));
  assert.is(node.core.status().transferee, NONE);
});

rules.run();
