/** Commit and log: situations that broke other implementations. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Message } from '../../src/raft/index.js';
import { Cluster } from './cluster.js';
import { appliedBy, elected, propose } from './group.js';

const scenarios = suite('scenarios: log');

scenarios('Figure 8: an entry of an old term on a majority is not committed by that', () => {
  // One entry a message, so that the old entry can pass alone.
  const cluster = new Cluster({
    size: 5,
    preVote: false,
    checkQuorum: false,
    maxSizePerMessageBytes: 1,
  });
  const s1 = cluster.elect(1);
  // (a) leader 1 replicates an entry to 2 only.
  cluster.canPass = ({ from, to }) => from <= 2 && to <= 2;
  const index = propose(cluster, s1, 'old');
  cluster.settle();
  assert.is(s1.core.commitIndex, index - 1);
  // (b) 5 is elected by 3 and 4, and appends an entry of its own at the same index, for itself.
  s1.crash();
  cluster.canPass = ({ from, to, type }) => from >= 3 && to >= 3 && type !== 'AppendEntries';
  const s5 = cluster.elect(5);
  s5.crash();
  // (c) 1 comes back, is elected (at the second attempt: 3 voted for 5), and brings the old entry to a majority.
  s1.restart();
  // Nothing behind the old entry reaches those who have that.
  const isOld = (message: Message): boolean =>
    message.type !== 'AppendEntries' ||
    message.entries.every(one => one.index <= index) ||
    cluster.node(message.to).storage.term(index) === undefined;
  cluster.canPass = message => message.from <= 3 && message.to <= 3 && isOld(message);
  for (let attempt = 0; attempt < 2; attempt += 1) {
    s1.core.campaign();
    cluster.settle();
  }
  assert.is(s1.core.role, 'leader');
  cluster.run(2);
  const holders = [1, 2, 3].map(id => cluster.node(id).storage.term(index));
  assert.equal(holders, [1, 1, 1], 'on a majority');
  assert.ok(s1.core.commitIndex < index);
  // (e) with an entry of its own term it commits both, and 5 cannot be elected any more.
  cluster.canPass = ({ from, to }) => from <= 3 && to <= 3;
  cluster.run(3);
  assert.ok(s1.core.commitIndex > index);
  s1.crash();
  s5.restart();
  cluster.heal();
  cluster.runUntil(() => cluster.leader() !== undefined, 120, 'a leader');
  assert.not.equal(cluster.leader()?.id, 5);
});

scenarios('a majority may commit before the disk of the leader; when it crashes nothing is lost', () => {
  const cluster = elected(1, { size: 3 });
  const leader = cluster.node(1);
  const index = propose(cluster, leader, 'x');
  for (let work = 0; work < 50; work += 1) {
    for (const id of [2, 3]) cluster.completeWrite(cluster.node(id));
    if (cluster.inFlight.length > 0) cluster.deliver(0);
  }
  assert.is(leader.core.commitIndex, index);
  assert.is(leader.storage.lastIndex(), index - 1, 'its own disk does not have it');
  leader.crash();
  leader.restart();
  cluster.runUntil(() => appliedBy(cluster, index).length === 3, 120, 'the entry everywhere');
});

scenarios('a group of one answers for an entry only when its disk has it', () => {
  const cluster = elected(1, { size: 1 });
  const node = cluster.node(1);
  const index = propose(cluster, node, 'x');
  assert.is(node.core.commitIndex, index - 1);
  cluster.settle();
  assert.is(node.core.appliedIndex, index);
});

scenarios('a vote that was not stored was never given', () => {
  const cluster = new Cluster({ size: 3, preVote: false, checkQuorum: false });
  const candidate = cluster.node(1);
  candidate.core.campaign();
  cluster.pump(candidate);
  while (cluster.inFlight.length > 0) cluster.deliver(0);
  const replies = cluster.inFlight.filter(message => message.type === 'RequestVoteReply');
  assert.equal(replies, [], 'no reply before the write');
  cluster.node(2).crash();
  cluster.node(2).restart();
  assert.is(cluster.node(2).core.term, 0);
  cluster.settle();
  assert.is(candidate.core.role, 'leader', 'with the vote of 3');
});

scenarios.run();
