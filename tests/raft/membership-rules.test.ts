/** Rules of membership changes: proposing, activating, leaving joint consensus, leaders that go. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  type ConfChange,
  type ConfChangeKind,
  type Entry,
  encodeConfChange,
  LEAVE_JOINT,
  raftId,
} from '../../src/raft/index.js';
import {
  append,
  codeOf,
  confState,
  entry,
  heartbeatReply,
  ofType,
  ownResponses,
  SingleNode,
  snapshotMessage,
} from './single-node.js';
import { leader } from './standing-nodes.js';

const rules = suite('membership rules');

const one = (kind: ConfChangeKind, id: number): ConfChange => ({
  transition: 'auto',
  operations: [{ kind, id: raftId(id) }],
});
const swap = (transition: ConfChange['transition'], from: number, to: number): ConfChange => ({
  transition,
  operations: [
    { kind: 'remove', id: raftId(from) },
    { kind: 'add-voter', id: raftId(to) },
  ],
});

/** Proposes and drains. @returns the entry that was appended */
function propose(node: SingleNode, change: ConfChange): Entry | undefined {
  node.core.proposeConfChange(change);
  node.flush();
  return node.storage.all().at(-1);
}

const wasRefused = (appended: Entry | undefined): boolean =>
  appended?.type === 'normal' && appended.data.length === 0;

rules('a change takes effect when it is applied, not when it is appended', () => {
  const node = leader();
  propose(node, one('add-voter', 4));
  assert.equal(node.core.configuration, confState([1, 2, 3]));
  node.acknowledge(2);
  assert.equal(node.core.configuration, confState([1, 2, 3, 4]));
});

rules('a newcomer gets its first probe at once', () => {
  const node = leader();
  propose(node, one('add-learner', 4));
  const sent = ofType(node.acknowledge(2), 'AppendEntries').filter(message => message.to === 4);
  assert.equal(
    sent.map(message => message.prevLogIndex),
    [1],
  );
  assert.is(node.progress(4).isLearner, true);
});

rules('one change at a time: the next is refused until the first is applied', () => {
  const node = leader();
  assert.is(propose(node, one('add-voter', 4))?.type, 'conf-change-v2');
  assert.is(wasRefused(propose(node, one('add-voter', 5))), true);
  node.acknowledge(2);
  node.acknowledge(3);
  assert.is(propose(node, one('add-voter', 5))?.type, 'conf-change-v2');
});

rules('two changes in one proposal: the second is refused', () => {
  const node = leader();
  const data = encodeConfChange(one('add-voter', 4));
  const draft = { index: 0, term: 0, type: 'conf-change-v2' as const, data };
  node.step({ type: 'Propose', from: raftId(2), to: raftId(1), term: 0, entries: [draft, draft] });
  assert.equal(
    node.storage.all().map(each => each.type),
    ['normal', 'conf-change-v2', 'normal'],
  );
});

rules('a new leader proposes no change before everything it inherited is applied', () => {
  const node = new SingleNode({ log: [1, 1], term: 1 });
  node.lead(2);
  assert.is(wasRefused(propose(node, one('add-voter', 4))), true, 'nothing of its term is committed');
  node.acknowledge(2);
  assert.is(wasRefused(propose(node, one('add-voter', 4))), false);
});

rules('while joint only leaving is allowed, otherwise leaving is refused', () => {
  const node = leader();
  assert.is(wasRefused(propose(node, LEAVE_JOINT)), true);
  node.acknowledge(2);
  propose(node, swap('explicit', 3, 4));
  node.acknowledge(2);
  assert.equal(node.core.configuration, confState([1, 2, 4], [], [1, 2, 3]));
  assert.is(wasRefused(propose(node, one('add-voter', 5))), true);
  node.acknowledge(2);
  node.acknowledge(3);
  assert.is(wasRefused(propose(node, LEAVE_JOINT)), false);
  node.acknowledge(2);
  assert.equal(node.core.configuration, confState([1, 2, 4]));
});

rules('a change that waits for application while a snapshot with it arrives is skipped', () => {
  const node = new SingleNode({ asyncStorageWrites: true, snapshot: { index: 1, term: 1 } });
  const data = encodeConfChange(one('add-voter', 4));
  const entries = [{ ...entry(2, 1), type: 'conf-change-v2' as const, data }];
  node.core.step(append(2, 1, [1, 1], entries, 2));
  const work = node.core.ready();
  node.storage.append(work.entries);
  for (const response of ownResponses(work.messages)) node.core.step(response);
  assert.is(node.core.ready().committedEntries.length, 1);
  node.core.step(snapshotMessage(2, 1, [9, 1], confState([1, 2, 5])));
  assert.equal(node.core.applyConfChange(one('add-voter', 4), 2), confState([1, 2, 5]));
  assert.equal(node.core.applyConfChange(one('add-voter', 4), 10), confState([1, 2, 4, 5]));
});

const inapplicable: readonly [name: string, change: ConfChange][] = [
  ['that removes all voters', { transition: 'implicit', operations: [1, 2, 3].map(removal) }],
  ['that makes all voters learners', { transition: 'auto', operations: [1, 2, 3].map(demotion) }],
];

function removal(id: number) {
  return { kind: 'remove' as const, id: raftId(id) };
}

function demotion(id: number) {
  return { kind: 'add-learner' as const, id: raftId(id) };
}

for (const [name, change] of inapplicable) {
  rules(`a change ${name} is refused, as applying it would stop every node`, () => {
    assert.is(wasRefused(propose(leader(), change)), true);
  });
}

rules('entering joint consensus twice is refused, also without operations', () => {
  const node = leader();
  propose(node, swap('explicit', 3, 4));
  node.acknowledge(2);
  assert.is(wasRefused(propose(node, { transition: 'explicit', operations: [] })), true);
});

