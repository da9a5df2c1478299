/** What a Ready contains, in which order, and when its work counts: synchronous and asynchronous. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  APPEND_THREAD,
  APPLY_THREAD,
  raftId,
  type StorageAppend,
  type StorageAppendReply,
} from '../../src/raft/index.js';
import {
  append,
  entry,
  heartbeat,
  ofType,
  ownResponses,
  SingleNode,
  snapshotMessage,
  voteReply,
  voteRequest,
} from './single-node.js';

const rules = suite('ready rules');

const asyncNode = (options = {}): SingleNode => new SingleNode({ asyncStorageWrites: true, ...options });

/** Takes a Ready and gives its storage work, not yet done. */
function takeAppend(node: SingleNode): StorageAppend {
  const [work] = ofType(node.core.ready().messages, 'StorageAppend');
  if (work === undefined) throw new Error('no storage work');
  return work;
}

/** Does storage work and delivers what it answers to the node itself. */
function complete(node: SingleNode, work: StorageAppend): void {
  if (work.snapshot !== null) node.storage.applySnapshot(work.snapshot);
  node.storage.append(work.entries);
  for (const response of ownResponses([work])) node.core.step(response);
}

const acknowledgementOf = (work: StorageAppend): StorageAppendReply | undefined =>
  work.responses.find(one => one.type === 'StorageAppendReply');

rules('a fresh node has nothing to do, and a tick does not change that', () => {
  const node = new SingleNode({ log: [1], term: 3, vote: 2, commit: 1, applied: 1 });
  assert.is(node.core.hasReady(), false);
  node.core.tick();
  assert.is(node.core.hasReady(), false);
  const ready = node.core.ready();
  assert.equal(
    [ready.softState, ready.hardState, ready.entries.length, ready.messages.length, ready.mustSync],
    [null, null, 0, 0, false],
  );
});

rules('what was committed before a restart is handed out again from applied on', () => {
  const node = new SingleNode({ log: [1, 1, 1], commit: 3, applied: 1 });
  const ready = node.core.ready();
  assert.equal(
    ready.committedEntries.map(one => one.index),
    [2, 3],
  );
});

const syncs: readonly [name: string, run: (node: SingleNode) => void, mustSync: boolean][] = [
  ['entries', node => node.core.step(append(2, 1, [2, 1], [entry(3, 1)])), true],
  ['a term', node => node.core.step(heartbeat(2, 2)), true],
  ['a vote', node => node.core.step(voteRequest(2, 1, [9, 9])), true],
  ['a commit index', node => node.core.step(append(2, 1, [2, 1], [], 2)), false],
  ['a snapshot', node => node.core.step(snapshotMessage(2, 1, [9, 1])), false],
  ['a leader', node => node.core.step(heartbeat(2, 1)), false],
];

for (const [name, run, mustSync] of syncs) {
  rules(`${name} ${mustSync ? 'must' : 'need not'} be synced`, () => {
    const node = new SingleNode({ log: [1, 1] });
    run(node);
    assert.is(node.core.hasReady(), true);
    assert.is(node.core.ready().mustSync, mustSync);
    assert.is(node.core.hasReady(), false);
  });
}

rules('sync: a vote or acknowledgement leaves with the Ready that stores what it promises', () => {
  const node = new SingleNode();
  node.core.step(voteRequest(2, 1, [0, 0]));
  const ready = node.core.ready();
  assert.equal(ready.hardState, { term: 1, vote: 2, commit: 0 });
  assert.is(ofType(ready.messages, 'RequestVoteReply').length, 1);
});

rules('sync: immediate messages first, then those that wait for storage, none to itself', () => {
  const node = new SingleNode();
  node.core.step(append(2, 1, [0, 0], [entry(1, 1)]));
  node.core.step(heartbeat(2, 1));
  assert.equal(
    node.core.ready().messages.map(one => one.type),
    ['HeartbeatReply', 'AppendEntriesReply'],
  );
  const candidate = new SingleNode();
  candidate.core.campaign();
  assert.equal(
    candidate.core.ready().messages.map(one => one.to),
    [2, 3],
  );
});

rules('sync: the own vote and the own acknowledgement count with advance', () => {
  const node = new SingleNode({ voters: [1] });
  node.core.campaign();
  node.core.ready();
  assert.is(node.core.role, 'candidate');
  node.core.advance();
  assert.is(node.core.role, 'leader');
  const ready = node.core.ready();
  node.storage.append(ready.entries);
  assert.is(node.core.commitIndex, 0);
  node.core.advance();
  assert.is(node.core.commitIndex, 1);
  node.core.advance();
  assert.is(node.core.commitIndex, 1, 'advance counts once');
});

