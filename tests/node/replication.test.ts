/** @module Writes and reads on a healthy cluster. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Cluster, repliesOf } from './cluster.js';

test('three nodes elect one leader and replicate a write to all', () => {
  const cluster = new Cluster();
  const leader = cluster.awaitLeader();
  const replies = cluster.execute(leader, ['set', 'k', 'v'], ['get', 'k']);
  assert.is(replies[1], 'v');
  cluster.converge();
  for (const { node } of cluster.nodes) assert.is(cluster.get(node, 'k', 'stale'), 'v');
});

test('a single node is its own majority', () => {
  const cluster = new Cluster({ size: 1 });
  cluster.awaitLeader();
  assert.is(cluster.execute(0, ['incr', 'n'])[0], 1);
  assert.is(cluster.get(0, 'n'), '1');
});

test('a write at a follower goes through the leader and is answered by the follower', () => {
  const cluster = new Cluster({ seed: 2 });
  const leader = cluster.awaitLeader();
  const follower = (leader + 1) % 3;
  const outcome = cluster.awaitOutcome(cluster.submit(follower, ['incr', 'n']));
  assert.is(repliesOf(outcome)[0], 1);
  assert.is(outcome.kind === 'done' && outcome.index > 1, true);
});

test('batches that one node submits together keep their order', () => {
  const cluster = new Cluster({ seed: 3 });
  const follower = (cluster.awaitLeader() + 1) % 3;
  const ids: number[] = [];
  for (let i = 0; i < 300; i++) ids.push(cluster.submit(follower, ['rpush', 'list', String(i)]));
  const lengths = ids.map(id => repliesOf(cluster.awaitOutcome(id))[0]);
  assert.equal(
    lengths,
    ids.map((_, i) => i + 1),
  );
});

test('a linearizable read at any node sees every write that was acknowledged before it began', () => {
  const cluster = new Cluster({ size: 5, seed: 4 });
  cluster.awaitLeader();
  for (let round = 0; round < 50; round++) {
    cluster.execute(round % 5, ['set', 'k', String(round)]);
    assert.is(cluster.get((round + 3) % 5, 'k'), String(round));
  }
});

test('a write in a read is refused by its reply and changes nothing', () => {
  const cluster = new Cluster();
  const leader = cluster.awaitLeader();
  const outcome = cluster.awaitOutcome(cluster.read(leader, ['set', 'k', 'v']));
  assert.match(JSON.stringify(outcome), 'ERR');
  assert.is(cluster.get(leader, 'k'), null);
});

test('many reads at once share few ReadIndex rounds', () => {
  const cluster = new Cluster({ seed: 5 });
  const follower = (cluster.awaitLeader() + 1) % 3;
  let rounds = 0;
  cluster.onFrame = frame => {
    for (const kind of frame.kinds) if (kind === 14) rounds += 1;
  };
  const ids: number[] = [];
  for (let i = 0; i < 500; i++) ids.push(cluster.read(follower, ['get', 'k']));
  for (const id of ids) cluster.awaitOutcome(id);
  assert.ok(rounds >= 1);
  assert.ok(rounds <= 8, `${rounds} rounds`);
});

test('log time passes by itself when a key is due, and the key is gone everywhere', () => {
  const cluster = new Cluster({ seed: 6 });
  const leader = cluster.awaitLeader();
  cluster.execute(leader, ['set', 'k', 'v', 'px', '500']);
  cluster.converge();
  cluster.until(
    () => cluster.nodes.every(({ driver }) => driver?.status().keys === 0),
    'expiry on all nodes',
    3000,
  );
  cluster.converge();
});

test('a leader with a clock that runs behind does not turn log time back', () => {
  const cluster = new Cluster({ seed: 7 });
  const first = cluster.awaitLeader();
  cluster.execute(first, ['set', 'k', 'v', 'px', '60000']);
  for (const target of cluster.nodes) if (target.node !== first) target.clockOffsetMs = -600_000;
  cluster.kill(first);
  const second = cluster.awaitLeader();
  const ttl = cluster.execute(second, ['pttl', 'k'])[0];
  assert.ok(typeof ttl === 'number' && ttl > 0 && ttl <= 60_000, String(ttl));
});

test('the same seed gives the same run, another seed another', () => {
  const runOf = (seed: number): string => {
    const cluster = new Cluster({ seed });
    cluster.link = () => ({ drop: 0.1, duplicate: 0.1, jitterMs: 20 });
    cluster.awaitLeader();
    for (let i = 0; i < 20; i++) cluster.submit(i % 3, ['incr', 'n']);
    cluster.run(2000);
    return JSON.stringify(cluster.nodes.map(({ trace }) => trace));
  };
  assert.is(runOf(8), runOf(8));
  assert.is.not(runOf(8), runOf(9));
});

test.run();