rules('a forwarded change that cannot be read is refused', () => {
  const node = leader();
  const draft = { index: 0, term: 0, type: 'conf-change-v2' as const, data: Uint8Array.of(255) };
  node.step({ type: 'Propose', from: raftId(2), to: raftId(1), term: 0, entries: [draft] });
  assert.is(wasRefused(node.storage.all().at(-1)), true);
});

rules('without validation nothing is refused', () => {
  const node = leader({ disableConfChangeValidation: true });
  assert.is(propose(node, LEAVE_JOINT)?.type, 'conf-change-v2');
  assert.is(propose(node, one('add-voter', 4))?.type, 'conf-change-v2');
  assert.is(propose(node, one('add-voter', 5))?.type, 'conf-change-v2');
});

rules('a change that cannot be applied changes nothing and says why', () => {
  const node = leader();
  assert.is(
    codeOf(() => node.core.applyConfChange(LEAVE_JOINT)),
    'invalid-conf-change',
  );
  assert.equal(node.core.configuration, confState([1, 2, 3]));
});

rules('joint consensus is left by itself, once the change that entered it is applied', () => {
  const node = leader();
  propose(node, swap('auto', 3, 4));
  node.acknowledge(2);
  assert.equal(node.core.configuration, { ...confState([1, 2, 4], [], [1, 2, 3]), autoLeave: true });
  const leaving = node.storage.all().at(-1);
  assert.equal([leaving?.type, leaving?.data.length, leaving?.index], ['conf-change-v2', 0, 3]);
  node.acknowledge(2);
  assert.equal(node.core.configuration, confState([1, 2, 4]));
});

rules('joint consensus is left later if the proposal is dropped at first', () => {
  const node = leader({ electionTicks: 10 });
  propose(node, swap('auto', 3, 4));
  node.core.transferLeadership(raftId(3));
  node.acknowledge(2);
  assert.is(node.core.lastIndex, 2, 'no proposals while leadership is transferred');
  node.tick(10);
  node.propose('x');
  node.acknowledge(2);
  // Applying x proposes to leave.
  assert.is(node.storage.all().at(-1)?.type, 'conf-change-v2');
  assert.is(node.core.lastIndex, 4);
});

rules('a new leader that inherits joint consensus leaves it', () => {
  const node = new SingleNode();
  const data = encodeConfChange(swap('implicit', 3, 4));
  const change = { ...entry(1, 1), type: 'conf-change-v2' as const, data };
  node.step(append(2, 1, [0, 0], [change], 1));
  assert.equal(node.core.configuration.autoLeave, true);
  node.lead(2, 4);
  node.acknowledge(2);
  node.acknowledge(4);
  assert.is(node.core.configuration.autoLeave, true, 'entry 2 is applied, entry 3 wants to leave');
  assert.is(node.storage.all().at(-1)?.type, 'conf-change-v2');
  node.acknowledge(2);
  node.acknowledge(4);
  assert.equal(node.core.configuration, confState([1, 2, 4]));
});

rules('a smaller quorum commits at once what it has already', () => {
  const node = leader();
  node.propose('a');
  propose(node, one('remove', 3));
  node.acknowledge(2, 3);
  assert.is(node.core.commitIndex, 3);
  const four = leader({ voters: [1, 2, 3, 4] });
  propose(four, one('remove', 4));
  four.propose('b');
  four.acknowledge(2);
  assert.is(four.core.commitIndex, 1, 'two of four');
  // The change is acknowledged by a third; the entry behind it then needs only two of three.
  const sent = ofType(four.acknowledge(3, 2), 'AppendEntries');
  assert.is(four.core.commitIndex, 3);
  assert.ok(sent.some(message => message.commit === 3));
});

// Leaders that go

for (const kind of ['remove', 'add-learner'] as const) {
  rules(`stepping down on ${kind} of the leader itself`, () => {
    const node = leader({ stepDownOnRemoval: true });
    propose(node, one(kind, 1));
    node.acknowledge(2);
    assert.is(node.core.role, 'follower');
    const stays = leader({ stepDownOnRemoval: false });
    propose(stays, one(kind, 1));
    stays.acknowledge(2);
    assert.is(stays.core.role, 'leader');
  });
}

rules('a leader that was removed and stays takes no proposals', () => {
  const node = leader({ stepDownOnRemoval: false });
  propose(node, one('remove', 1));
  node.acknowledge(2);
  assert.is(
    codeOf(() => node.core.propose(new Uint8Array(1))),
    'proposal-dropped',
  );
  node.tick(1);
});

rules('a transfer ends when its target is a voter no more', () => {
  const node = leader();
  propose(node, one('remove', 3));
  node.core.transferLeadership(raftId(3));
  assert.is(node.core.status().transferee, 3);
  node.acknowledge(2);
  assert.is(node.core.status().transferee, 0);
  node.propose('again');
});

rules('a transfer to who stays goes on', () => {
  const node = leader({ voters: [1, 2, 3, 4] });
  propose(node, one('remove', 4));
  node.core.transferLeadership(raftId(3));
  node.acknowledge(2);
  assert.is(node.core.status().transferee, 3);
});

rules('answers of those who left are refused at the door', () => {
  const node = leader();
  propose(node, one('remove', 3));
  node.acknowledge(2);
  assert.is(
    codeOf(() => node.core.step(heartbeatReply(3, 1))),
    'peer-not-found',
  );
});

rules('who comes back is tracked from scratch', () => {
  const node = leader();
  propose(node, one('remove', 3));
  node.acknowledge(2);
  propose(node, one('add-voter', 3));
  node.acknowledge(2);
  assert.equal([node.progress(3).match, node.progress(3).state], [0, 'probe']);
});

rules.run();