rules('async: votes and acknowledgements ride with the storage work, requests leave at once', () => {
  const node = asyncNode();
  node.core.campaign();
  const { messages } = node.core.ready();
  assert.equal(
    messages.map(one => [one.type, one.to]),
    [
      ['RequestVote', 2],
      ['RequestVote', 3],
      ['StorageAppend', APPEND_THREAD],
    ],
  );
  const [work] = ofType(messages, 'StorageAppend');
  assert.equal(work?.hardState, { term: 1, vote: 1, commit: 0 });
  assert.equal(
    work?.responses.map(one => [one.type, one.to]),
    [['RequestVoteReply', 1]],
  );
});

rules('async: an answer without anything to store still waits behind earlier storage work', () => {
  const node = asyncNode({ log: [1] });
  node.core.step(append(2, 1, [0, 0], []));
  node.core.ready();
  node.core.step(append(2, 1, [1, 1], []));
  const work = takeAppend(node);
  assert.equal([work.entries.length, work.hardState, work.snapshot, work.term], [0, null, null, 0]);
  assert.equal(
    work.responses.map(one => one.type),
    ['AppendEntriesReply'],
  );
});

rules('async: immediate messages alone need no storage work', () => {
  const node = asyncNode({ term: 1 });
  node.core.step(heartbeat(2, 1));
  node.core.ready();
  node.core.step(heartbeat(2, 1));
  assert.equal(
    node.core.ready().messages.map(one => one.type),
    ['HeartbeatReply'],
  );
  assert.equal(node.core.ready().messages, []);
});

rules('async: only what is stable here is applied, in parallel with later writes', () => {
  const node = asyncNode();
  node.core.step(append(2, 1, [0, 0], [entry(1, 1), entry(2, 1)], 2));
  const first = node.core.ready();
  assert.equal(first.committedEntries, []);
  node.core.step(append(2, 1, [2, 1], [entry(3, 1)], 2));
  const second = takeAppend(node);
  const [work] = ofType(first.messages, 'StorageAppend');
  if (work !== undefined) complete(node, work);
  const { messages, committedEntries } = node.core.ready();
  assert.equal(
    committedEntries.map(one => one.index),
    [1, 2],
  );
  const [apply] = ofType(messages, 'StorageApply');
  assert.equal([apply?.to, apply?.entries, apply?.term], [APPLY_THREAD, committedEntries, 0]);
  assert.is(node.core.appliedIndex, 0);
  for (const response of ownResponses(messages)) node.core.step(response);
  assert.is(node.core.appliedIndex, 2);
  complete(node, second);
});

rules('async: storage work that nobody waits for stays so, whatever is said afterwards', () => {
  const node = asyncNode({ log: [1, 1], term: 1 });
  node.core.step(heartbeat(2, 1, 1));
  const work = takeAppend(node);
  assert.equal([work.hardState?.commit, work.responses.length], [1, 0]);
  node.core.step(append(2, 1, [2, 1], [entry(3, 1)]));
  assert.is(work.responses.length, 0, 'what the next write promises must not leave with this one');
  assert.is(takeAppend(node).responses.length, 2);
});

rules('async: an acknowledgement names the end of the log, also while earlier writes are under way', () => {
  const node = asyncNode();
  node.core.step(append(2, 1, [0, 0], [entry(1, 1)]));
  const first = takeAppend(node);
  node.core.step(append(2, 1, [1, 1], [entry(2, 1)]));
  node.core.step(heartbeat(2, 2));
  const second = takeAppend(node);
  const [one, two] = [acknowledgementOf(first), acknowledgementOf(second)];
  assert.equal([one?.index, one?.logTerm, one?.term], [1, 1, 1]);
  assert.equal([two?.index, two?.logTerm, two?.term], [2, 1, 2]);
});

rules('async: a hard state alone carries an acknowledgement while entries are under way', () => {
  const node = asyncNode();
  node.core.step(append(2, 1, [0, 0], [entry(1, 1)]));
  const first = takeAppend(node);
  node.core.step(heartbeat(2, 2));
  const second = takeAppend(node);
  assert.is(acknowledgementOf(second)?.index, 1);
  complete(node, first);
  complete(node, second);
  assert.is(takeAppendOrNull(node), null);
});

