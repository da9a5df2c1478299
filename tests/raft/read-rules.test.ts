/** Rules of linearizable reads: when a read point may be given, and when not. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Message, type ReadState, raftId } from '../../src/raft/index.js';
import { ReadOnly } from '../../src/raft/read-only.js';
import { confState, heartbeat, heartbeatReply, ids, ofType, SingleNode } from './single-node.js';
import { leader } from './standing-nodes.js';

const rules = suite('read rules');

const read = (node: SingleNode, context: string): readonly Message[] => {
  node.core.readIndex(context);
  return node.flush();
};

const contexts = (states: readonly ReadState[]): readonly string[] => states.map(one => one.context);

rules('safe: a read waits for the echo of a heartbeat sent after it', () => {
  const node = leader();
  const beats = ofType(read(node, 'r'), 'Heartbeat');
  assert.equal(
    beats.map(one => [one.to, one.readSequence]),
    [
      [2, 1],
      [3, 1],
    ],
  );
  node.step(heartbeatReply(2, 1, 0));
  assert.equal(node.readStates, []);
  node.step(heartbeatReply(2, 1, 1));
  assert.equal(node.readStates, [{ index: 1, context: 'r' }]);
});

rules('safe: one echo confirms all reads before it, in order, each at its own commit index', () => {
  const node = leader();
  read(node, 'a');
  node.propose('x');
  node.acknowledge(3);
  read(node, 'b');
  read(node, 'c');
  node.step(heartbeatReply(2, 1, 2));
  assert.equal(node.readStates, [
    { index: 1, context: 'a' },
    { index: 2, context: 'b' },
  ]);
  node.step(heartbeatReply(3, 1, 3));
  assert.equal(contexts(node.readStates), ['a', 'b', 'c']);
});

rules('safe: ordinary heartbeats ask again while a read waits, and ask nothing when none does', () => {
  const node = leader();
  read(node, 'r');
  assert.equal(
    ofType(node.tick(1), 'Heartbeat').map(one => one.readSequence),
    [1, 1],
  );
  node.step(heartbeatReply(2, 1, 1));
  assert.equal(
    ofType(node.tick(1), 'Heartbeat').map(one => one.readSequence),
    [0, 0],
  );
});

rules('safe: a late or repeated echo of an old position confirms no later read', () => {
  const node = leader();
  read(node, 'a');
  node.step(heartbeatReply(2, 1, 1));
  read(node, 'b');
  node.step(heartbeatReply(2, 1, 1), heartbeatReply(3, 1, 1));
  assert.equal(contexts(node.readStates), ['a']);
});

rules('safe: of five, two others must echo', () => {
  const node = leader({ voters: [1, 2, 3, 4, 5] });
  node.acknowledge(4);
  read(node, 'r');
  node.step(heartbeatReply(4, 1, 1), heartbeatReply(4, 1, 1));
  assert.equal(node.readStates, []);
  node.step(heartbeatReply(5, 1, 1));
  assert.equal(contexts(node.readStates), ['r']);
});

rules('safe: echoes of learners do not count, and both halves must echo', () => {
  const node = new SingleNode({ voters: [1, 4, 5], outgoing: [1, 2, 3], learners: [7] });
  node.lead(2, 4);
  for (const id of [2, 4]) node.acknowledge(id);
  read(node, 'r');
  node.step(heartbeatReply(7, 1, 1), heartbeatReply(2, 1, 1), heartbeatReply(3, 1, 1));
  assert.equal(node.readStates, []);
  node.step(heartbeatReply(5, 1, 1));
  assert.equal(contexts(node.readStates), ['r']);
});

rules('the only voter answers at once, but not before its own term is committed', () => {
  const node = new SingleNode({ voters: [1], learners: [2], log: [1], term: 1 });
  node.core.campaign();
  let guard = 0;
  while (node.core.role !== 'leader' && guard < 10) {
    guard += 1;
    node.core.ready();
    node.core.advance();
  }
  node.core.readIndex('early');
  assert.is(node.core.commitIndex, 0);
  node.flush();
  assert.equal(node.readStates, [{ index: 2, context: 'early' }]);
  read(node, 'later');
  assert.equal(contexts(node.readStates), ['early', 'later']);
});

rules('a leader that is no voter is not the only voter', () => {
  const node = leader({ stepDownOnRemoval: false });
  node.core.applyConfChange({
    transition: 'implicit',
    operations: [
      { kind: 'remove', id: raftId(1) },
      { kind: 'remove', id: raftId(3) },
    ],
  });
  node.core.applyConfChange({ transition: 'auto', operations: [] });
  assert.equal(node.core.configuration, confState([2]));
  read(node, 'r');
  assert.equal(node.readStates, []);
});

rules('a new leader keeps reads until an entry of its term is committed', () => {
  const node = new SingleNode({ log: [1, 1], term: 1 });
  node.lead(2);
  assert.equal(ofType(read(node, 'r'), 'Heartbeat'), []);
  const beats = ofType(node.acknowledge(2), 'Heartbeat');
  assert.is(beats.length, 2);
  node.step(heartbeatReply(3, 2, 1));
  assert.equal(node.readStates, [{ index: 3, context: 'r' }]);
});

for (const when of ['deferred', 'unconfirmed'] as const) {
  rules(`reads that are ${when} when leadership ends are never answered`, () => {
    const node = new SingleNode({ log: [1], term: 1 });
    node.lead(2);
    if (when === 'unconfirmed') node.acknowledge(2);
    read(node, 'lost');
    node.step(heartbeat(3, 5, 0));
    node.lead(2);
    node.acknowledge(2);
    node.step(heartbeatReply(2, 6, 99));
    assert.equal(node.readStates, []);
  });
}

rules(
  'a follower forwards without a term, the leader answers it, and the follower has its read point',
  () => {
    const node = leader();
    const follower = new SingleNode({ id: 2 });
    follower.step({ ...heartbeat(1, 1), to: raftId(2) });
    const forwarded = ofType(read(follower, 'f'), 'ReadIndex');
    assert.equal(
      forwarded.map(one => [one.from, one.to, one.term]),
      [[2, 1, 0]],
    );
    node.step(...forwarded);
    const [reply] = ofType(node.step(heartbeatReply(3, 1, 1)), 'ReadIndexReply');
    assert.equal([reply?.to, reply?.term, reply?.index, reply?.context], [2, 1, 1, 'f']);
    assert.equal(node.readStates, []);
    if (reply !== undefined) follower.step(reply);
    assert.equal(follower.readStates, [{ index: 1, context: 'f' }]);
  },
);

rules('a follower that forwards for another keeps the origin', () => {
  const node = new SingleNode();
  node.step(heartbeat(2, 1));
  const request = { type: 'ReadIndex', from: raftId(3), to: raftId(1), term: 0, context: 'r' } as const;
  assert.equal(
    ofType(node.step(request), 'ReadIndex').map(one => [one.from, one.to]),
    [[3, 2]],
  );
});

rules('without a leader a read is dropped', () => {
  const node = new SingleNode();
  assert.equal(read(node, 'r'), []);
  node.lead(2);
  node.acknowledge(2);
  assert.equal(node.readStates, []);
});

rules('a read whose quorum shrinks is confirmed by the next echo', () => {
  const node = leader({ voters: [1, 2, 3, 4, 5] });
  read(node, 'r');
  node.step(heartbeatReply(2, 1, 1));
  const remove = (id: number): void => {
    node.core.applyConfChange({ transition: 'auto', operations: [{ kind: 'remove', id: raftId(id) }] });
  };
  remove(5);
  remove(4);
  assert.equal(node.readStates, []);
  node.step(heartbeatReply(2, 1, 1));
  assert.equal(contexts(node.readStates), ['r']);
});

// Leases

/** Election timeout 10 ticks: a lease holds for 7 ticks after the heartbeat was sent. */
const withLease = (): SingleNode => leader({ readOnly: 'lease-based', checkQuorum: true });

