/** Rules of followers: appends, heartbeats, snapshots. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Message, raftId } from '../../src/raft/index.js';
import { entry, heartbeat, ofType, SingleNode, snapshotMessage, voteReply } from './single-node.js';
import { leader } from './standing-nodes.js';

const rules = suite('follower rules');

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