function takeAppendOrNull(node: SingleNode): StorageAppend | null {
  const [work] = ofType(node.core.ready().messages, 'StorageAppend');
  return work ?? null;
}

rules('async ABA: entries that were replaced and came back are not taken for stored too early', () => {
  // Term 1 writes 1/1; term 2 replaces it; term 3 has 1/1 again, as an entry of term 1.
  const node = asyncNode();
  node.core.step(append(2, 1, [0, 0], [entry(1, 1)]));
  const first = takeAppend(node);
  node.core.step(append(3, 2, [0, 0], [entry(1, 2)]));
  const second = takeAppend(node);
  node.core.step(append(2, 3, [0, 0], [entry(1, 1)], 1));
  const third = takeAppend(node);
  // What the first write confirms was replaced since: its term is over.
  complete(node, first);
  assert.equal(node.core.ready().committedEntries, []);
  complete(node, second);
  assert.equal(node.core.ready().committedEntries, []);
  complete(node, third);
  assert.equal(
    node.core.ready().committedEntries.map(one => [one.index, one.term]),
    [[1, 1]],
  );
  assert.equal(node.terms, [1]);
});

rules('async: an acknowledgement of an older term stores no entry, but installs its snapshot', () => {
  const node = asyncNode();
  node.core.step(snapshotMessage(2, 1, [5, 1]));
  node.core.step(append(2, 1, [5, 1], [entry(6, 1)]));
  const work = takeAppend(node);
  node.core.step(heartbeat(3, 2));
  complete(node, work);
  assert.is(node.core.appliedIndex, 5);
  node.core.step(append(3, 2, [6, 1], [], 6));
  const { committedEntries, messages } = node.core.ready();
  assert.equal(committedEntries, [], 'entry 6 is not known to be stored');
  for (const response of ownResponses(messages)) node.core.step(response);
  assert.equal(
    node.core.ready().committedEntries.map(one => one.index),
    [6],
    'the later acknowledgement covers it',
  );
});

rules('async: nothing is applied while a snapshot is being stored', () => {
  const node = asyncNode({ log: [1, 1], commit: 2 });
  node.core.step(snapshotMessage(2, 1, [5, 1]));
  const { committedEntries, snapshot, messages } = node.core.ready();
  assert.equal([committedEntries.length, snapshot?.index], [0, 5]);
  assert.is(node.core.ready().snapshot, null, 'it is handed out once');
  const [work] = ofType(messages, 'StorageAppend');
  if (work !== undefined) complete(node, work);
  assert.equal([node.core.appliedIndex, node.core.hasReady()], [5, false]);
});

rules('async: a leader counts itself when its own disk has the entry, and may commit without it', () => {
  const node = asyncNode({ voters: [1, 2, 3] });
  node.core.campaign();
  complete(node, takeAppend(node));
  node.core.step(voteReply(2, 1));
  const noop = takeAppend(node);
  node.core.step({ ...voteReply(3, 1), from: raftId(3) });
  const reply = (from: number) =>
    ({
      type: 'AppendEntriesReply',
      from: raftId(from),
      to: raftId(1),
      term: 1,
      index: 1,
      reject: false,
      hintIndex: 0,
      hintTerm: 0,
    }) as const;
  node.core.step(reply(2));
  assert.is(node.core.commitIndex, 0, 'one of three');
  node.core.step(reply(3));
  assert.is(node.core.commitIndex, 1, 'two of three, the leader not among them');
  assert.equal(node.core.ready().committedEntries, [], 'not stored here');
  complete(node, noop);
  assert.is(node.core.ready().committedEntries.length, 1);
});

rules('async: the acknowledgement of a write of an earlier term does not count for the leader of now', () => {
  const node = asyncNode();
  node.core.campaign();
  complete(node, takeAppend(node));
  node.core.step(voteReply(2, 1));
  const old = takeAppend(node);
  node.core.step(heartbeat(3, 2));
  node.core.campaign();
  const vote = takeAppend(node);
  node.storage.append(old.entries);
  complete(node, vote);
  node.core.step(voteReply(2, 3));
  assert.is(node.core.role, 'leader');
  for (const response of ownResponses([old])) node.core.step(response);
  const own = node.core.status().progress[0];
  assert.is(own?.match, 1, 'set by the election, not by the late acknowledgement');
  assert.is(node.core.commitIndex, 0);
});

rules.run();