/** A round of heartbeats that follower 2 echoes. */
function beatAndEcho(node: SingleNode): void {
  const [beat] = ofType(node.tick(1), 'Heartbeat');
  node.step(heartbeatReply(2, 1, beat?.readSequence ?? 0));
}

rules('lease: no answer at once before a heartbeat was echoed', () => {
  const node = withLease();
  read(node, 'r');
  assert.equal(node.readStates, []);
  node.step(heartbeatReply(2, 1, 99));
  assert.equal(contexts(node.readStates), ['r'], 'but a round of messages still does it');
});

rules('lease: while it holds reads are answered at once, when it ran out not', () => {
  const node = withLease();
  beatAndEcho(node);
  assert.equal(read(node, 'a'), []);
  assert.equal(contexts(node.readStates), ['a']);
  for (let tick = 0; tick < 7; tick += 1) node.tick(1);
  read(node, 'b');
  assert.equal(contexts(node.readStates), ['a', 'b']);
  node.tick(1);
  read(node, 'c');
  assert.equal(contexts(node.readStates), ['a', 'b']);
});

rules('lease: it counts from when the heartbeat was sent, not from when its echo came', () => {
  const node = withLease();
  const [beat] = ofType(node.tick(1), 'Heartbeat');
  node.tick(8);
  node.step(heartbeatReply(2, 1, beat?.readSequence ?? 0));
  read(node, 'r');
  assert.equal(node.readStates, []);
});

rules('lease: who was told to campaign at once sticks to nobody', () => {
  const node = withLease();
  beatAndEcho(node);
  node.core.transferLeadership(raftId(2));
  node.flush();
  read(node, 'r');
  assert.equal(node.readStates, []);
});

rules('lease: a new leadership starts without', () => {
  const node = withLease();
  beatAndEcho(node);
  node.step(heartbeat(3, 5));
  node.lead(2);
  node.acknowledge(2);
  read(node, 'r');
  assert.equal(node.readStates, []);
});

// The queue alone

rules('requests beyond the limit are dropped, and there is room again when the others are answered', () => {
  const reads = new ReadOnly();
  const request = { from: raftId(1), context: 'r' };
  for (let count = 0; count < 1 << 16; count += 1) {
    assert.is(reads.isFull, false);
    if (count % 2 === 0) reads.add(request, 1, raftId(1));
    else reads.defer(request);
  }
  assert.is(reads.isFull, true);
  reads.takeDeferred();
  assert.is(reads.isFull, false);
});

rules('a leader whose queue is full drops reads', () => {
  const node = new SingleNode({ log: [1], term: 1 });
  node.lead(2);
  for (let count = 0; count < (1 << 16) + 5; count += 1) node.core.readIndex(`r${count}`);
  node.acknowledge(2);
  node.step(heartbeatReply(2, 2, 1 << 20));
  assert.is(node.readStates.length, 1 << 16);
});

rules('positions go on after a reset', () => {
  const reads = new ReadOnly();
  const quorum = { voters: ids(1, 2, 3), outgoing: [] };
  reads.add({ from: raftId(1), context: 'a' }, 4, raftId(1));
  reads.reset();
  assert.is(reads.heartbeatPosition, 0);
  reads.add({ from: raftId(1), context: 'b' }, 5, raftId(1));
  assert.is(reads.heartbeatPosition, 2);
  assert.equal(reads.acknowledge(raftId(2), 1, quorum), []);
  assert.equal(contexts(reads.acknowledge(raftId(2), 2, quorum)), ['b']);
});

rules.run();
