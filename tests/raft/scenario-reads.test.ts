/** Reads: situations that broke other implementations. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Message } from '../../src/raft/index.js';
import { elected, propose } from './group.js';

const scenarios = suite('scenarios: reads');

scenarios('a new leader serves no read before an entry of its term is committed', () => {
  const cluster = elected(1, { size: 3 });
  const index = propose(cluster, cluster.node(1), 'x');
  cluster.settle();
  cluster.node(1).crash();
  // 2 wins, but its no-op reaches nobody.
  cluster.canPass = ({ type }) => type !== 'AppendEntries';
  cluster.runUntil(() => cluster.leader() !== undefined, 80, 'a leader');
  const leader = cluster.leader();
  if (leader === undefined) throw new Error('no leader');
  leader.core.readIndex('r');
  cluster.run(2);
  assert.equal(leader.readStates, []);
  cluster.heal();
  cluster.run(3);
  assert.is(leader.readStates.length, 1);
  assert.ok((leader.readStates[0]?.index ?? 0) > index);
});

scenarios('repeated and delayed echoes of heartbeats confirm only what they were sent for', () => {
  const cluster = elected(1, { size: 3 });
  const leader = cluster.node(1);
  const echoes: Message[] = [];
  cluster.canPass = message => {
    if (message.type === 'HeartbeatReply') echoes.push(message);
    return true;
  };
  leader.core.readIndex('first');
  cluster.settle();
  assert.is(leader.readStates.length, 1);
  // The leader is cut off; another leader commits; the old echoes come again.
  cluster.isolate(1);
  leader.core.readIndex('second');
  for (const echo of [...echoes, ...echoes]) cluster.step(leader, echo);
  cluster.pump(leader);
  assert.is(leader.readStates.length, 1);
});

scenarios('a follower read point is not before what was applied anywhere when it was asked for', () => {
  const cluster = elected(1, { size: 3 });
  cluster.canPass = ({ to }) => to !== 3;
  const index = propose(cluster, cluster.node(1), 'x');
  cluster.settle();
  cluster.heal();
  const follower = cluster.node(3);
  assert.ok(follower.core.commitIndex < index);
  follower.core.readIndex('f');
  cluster.settle();
  assert.ok((follower.readStates[0]?.index ?? 0) >= index);
});

scenarios('a group of one that restarts gives no read point before what it had acknowledged', () => {
  const cluster = elected(1, { size: 1 });
  const node = cluster.node(1);
  const index = propose(cluster, node, 'x');
  cluster.completeWrite(node);
  // The commit index itself was never stored.
  node.crash();
  node.restart();
  assert.ok(node.core.commitIndex < index);
  node.core.campaign();
  cluster.pump(node);
  node.core.readIndex('r');
  cluster.settle();
  const reads = node.readStates.filter(state => state.context === 'r');
  assert.ok(reads.every(state => state.index >= index));
  node.core.readIndex('later');
  cluster.settle();
  assert.ok((node.readStates.at(-1)?.index ?? 0) >= index);
});

scenarios.run();
