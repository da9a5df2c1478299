/** @module Nodes added, promoted, removed, replaced; leadership handed over. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { nodeIndex } from '../../src/node/peer-id.js';
import { Cluster } from './cluster.js';

const LIMITS = { snapshotLogEntries: 50, logTailEntries: 5, snapshotChunkBytes: 500 } as const;

function voters(cluster: Cluster, at: number): readonly number[] {
  return cluster.driver(at).status().raft.voters;
}

test('an added node learns, catches up, is promoted, and counts', () => {
  const cluster = new Cluster({ size: 4, members: 3, seed: 61 });
  const leader = cluster.awaitLeader();
  for (let i = 0; i < 30; i++) cluster.execute(leader, ['incr', 'n']);
  const result = cluster.control(leader, { kind: 'add', node: nodeIndex(3), incarnation: 0 });
  assert.is(result.ok, true);
  cluster.until(() => voters(cluster, 3).length === 4, 'promotion');
  cluster.converge();
  assert.is(cluster.get(3, 'n'), '30');
  assert.equal(voters(cluster, leader), [0, 1, 2, 3]);
});

test('a node added after the log was cut catches up by a snapshot', () => {
  const cluster = new Cluster({ size: 4, members: 3, seed: 62, limits: LIMITS });
  const leader = cluster.awaitLeader();
  for (let i = 0; i < 200; i++) cluster.execute(leader, ['set', `k${i}`, 'x']);
  cluster.control(leader, { kind: 'add', node: nodeIndex(3), incarnation: 0 });
  cluster.until(() => voters(cluster, 3).length === 4, 'promotion');
  assert.ok(cluster.member(3).trace.some(({ ev }) => ev === 'install'));
  cluster.converge();
});

test('a removed follower notices and stops; the others go on without it', () => {
  const cluster = new Cluster({ size: 4, seed: 63 });
  const leader = cluster.awaitLeader();
  const leaving = (leader + 1) % 4;
  assert.is(cluster.control(leader, { kind: 'remove', node: nodeIndex(leaving) }).ok, true);
  cluster.until(() => cluster.member(leaving).wasRemoved, 'notice', 20_000);
  assert.is(cluster.driver(leaving).isRunning, false);
  cluster.execute(leader, ['set', 'k', 'v']);
  assert.is(voters(cluster, leader).includes(leaving), false);
  assert.is(cluster.leader(), leader);
});

test('a node removed while it was cut off is told when it comes back', () => {
  const cluster = new Cluster({ size: 4, seed: 64 });
  const leader = cluster.awaitLeader();
  const leaving = (leader + 1) % 4;
  cluster.cut([0, 1, 2, 3].filter(node => node !== leaving));
  assert.is(cluster.control(leader, { kind: 'remove', node: nodeIndex(leaving) }).ok, true);
  cluster.run(1000);
  assert.is(cluster.member(leaving).wasRemoved, false);
  cluster.heal();
  cluster.until(() => cluster.member(leaving).wasRemoved, 'notice', 20_000);
  assert.is(cluster.leader(), leader);
});

test('a leader that removes itself hands over and stops', () => {
  const cluster = new Cluster({ size: 3, seed: 65 });
  const old = cluster.awaitLeader();
  assert.is(cluster.control(old, { kind: 'remove', node: nodeIndex(old) }).ok, true);
  cluster.until(() => cluster.member(old).wasRemoved, 'notice');
  cluster.until(() => cluster.leader() !== null && cluster.leader() !== old, 'another leader');
  const next = cluster.awaitLeader();
  cluster.execute(next, ['set', 'k', 'v']);
  assert.is(voters(cluster, next).length, 2);
});

test('the last voter cannot be removed', () => {
  const cluster = new Cluster({ size: 1 });
  cluster.awaitLeader();
  const result = cluster.control(0, { kind: 'remove', node: nodeIndex(0) });
  assert.is(!result.ok && result.code, 'refused');
});

test('changes go to the leader only', () => {
  const cluster = new Cluster({ seed: 66 });
  const follower = (cluster.awaitLeader() + 1) % 3;
  const result = cluster.control(follower, { kind: 'remove', node: nodeIndex(0) });
  assert.is(!result.ok && result.code, 'not-leader');
});

test('a node that lost its directory takes its own place under another incarnation', () => {
  const cluster = new Cluster({ size: 3, seed: 67 });
  const leader = cluster.awaitLeader();
  const lost = (leader + 1) % 3;
  for (let i = 0; i < 20; i++) cluster.execute(leader, ['incr', 'n']);
  cluster.kill(lost);
  const { disk } = cluster.member(lost);
  for (const name of disk.list()) disk.remove(name);
  disk.syncDirectory();
  cluster.start(lost, 1);
  assert.is(cluster.control(leader, { kind: 'add', node: nodeIndex(lost), incarnation: 1 }).ok, true);
  const members = (): unknown => cluster.driver(leader).debug('members');
  cluster.until(() => {
    const { voters: ids, learners } = members() as { voters: number[]; learners: number[] };
    return ids.length === 3 && ids.includes(256 + lost + 1) && learners.length === 0;
  }, 'replacement');
  cluster.converge();
  assert.is(cluster.get(lost, 'n'), '20');
});

test('leadership goes to the node that is asked for, under load', () => {
  const cluster = new Cluster({ size: 3, seed: 68 });
  const old = cluster.awaitLeader();
  const target = (old + 1) % 3;
  const ids: number[] = [];
  for (let i = 0; i < 50; i++) ids.push(cluster.submit(i % 3, ['incr', 'n']));
  assert.is(cluster.control(old, { kind: 'transfer', to: nodeIndex(target) }).ok, true);
  assert.is(cluster.awaitLeader(), target);
  for (const id of ids) assert.is(cluster.awaitOutcome(id).kind, 'done');
  assert.is(cluster.get(old, 'n'), '50');
});

test('a transfer to an unreachable node times out and leadership stays', () => {
  const cluster = new Cluster({ size: 3, seed: 69 });
  const leader = cluster.awaitLeader();
  const target = (leader + 1) % 3;
  cluster.kill(target);
  const result = cluster.control(leader, { kind: 'transfer', to: nodeIndex(target) });
  assert.is(!result.ok && result.code, 'timeout');
  cluster.execute(leader, ['set', 'k', 'v']);
  assert.is(cluster.leader(), leader);
});

test('a change that was proposed when leadership was lost is neither done nor refused for certain', () => {
  const cluster = new Cluster({ size: 4, seed: 70 });
  const old = cluster.awaitLeader();
  const rest = [0, 1, 2, 3].filter(node => node !== old);
  cluster.cut([old], rest);
  const result = cluster.control(old, { kind: 'remove', node: nodeIndex(rest[0] ?? 0) });
  assert.is(!result.ok && result.code, 'timeout');
});

test('changes asked for at once are made one after another', () => {
  const cluster = new Cluster({ size: 5, seed: 71 });
  const leader = cluster.awaitLeader();
  const [first = 0, second = 0] = [0, 1, 2, 3, 4].filter(node => node !== leader);
  const results: boolean[] = [];
  for (const node of [first, second, first]) {
    cluster.driver(leader).control({ kind: 'remove', node: nodeIndex(node) }, ({ ok }) => results.push(ok));
  }
  cluster.until(() => results.length === 3, 'all three');
  assert.equal(results, [true, true, true]);
  assert.is(voters(cluster, leader).length, 3);
});

test('what names no member, or comes in a flood, is refused', () => {
  const cluster = new Cluster({ seed: 72 });
  const leader = cluster.awaitLeader();
  const stranger = cluster.control(leader, { kind: 'remove', node: nodeIndex(9) });
  assert.is(!stranger.ok && stranger.code, 'bad-node');
  const nobody = cluster.control(leader, { kind: 'transfer', to: nodeIndex(9) });
  assert.is(!nobody.ok && nobody.code, 'bad-node');
  assert.is(cluster.control(leader, { kind: 'transfer', to: nodeIndex(leader) }).ok, true);
  const codes: string[] = [];
  for (let i = 0; i < 300; i++) {
    cluster.driver(leader).control({ kind: 'remove', node: nodeIndex(9) }, result => {
      codes.push(result.ok ? 'ok' : result.code);
    });
  }
  cluster.until(() => codes.length === 300, 'all answers');
  assert.is(codes.filter(code => code === 'refused').length, 300 - 256);
});

test.run();
