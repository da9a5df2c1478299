/** Rules of replication at the leader: progress, windows, rejections, heartbeats, limits. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { entryBytes, type Message, raftId } from '../../src/raft/index.js';
import {
  append,
  codeOf,
  entry,
  heartbeatReply,
  ofType,
  rejection,
  SingleNode,
  voteReply,
} from './single-node.js';
import { leader, unreachable } from './standing-nodes.js';

const rules = suite('replication rules');

rules('a new leader probes everyone at its old last index', () => {
  const node = new SingleNode({ log: [1, 1] });
  node.core.campaign();
  node.flush();
  const sent = ofType(node.step(voteReply(2, 2)), 'AppendEntries');
  assert.equal(
    sent.map(one => [one.to, one.prevLogIndex, one.entries.length]),
    [
      [2, 2, 1],
      [3, 2, 1],
    ],
  );
  assert.equal([node.progress(2).state, node.progress(2).isPaused], ['probe', true]);
});

rules('a paused probe sends nothing, and a heartbeat reply restarts it', () => {
  const node = new SingleNode();
  node.lead(2);
  assert.equal(ofType(node.propose('a'), 'AppendEntries'), []);
  const [again] = ofType(node.step(heartbeatReply(3, 1)), 'AppendEntries');
  assert.equal([again?.prevLogIndex, again?.entries.length], [0, 2]);
  assert.is(node.progress(3).isPaused, true);
});

rules('a probe that finds what was known starts replication', () => {
  const node = leader();
  unreachable(node, 2);
  assert.equal([node.progress(2).state, node.progress(2).next], ['probe', 2]);
  node.step(heartbeatReply(2, 1));
  node.acknowledge(2, 1);
  assert.is(node.progress(2).state, 'replicate');
});

rules('an acknowledgement without news changes nothing for who replicates', () => {
  const node = leader();
  node.propose('a');
  const before = node.progress(2);
  assert.equal(node.acknowledge(2, 1), []);
  assert.equal(node.progress(2), before);
});

rules('replication is pipelined up to the window, and goes on as acknowledgements come', () => {
  const node = leader({ maxInflightMessages: 2 });
  const sent = ['a', 'b', 'c'].map(text => ofType(node.propose(text), 'AppendEntries').length);
  assert.equal(sent, [2, 2, 0]);
  assert.equal([node.progress(2).inflightMessages, node.progress(2).isInflightFull], [2, true]);
  const [next] = ofType(node.acknowledge(2, 2), 'AppendEntries').filter(one => one.entries.length > 0);
  assert.equal([next?.to, next?.prevLogIndex, next?.entries.length], [2, 3, 1]);
});

rules('the window counts bytes as well', () => {
  const node = leader({ maxInflightBytes: 10 });
  assert.is(ofType(node.propose('0123456789'), 'AppendEntries').length, 2);
  assert.is(ofType(node.propose('x'), 'AppendEntries').length, 0);
});

rules('with a full window a heartbeat reply gets an empty message, which a rejection can answer', () => {
  const node = leader({ maxInflightMessages: 1 });
  node.propose('a');
  const [empty] = ofType(node.step(heartbeatReply(2, 1)), 'AppendEntries');
  assert.equal([empty?.prevLogIndex, empty?.entries.length], [2, 0]);
  const [again] = ofType(node.step(rejection(2, 1, 2, 1)), 'AppendEntries');
  assert.equal([again?.prevLogIndex, again?.entries.length], [1, 1]);
});

rules('messages are cut at their size limit, one entry at least, and sent until the window is full', () => {
  const limit = 2 * entryBytes(entry(2, 1, 'aaaa'));
  const node = leader({ maxSizePerMessageBytes: limit, maxInflightMessages: 3 });
  unreachable(node, 2);
  node.step(heartbeatReply(2, 1));
  for (const text of ['aaaa', 'bbbb', 'cccc', 'dddd', 'eeee']) node.propose(text);
  node.propose('x'.repeat(10 * limit));
  const sent = ofType(node.acknowledge(2, 1), 'AppendEntries');
  assert.equal(
    sent.filter(one => one.to === 2).map(one => one.entries.map(each => each.index)),
    [[2, 3], [4, 5], [6]],
  );
  const [large] = ofType(node.acknowledge(2, 6), 'AppendEntries').filter(one => one.entries.length > 0);
  assert.equal(
    large?.entries.map(each => each.index),
    [7],
  );
});

rules('who replicates: a rejection at or below match is stale, above it leads back to probing', () => {
  const node = leader();
  node.propose('a');
  const before = node.progress(2);
  assert.equal(node.step(rejection(2, 1, 1, 0)), []);
  assert.equal(node.progress(2), before);
  const [probe] = ofType(node.step(rejection(2, 1, 2, 1)), 'AppendEntries');
  assert.equal([probe?.prevLogIndex, node.progress(2).state], [1, 'probe']);
});

rules('who is probed: a rejection of anything but the probe is stale', () => {
  const node = new SingleNode({ log: [1, 1, 1, 1] });
  node.lead(2);
  const before = node.progress(3);
  assert.equal(node.step(rejection(3, 2, 3, 0), rejection(3, 2, 5, 0)), []);
  // It was heard from all the same.
  assert.equal(node.progress(3), { ...before, recentActive: true });
});

const hints: readonly [log: readonly number[], hint: readonly [index: number, term: number], prev: number][] =
  [
    // No term in the hint: the index is taken as it is.
    [[1, 1, 1, 1], [2, 0], 2],
    // The leader has no term 3: it goes back to where its own terms are not above that.
    [[1, 2, 4, 4], [4, 3], 2],
    [[1, 3, 3, 3], [2, 2], 1],
    // Never above the rejected index - 1, never below match + 1.
    [[1, 1, 1, 1], [9, 1], 3],
    [[4, 4, 4, 4], [4, 1], 0],
  ];

for (const [log, hint, prev] of hints) {
  rules(`log ${log} with hint ${hint} is probed next at ${prev}`, () => {
    const node = new SingleNode({ log, term: 5 });
    node.lead(2);
    const message = rejection(3, 6, 4, hint[0], hint[1]);
    const [probe] = ofType(node.step(message), 'AppendEntries');
    assert.is(probe?.prevLogIndex, prev);
  });
}

rules('followers hint the last index whose term may agree', () => {
  const node = new SingleNode({ log: [1, 2, 2, 5, 5, 5] });
  const sent = node.step({
    type: 'AppendEntries',
    from: raftId(2),
    to: raftId(1),
    term: 6,
    prevLogIndex: 9,
    prevLogTerm: 3,
    entries: [],
    commit: 0,
  });
  const [reply] = ofType(sent, 'AppendEntriesReply');
  assert.equal([reply?.index, reply?.hintIndex, reply?.hintTerm], [9, 3, 2]);
});

rules('sixty conflicting entries take a few rounds, not sixty', () => {
  const shared = Array.from({ length: 20 }, () => 1);
  const node = new SingleNode({ log: [...shared, ...Array.from({ length: 60 }, () => 4)], term: 5 });
  const follower = new SingleNode({
    id: 2,
    log: [...shared, ...Array.from({ length: 60 }, () => 3)],
    term: 5,
  });
  node.lead(3);
  let rounds = 0;
  let messages: readonly Message[] = node.step(heartbeatReply(2, 6));
  while (messages.length > 0 && rounds < 100) {
    rounds += 1;
    messages = node.step(...follower.step(...messages.filter(one => one.to === 2)));
  }
  assert.equal(follower.terms, node.terms);
  assert.ok(rounds <= 4, `${rounds} rounds`);
});

rules('what was told about the commit counts as untold when replication goes back', () => {
  const node = leader({ maxInflightMessages: 1 });
  node.propose('a');
  node.acknowledge(2);
  // Follower 3 was told of commit 2, but lost both entry and message, and a heartbeat tells it no more than 1.
  unreachable(node, 3);
  const [again] = ofType(node.step(heartbeatReply(3, 1)), 'AppendEntries');
  assert.equal([again?.prevLogIndex, again?.entries.length, again?.commit], [1, 1, 2]);
});

rules('commit is told to who lacks it, once', () => {
  const node = leader({ voters: [1, 2, 3, 4, 5] });
  node.acknowledge(4);
  node.acknowledge(5);
  node.propose('a');
  node.acknowledge(2);
  const onCommit = ofType(node.acknowledge(3), 'AppendEntries');
  assert.equal(
    onCommit.map(one => [one.to, one.commit]),
    [
      [2, 2],
      [3, 2],
      [4, 2],
      [5, 2],
    ],
  );
  assert.equal(node.acknowledge(4), [], 'it was told already');
});

rules(
  'a heartbeat carries at most what the follower has, and makes the leader tell it the rest again',
  () => {
    const node = leader();
    node.propose('a');
    node.acknowledge(2);
    const beats = ofType(node.tick(1), 'Heartbeat');
    assert.equal(
      beats.map(one => [one.to, one.commit]),
      [
        [2, 2],
        [3, 1],
      ],
    );
    const told = ofType(node.acknowledge(3), 'AppendEntries');
    assert.equal(
      told.map(one => [one.to, one.commit, one.entries.length]),
      [[3, 2, 0]],
    );
  },
);

rules('heartbeats go out to paused followers too', () => {
  const node = new SingleNode();
  node.lead(2);
  assert.is(node.progress(3).isPaused, true);
  assert.is(ofType(node.tick(1), 'Heartbeat').length, 2);
});

rules('a heartbeat reply of who has everything is no reason to send', () => {
  const node = leader();
  assert.equal(node.step(heartbeatReply(2, 1)), []);
  unreachable(node, 2);
  assert.is(node.step(heartbeatReply(2, 1)).length, 1, 'but a probe is');
});

rules('unreachable: who replicates is probed, who is probed stays so', () => {
  const node = leader();
  node.propose('a');
  unreachable(node, 2);
  assert.equal([node.progress(2).state, node.progress(2).next], ['probe', 2]);
  unreachable(node, 2);
  assert.is(node.progress(2).state, 'probe');
  unreachable(node, 99);
});

rules('the limit on uncommitted bytes refuses what exceeds it, never empty entries, never the first', () => {
  const node = leader({ maxUncommittedBytes: 10 });
  node.propose('x'.repeat(50));
  assert.is(
    codeOf(() => node.core.propose(new Uint8Array(1))),
    'proposal-dropped',
  );
  node.core.propose(new Uint8Array(0));
  node.acknowledge(2);
  node.propose('12345');
  node.propose('12345');
  assert.is(
    codeOf(() => node.core.propose(new Uint8Array(1))),
    'proposal-dropped',
  );
  node.acknowledge(2);
  node.propose('y');
  assert.is(node.core.lastIndex, 6);
});

rules('applying what an earlier leader appended does not make room below nothing', () => {
  const node = new SingleNode({ maxUncommittedBytes: 10 });
  node.step(append(2, 1, [0, 0], [entry(1, 1, 'x'.repeat(100))]));
  node.lead(2);
  node.acknowledge(2);
  assert.is(node.applied.length, 2);
  node.propose('x'.repeat(9));
  assert.is(
    codeOf(() => node.core.propose(new Uint8Array(2))),
    'proposal-dropped',
  );
});

rules.run();
