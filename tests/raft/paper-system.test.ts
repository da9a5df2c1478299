/** The Raft paper (extended version), sections 5.5 to 8: crashes, membership, compaction, clients, each rule under its section. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { raftId } from '../../src/raft/index.js';
import {
  append,
  codeOf,
  entriesOf,
  entry,
  heartbeat,
  ofType,
  rejection,
  SingleNode,
  snapshotMessage,
  voteReply,
  voteRequest,
} from './single-node.js';
import { inRole } from './standing-nodes.js';

const paper = suite('Raft paper');

// 5.5 Follower and candidate crashes

paper('5.5: a repeated AppendEntries changes nothing and is answered the same', () => {
  const node = new SingleNode();
  const message = append(2, 1, [0, 0], [entry(1, 1, 'a'), entry(2, 1, 'b')]);
  const first = node.step(message);
  const second = node.step(message);
  assert.equal(second, first);
  assert.equal(node.terms, [1, 1]);
});

paper('5.5: term, vote and log survive a restart', () => {
  const node = new SingleNode({ log: [1, 1], term: 4, vote: 3, commit: 1 });
  const { term, vote, commitIndex, lastIndex } = node.core.status();
  assert.equal([term, vote, commitIndex, lastIndex], [4, 3, 1, 2]);
  const [reply] = ofType(node.step(voteRequest(2, 4, [9, 4])), 'RequestVoteReply');
  assert.is(reply?.reject, true, 'it voted in this term before the restart');
});

// 6 Cluster membership changes

paper('6: in joint consensus an election needs both majorities', () => {
  const node = new SingleNode({ voters: [1, 4, 5], outgoing: [1, 2, 3] });
  node.core.campaign();
  node.flush();
  node.step(voteReply(2, 1), voteReply(3, 1));
  assert.is(node.core.role, 'candidate');
  node.step(voteReply(4, 1));
  assert.is(node.core.role, 'leader');
});

paper('6: in joint consensus a commit needs both majorities', () => {
  const node = new SingleNode({ voters: [1, 4, 5], outgoing: [1, 2, 3] });
  node.lead(2, 3, 4);
  node.acknowledge(2);
  node.acknowledge(3);
  assert.is(node.core.commitIndex, 0);
  node.acknowledge(5);
  assert.is(node.core.commitIndex, 1);
});

paper('6: servers ignore vote requests while they hear a leader', () => {
  const node = new SingleNode({ checkQuorum: true });
  node.step(heartbeat(2, 1));
  assert.equal(node.step(voteRequest(3, 7, [9, 7])), []);
  assert.is(node.core.term, 1);
  node.tick(10);
  const [reply] = ofType(node.step(voteRequest(3, 7, [9, 7])), 'RequestVoteReply');
  assert.is(reply?.reject, false, 'the leader was silent for the least election timeout');
});

// 7 Log compaction

paper('7: a follower that needs what was compacted gets the snapshot', () => {
  const node = new SingleNode({ snapshot: { index: 5, term: 1 }, log: [1] });
  node.lead(2);
  const [sent] = ofType(node.step(rejection(3, 2, 6, 0)), 'InstallSnapshot');
  assert.is(sent?.to, 3);
  assert.is(sent?.snapshot.index, 5);
});

paper('7: a snapshot replaces the whole log', () => {
  const node = new SingleNode({ log: [1, 1] });
  const sent = node.step(snapshotMessage(2, 2, [9, 2]));
  assert.equal([node.core.lastIndex, node.core.commitIndex, node.core.appliedIndex], [9, 9, 9]);
  assert.is(ofType(sent, 'AppendEntriesReply')[0]?.index, 9);
});

paper('7, Figure 13: a log that has the last entry of the snapshot keeps what follows it', () => {
  const node = new SingleNode({ log: [1, 2, 2, 2], term: 2 });
  node.step(snapshotMessage(2, 2, [3, 2]));
  assert.equal(node.terms, [1, 2, 2, 2]);
  assert.is(node.core.commitIndex, 3);
});

// 8 Client interaction

paper('8: a new leader appends a no-op at once, and serves no read before it is committed', () => {
  const node = new SingleNode({ log: [1], term: 1, commit: 0 });
  node.lead(2);
  assert.equal(node.storage.all().at(-1), entriesOf([1, 2])[1]);
  node.core.readIndex('early');
  node.flush();
  assert.equal(node.readStates, []);
  node.acknowledge(2);
  const { term } = node.core;
  node.step({ type: 'HeartbeatReply', from: raftId(2), to: raftId(1), term, readSequence: 1 });
  assert.equal(node.readStates, [{ index: 2, context: 'early' }]);
});

paper('8: a proposal without a leader is dropped, for certain', () => {
  const follower = new SingleNode();
  assert.is(
    codeOf(() => follower.core.propose(new Uint8Array([1]))),
    'proposal-dropped',
  );
  const candidate = inRole('candidate');
  assert.is(
    codeOf(() => candidate.core.propose(new Uint8Array([1]))),
    'proposal-dropped',
  );
});

paper.run();
