/** @module Snapshots: made, compacted behind, sent in chunks, installed. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Cluster } from './cluster.js';

const LIMITS = {
  snapshotLogEntries: 50,
  logTailEntries: 5,
  snapshotChunkBytes: 500,
  snapshotSliceBytes: 300,
} as const;

function fill(cluster: Cluster, node: number, count: number, prefix: string): void {
  for (let i = 0; i < count; i++) cluster.execute(node, ['set', `${prefix}${i}`, 'x'.repeat(50)]);
}

test('the log is cut behind a snapshot and the node starts from it', () => {
  const cluster = new Cluster({ size: 1, seed: 41, limits: LIMITS });
  cluster.awaitLeader();
  fill(cluster, 0, 200, 'k');
  cluster.run(500);
  const { raft, keys } = cluster.driver(0).status();
  const { stateHash } = cluster.driver(0);
  assert.ok(raft.snapshotIndex > 100, `snapshot at ${raft.snapshotIndex}`);
  assert.ok(raft.firstIndex > 50, `log from ${raft.firstIndex}`);
  cluster.powerLoss(0);
  cluster.start(0);
  cluster.until(() => cluster.driver(0).status().raft.applied >= raft.applied, 'recovery');
  cluster.awaitLeader();
  assert.is(cluster.driver(0).status().keys, keys);
  assert.is(cluster.get(0, 'k7'), 'x'.repeat(50));
  assert.is(cluster.driver(0).stateHash, stateHash);
});

test('a follower that was down while the log was cut comes back by chunks while 20 % of messages drop', () => {
  const cluster = new Cluster({ seed: 42, limits: LIMITS });
  const leader = cluster.awaitLeader();
  const follower = (leader + 1) % 3;
  fill(cluster, leader, 20, 'a');
  cluster.kill(follower);
  fill(cluster, leader, 200, 'b');
  cluster.link = () => ({ drop: 0.2, duplicate: 0.1, jitterMs: 5 });
  cluster.start(follower);
  let chunks = 0;
  cluster.onFrame = frame => {
    for (const kind of frame.kinds) if (kind === 9) chunks += 1;
  };
  const writer = (leader + 2) % 3;
  let slowestMs = 0;
  const caughtUp = (): boolean => cluster.driver(follower).status().raft.applied > 200;
  for (let i = 0; !caughtUp() && i < 400; i++) {
    const beganMs = cluster.nowMs;
    cluster.awaitOutcome(cluster.submit(writer, ['set', `c${i}`, 'y']), 30_000);
    slowestMs = Math.max(slowestMs, cluster.nowMs - beganMs);
  }
  assert.ok(caughtUp(), 'caught up');
  assert.ok(chunks > 20, `${chunks} chunks`);
  assert.ok(cluster.member(follower).trace.some(({ ev }) => ev === 'install'));
  cluster.heal();
  cluster.converge();
  assert.is(cluster.get(follower, 'b7'), 'x'.repeat(50));
});

test('a transfer that is cut off in the middle goes on where it stopped, also when nothing moves for a while', () => {
  const cluster = new Cluster({ seed: 43, limits: LIMITS });
  const leader = cluster.awaitLeader();
  const follower = (leader + 1) % 3;
  cluster.kill(follower);
  fill(cluster, leader, 200, 'b');
  cluster.run(300);
  cluster.start(follower);
  let chunks = 0;
  const offsets: number[] = [];
  cluster.onFrame = frame => {
    for (const kind of frame.kinds) {
      if (kind !== 9) continue;
      chunks += 1;
      offsets.push(chunks);
    }
  };
  cluster.until(() => chunks > 8, 'some chunks');
  cluster.cut([leader, (leader + 2) % 3], [follower]);
  cluster.run(300);
  cluster.heal();
  cluster.converge();
  assert.is(cluster.get(follower, 'b199'), 'x'.repeat(50));
});

test('a leader change in the middle of a transfer does not stop the follower', () => {
  const cluster = new Cluster({ size: 5, seed: 44, limits: LIMITS });
  const leader = cluster.awaitLeader();
  const follower = (leader + 1) % 5;
  cluster.kill(follower);
  fill(cluster, leader, 200, 'b');
  cluster.run(300);
  cluster.start(follower);
  let chunks = 0;
  cluster.onFrame = frame => {
    for (const kind of frame.kinds) if (kind === 9) chunks += 1;
  };
  cluster.until(() => chunks > 5, 'some chunks');
  cluster.kill(leader);
  cluster.awaitLeader();
  cluster.until(() => cluster.driver(follower).status().raft.applied > 200, 'the follower', 30_000);
  cluster.start(leader);
  cluster.converge();
});

test('a batch under way on the receiver ends unknown, not lost, when a snapshot replaces its log', () => {
  const cluster = new Cluster({ seed: 45, limits: LIMITS });
  const old = cluster.awaitLeader();
  const rest = [0, 1, 2].filter(node => node !== old);
  cluster.cut([old], rest);
  const id = cluster.submit(old, ['incr', 'n']);
  cluster.until(() => rest.includes(cluster.leader() ?? -1), 'another leader');
  const next = cluster.awaitLeader();
  fill(cluster, next, 200, 'b');
  cluster.run(300);
  cluster.heal();
  assert.is(cluster.awaitOutcome(id, 30_000).kind, 'unknown');
  cluster.converge();
  const value = cluster.get(old, 'n');
  assert.ok(value === null || value === '1', String(value));
});

test('a snapshot on command', () => {
  const cluster = new Cluster({ seed: 46 });
  const leader = cluster.awaitLeader();
  fill(cluster, leader, 20, 'k');
  const result = cluster.control(leader, { kind: 'snapshot' });
  assert.is(result.ok, true);
  const { raft } = cluster.driver(leader).status();
  assert.is(raft.snapshotIndex, result.ok ? result.index : -1);
  assert.is(cluster.control(leader, { kind: 'snapshot' }).ok, true);
});

test('replies, duplicates and TTLs survive in the snapshot: replicas agree afterwards', () => {
  const cluster = new Cluster({ seed: 47, limits: LIMITS });
  const leader = cluster.awaitLeader();
  const follower = (leader + 1) % 3;
  cluster.kill(follower);
  for (let i = 0; i < 120; i++) cluster.execute(leader, ['set', `t${i}`, 'v', 'px', String(5000 + 100 * i)]);
  cluster.start(follower);
  cluster.converge();
  cluster.run(8000);
  cluster.converge();
  const keys = cluster.nodes.map(({ driver }) => driver?.status().keys);
  assert.is(keys[0], keys[1]);
  assert.is(keys[0], keys[2]);
  assert.ok((keys[0] ?? 0) > 0 && (keys[0] ?? 0) < 120, String(keys[0]));
});

test('a damaged snapshot file is not sent: an alarm, a new snapshot, and the follower gets that', () => {
  const cluster = new Cluster({ seed: 48, limits: LIMITS });
  const leader = cluster.awaitLeader();
  const follower = (leader + 1) % 3;
  cluster.kill(follower);
  fill(cluster, leader, 200, 'b');
  cluster.run(300);
  const target = cluster.member(leader);
  const name = target.disk.list().findLast(file => /^snapshot-\d/.test(file));
  assert.ok(name !== undefined && target.faulty.flipBit(name, 1000, 3), String(target.disk.list()));
  cluster.start(follower);
  cluster.execute(leader, ['set', 'more', 'x']);
  cluster.until(() => target.events.some(text => text.startsWith('alarm')), 'an alarm');
  cluster.converge();
  assert.is(cluster.get(follower, 'b7'), 'x'.repeat(50));
});

test('a snapshot that finds no space fails without harm and is made later', () => {
  const cluster = new Cluster({ seed: 49 });
  const leader = cluster.awaitLeader();
  fill(cluster, leader, 20, 'k');
  const target = cluster.member(leader);
  target.faulty.setFault({ kind: 'full' });
  const refused = cluster.control(leader, { kind: 'snapshot' });
  assert.is(!refused.ok && refused.code, 'refused');
  target.faulty.setFault({ kind: 'ok' });
  cluster.until(() => !cluster.driver(leader).isReadOnly, 'space');
  assert.is(cluster.control(leader, { kind: 'snapshot' }).ok, true);
});

test('a receiver without space for a snapshot says so and takes it when there is some', () => {
  const cluster = new Cluster({ seed: 50, limits: LIMITS });
  const leader = cluster.awaitLeader();
  const follower = (leader + 1) % 3;
  cluster.kill(follower);
  fill(cluster, leader, 200, 'b');
  cluster.run(300);
  cluster.start(follower);
  const target = cluster.member(follower);
  target.faulty.setFault({ kind: 'full' });
  cluster.until(() => target.events.some(text => text.includes('could not take a snapshot')), 'refusal');
  target.faulty.setFault({ kind: 'ok' });
  cluster.converge();
  assert.is(cluster.get(follower, 'b7'), 'x'.repeat(50));
});

test('a snapshot waits for a disk that does not keep up, while the node goes on', () => {
  const cluster = new Cluster({ size: 1, seed: 51 });
  cluster.awaitLeader();
  const { faulty, disk } = cluster.member(0);
  for (let i = 0; i < 150; i++) cluster.execute(0, ['set', `k${i}`, 'x'.repeat(64 * 1024)]);
  faulty.setFault({ kind: 'slow', ms: 200 });
  let isMade = false;
  cluster.driver(0).control({ kind: 'snapshot' }, ({ ok }) => {
    isMade = ok;
  });
  cluster.turn(0);
  cluster.run(100);
  const file = disk.open('snapshot-own.tmp', 'bulk');
  assert.ok(file.size() < 6 << 20, `${file.size()} bytes before the first sync`);
  file.close();
  assert.is(cluster.execute(0, ['incr', 'n'])[0], 1);
  assert.is(isMade, false);
  cluster.until(() => isMade, 'the snapshot');
});

test.run();
