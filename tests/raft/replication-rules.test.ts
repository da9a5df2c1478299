/** Rules of replication at the leader: progress, windows, rejections, snapshots, heartbeats. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { entryBytes, type Message, raftId } from '../../src/raft/index.js';
import {
  append,
  appendReply,
  codeOf,
  entry,
  heartbeat,
  heartbeatReply,
  type NodeOptions,
  ofType,
  rejection,
  SingleNode,
  snapshotMessage,
  voteReply,
} from './single-node.js';

const rules = suite('replication rules');

/** Leader of term 1 with its no-op at 1 committed; both followers replicate. */
function leader(options: NodeOptions = {}): SingleNode {
  const node = new SingleNode(options);
  node.lead(2, 3);
  node.acknowledge(2);
  node.acknowledge(3);
  return node;
}

const unreachable = (node: SingleNode, id: number): readonly Message[] => {
  node.core.reportUnreachable(raftId(id));
  return node.flush();
};

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

// Snapshots

/** Leader whose log starts after 5; follower 3 is far behind. */
function compacted(options: NodeOptions = {}): { node: SingleNode; sent: readonly Message[] } {
  const node = new SingleNode({ snapshot: { index: 5, term: 1 }, log: [1], ...options });
  node.lead(2);
  node.acknowledge(2);
  return { node, sent: node.step(rejection(3, 2, 6, 0)) };
}

rules('a snapshot stops replication until it is acknowledged', () => {
  const { node, sent } = compacted();
  assert.is(ofType(sent, 'InstallSnapshot').length, 1);
  assert.equal(
    [node.progress(3).state, node.progress(3).pendingSnapshot, node.progress(3).next],
    ['snapshot', 5, 6],
  );
  node.propose('a');
  assert.equal(ofType(node.step(heartbeatReply(3, 2)), 'AppendEntries'), []);
  const rest = ofType(node.step(appendReply(3, 2, 5)), 'AppendEntries');
  assert.is(node.progress(3).state, 'replicate');
  assert.equal(
    rest.flatMap(one => one.entries.map(each => each.index)),
    [6, 7, 8],
  );
});

rules(
  'a follower in snapshot state goes on as soon as the log reaches it, whatever snapshot is under way',
  () => {
    const { node } = compacted();
    node.step(appendReply(3, 2, 4));
    assert.is(node.progress(3).state, 'snapshot', 'entry 5 is not there any more');
    node.storage.available = { index: 6, term: 1, confState: node.core.configuration };
    node.step(appendReply(3, 2, 5));
    assert.is(node.progress(3).state, 'replicate');
  },
);

rules('no snapshot goes to who was not heard from', () => {
  const node = new SingleNode({ snapshot: { index: 5, term: 1 }, log: [1] });
  node.lead(2);
  node.storage.compact(6);
  unreachable(node, 3);
  assert.equal(ofType(node.tick(3), 'InstallSnapshot'), []);
});

rules('a snapshot in the making is asked for again', () => {
  const { node, sent } = (() => {
    const fresh = new SingleNode({ snapshot: { index: 5, term: 1 }, log: [1] });
    fresh.storage.available = null;
    fresh.lead(2);
    return { node: fresh, sent: fresh.step(rejection(3, 2, 6, 0)) };
  })();
  assert.equal(sent, []);
  assert.is(node.progress(3).state, 'probe');
  node.storage.available = { index: 5, term: 1, confState: node.core.configuration };
  assert.is(ofType(node.step(heartbeatReply(3, 2)), 'InstallSnapshot').length, 1);
});

rules('entries that vanish between term and read lead to a snapshot', () => {
  const node = leader();
  node.propose('a');
  unreachable(node, 2);
  const { storage } = node;
  const read = storage.entries.bind(storage);
  storage.entries = () => {
    throw Object.assign(new Error('compacted'), { code: 'log-compacted' });
  };
  storage.available = { index: 2, term: 1, confState: node.core.configuration };
  const [sent] = ofType(node.step(heartbeatReply(2, 1)), 'InstallSnapshot');
  assert.is(sent?.to, 2);
  storage.entries = () => {
    throw new Error('disk on fire');
  };
  unreachable(node, 3);
  assert.throws(() => node.core.step(heartbeatReply(3, 1)), /disk on fire/);
  storage.entries = read;
});

const reports: readonly [ok: boolean, next: number][] = [
  [true, 6],
  [false, 1],
];

for (const [ok, next] of reports) {
  rules(
    `a snapshot reported ${ok ? 'sent' : 'failed'} is probed from ${next} after the next sign of life`,
    () => {
      const { node } = compacted();
      node.core.reportSnapshot(raftId(3), ok);
      const { state, isPaused, pendingSnapshot } = node.progress(3);
      assert.equal([state, isPaused, pendingSnapshot, node.progress(3).next], ['probe', true, 0, next]);
    },
  );
}

