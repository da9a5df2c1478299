/** Rules of snapshots at the leader. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type Message, raftId } from '../../src/raft/index.js';
import {
  appendReply,
  heartbeatReply,
  type NodeOptions,
  ofType,
  rejection,
  SingleNode,
} from './single-node.js';
import { leader, unreachable } from './standing-nodes.js';

const rules = suite('snapshot rules');

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

rules('an acknowledgement from who needs a snapshot in the making is not answered', () => {
  const node = new SingleNode({ snapshot: { index: 5, term: 1 }, log: [1] });
  node.storage.available = null;
  node.lead(2);
  assert.equal(node.step(appendReply(3, 2, 0)), []);
  assert.equal([node.progress(3).state, node.progress(3).next], ['replicate', 1]);
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

rules.run();