rules('a report about a snapshot that is not under way is ignored', () => {
  const node = leader();
  const before = node.progress(2);
  node.core.reportSnapshot(raftId(2), false);
  assert.equal(node.progress(2), before);
});

rules('commit knowledge goes back with next, so that it is told again', () => {
  const node = new SingleNode({ log: [1, 1, 1], term: 1, voters: [1, 2, 3, 4] });
  node.lead(2, 3);
  node.acknowledge(2);
  node.acknowledge(3);
  assert.is(node.core.commitIndex, 4);
  node.acknowledge(4, 1);
  node.step(rejection(4, 2, 4, 1));
  const told = ofType(node.acknowledge(4, 2), 'AppendEntries');
  assert.ok(told.some(one => one.to === 4 && one.commit === 4));
});

// Limits on proposals

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

// Followers

rules('an append before the commit index is answered with the commit index', () => {
  const node = new SingleNode({ log: [1, 1, 1], commit: 2 });
  const message = {
    type: 'AppendEntries',
    from: raftId(2),
    to: raftId(1),
    term: 1,
    prevLogIndex: 1,
    prevLogTerm: 9,
    entries: [],
    commit: 3,
  } as const;
  const [reply] = ofType(node.step(message), 'AppendEntriesReply');
  assert.equal([reply?.index, reply?.reject, node.core.commitIndex], [2, false, 2]);
});

rules('an acknowledgement names the last entry of the message, not of the log', () => {
  const node = new SingleNode({ log: [1, 1, 1, 1] });
  const base = { type: 'AppendEntries', from: raftId(2), to: raftId(1), term: 1, commit: 0 } as const;
  const replies = ofType(
    node.step(
      { ...base, prevLogIndex: 1, prevLogTerm: 1, entries: [entry(2, 1)] },
      { ...base, prevLogIndex: 1, prevLogTerm: 1, entries: [] },
    ),
    'AppendEntriesReply',
  );
  assert.equal(
    replies.map(reply => reply.index),
    [2, 1],
  );
});

rules('a heartbeat commits, never back, and is echoed at once', () => {
  const node = new SingleNode({ log: [1, 1, 1], commit: 2 });
  node.core.step(heartbeat(2, 1, 3, 17));
  assert.equal([node.core.commitIndex, node.core.leader], [3, 2]);
  const ready = node.core.ready();
  assert.equal(
    ofType(ready.messages, 'HeartbeatReply').map(reply => [reply.to, reply.readSequence]),
    [[2, 17]],
  );
  node.core.advance();
  node.step(heartbeat(2, 1, 1));
  assert.is(node.core.commitIndex, 3);
});

const uselessSnapshots: readonly [name: string, message: Message, commit: number][] = [
  ['is not ahead of the commit index', snapshotMessage(2, 1, [2, 1]), 2],
  [
    'does not have this node',
    snapshotMessage(2, 1, [9, 1], {
      voters: [raftId(2)],
      outgoing: [],
      learners: [],
      learnersNext: [],
      autoLeave: false,
    }),
    2,
  ],
  ['is in the log already', snapshotMessage(2, 1, [3, 1]), 3],
];

for (const [name, message, commit] of uselessSnapshots) {
  rules(`a snapshot that ${name} is not installed, and answered with the commit index`, () => {
    const node = new SingleNode({ log: [1, 1, 1, 1], commit: 2 });
    const [reply] = ofType(node.step(message), 'AppendEntriesReply');
    assert.equal([reply?.index, node.core.commitIndex, node.core.lastIndex], [commit, commit, 4]);
  });
}

for (const role of ['learner', 'outgoing voter'] as const) {
  rules(`a snapshot is installed where this node is in it as ${role}`, () => {
    const node = new SingleNode();
    const others = { voters: [raftId(2)], learnersNext: [], autoLeave: false };
    const own = [raftId(1)];
    const members =
      role === 'learner'
        ? { ...others, learners: own, outgoing: [] }
        : { ...others, learners: [], outgoing: own };
    node.step(snapshotMessage(2, 1, [9, 1], members));
    assert.is(node.core.appliedIndex, 9);
    assert.equal(node.core.configuration, members);
  });
}

rules('a snapshot with another term at its index replaces the log', () => {
  const node = new SingleNode({ log: [1, 1, 1, 1] });
  node.step(snapshotMessage(2, 2, [3, 2]));
  assert.equal([node.core.lastIndex, node.core.commitIndex], [3, 3]);
});

rules('leaders ignore what only followers handle', () => {
  const node = leader();
  const before = node.core.status();
  assert.equal(
    node.step(
      heartbeat(2, 1, 1),
      voteReply(2, 1),
      snapshotMessage(2, 1, [9, 1]),
      { type: 'TimeoutNow', from: raftId(2), to: raftId(1), term: 1 },
      { type: 'ReadIndexReply', from: raftId(2), to: raftId(1), term: 1, index: 1, context: 'x' },
    ),
    [],
  );
  assert.equal(node.core.status(), before);
});

rules.run();
