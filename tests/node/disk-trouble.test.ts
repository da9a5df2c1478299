/** @module Disks that are full, broken or slow. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Cluster, ELECTION_TICKS, TICK_MS } from './cluster.js';

test('a node with a full disk is read-only, says so, and comes back by itself', () => {
  const cluster = new Cluster({ seed: 51 });
  const leader = cluster.awaitLeader();
  const follower = (leader + 1) % 3;
  cluster.execute(leader, ['set', 'k', '1']);
  cluster.member(follower).faulty.setFault({ kind: 'full' });
  cluster.execute(leader, ['set', 'k', '2']);
  cluster.until(() => cluster.driver(follower).status().readOnly, 'read-only');
  const refused = cluster.awaitOutcome(cluster.submit(follower, ['set', 'k', '3']));
  assert.is(refused.kind === 'refused' && refused.code, 'read-only');
  assert.is(cluster.get(leader, 'k'), '2');
  assert.is(cluster.get(follower, 'k', 'stale'), '1');
  cluster.member(follower).faulty.setFault({ kind: 'ok' });
  cluster.until(() => !cluster.driver(follower).status().readOnly, 'writable again');
  cluster.execute(follower, ['set', 'k', '4']);
  cluster.converge();
  const said = cluster.member(follower).events.filter(text => text.startsWith('fault'));
  assert.equal(said, ['fault: disk full: read-only', 'fault: the disk has space again']);
});

test('a leader with a full disk hands over and writes go on', () => {
  const cluster = new Cluster({ seed: 52 });
  const old = cluster.awaitLeader();
  cluster.execute(old, ['set', 'k', '1']);
  cluster.member(old).faulty.setFault({ kind: 'full' });
  cluster.submit(old, ['set', 'k', '2']);
  const other = (old + 1) % 3;
  cluster.until(() => cluster.leader() !== null && cluster.leader() !== old, 'another leader');
  cluster.execute(other, ['set', 'k', '3']);
  cluster.member(old).faulty.setFault({ kind: 'ok' });
  cluster.converge();
  assert.is(cluster.get(old, 'k'), '3');
});

test('all disks full: writes are refused, reads go on, nothing is lost when space returns', () => {
  const cluster = new Cluster({ seed: 53 });
  const leader = cluster.awaitLeader();
  cluster.execute(leader, ['set', 'k', '1']);
  cluster.converge();
  for (const { faulty } of cluster.nodes) faulty.setFault({ kind: 'full' });
  const outcomes = [0, 1, 2].map(node => cluster.submit(node, ['set', 'k', '2']));
  for (const id of outcomes) assert.is.not(cluster.awaitOutcome(id).kind, 'done');
  const again = cluster.awaitOutcome(cluster.submit(leader, ['set', 'k', '9']));
  assert.is(again.kind === 'refused' && again.code, 'read-only');
  for (const { faulty } of cluster.nodes) faulty.setFault({ kind: 'ok' });
  cluster.until(() => cluster.nodes.every(({ driver }) => driver?.isReadOnly === false), 'space');
  cluster.converge();
  cluster.execute(leader, ['set', 'j', '1']);
  assert.ok(['1', '2'].includes(String(cluster.get(leader, 'k'))));
});

test('an input/output error ends the node at once; the others go on', () => {
  const cluster = new Cluster({ seed: 54 });
  const old = cluster.awaitLeader();
  cluster.member(old).faulty.setFault({ kind: 'eio' });
  const id = cluster.submit(old, ['set', 'k', 'v']);
  assert.is(cluster.awaitOutcome(id).kind, 'unknown');
  assert.match(String(cluster.member(old).fault), /injected/);
  assert.is(cluster.driver(old).isRunning, false);
  const other = (old + 1) % 3;
  cluster.until(() => cluster.leader() !== null && cluster.leader() !== old, 'another leader');
  cluster.execute(other, ['set', 'j', '1']);
  const late = cluster.awaitOutcome(cluster.submit(old, ['set', 'k', 'v']));
  assert.is(late.kind === 'refused' && late.code, 'stopping');
});

test('a follower whose syncs take longer than an election keeps following', () => {
  const cluster = new Cluster({ seed: 55 });
  const leader = cluster.awaitLeader();
  const follower = (leader + 1) % 3;
  cluster.member(follower).faulty.setFault({ kind: 'slow', ms: 3 * ELECTION_TICKS * TICK_MS });
  for (let i = 0; i < 30; i++) cluster.execute(leader, ['incr', 'n']);
  cluster.run(3000);
  assert.is(cluster.leader(), leader);
  cluster.member(follower).faulty.setFault({ kind: 'ok' });
  cluster.converge();
});

test('a leader whose disk does not answer for election timeouts hands leadership over', () => {
  const cluster = new Cluster({ seed: 56 });
  const old = cluster.awaitLeader();
  cluster.execute(old, ['set', 'k', '1']);
  cluster.member(old).faulty.setFault({ kind: 'slow', ms: 60_000 });
  cluster.submit(old, ['set', 'k', '2']);
  const beganMs = cluster.nowMs;
  cluster.until(() => cluster.leader() !== null && cluster.leader() !== old, 'another leader');
  assert.ok(cluster.nowMs - beganMs < 6 * ELECTION_TICKS * TICK_MS, `${cluster.nowMs - beganMs} ms`);
  cluster.execute((old + 1) % 3, ['set', 'k', '3']);
});

test('a vote and an acknowledgement leave only after they are durable', () => {
  const cluster = new Cluster({ seed: 57 });
  const leader = cluster.awaitLeader();
  const followers = [0, 1, 2].filter(node => node !== leader);
  for (const node of followers) cluster.member(node).faulty.setFault({ kind: 'slow', ms: 500 });
  const id = cluster.submit(leader, ['set', 'k', 'v']);
  cluster.run(400);
  assert.is(cluster.outcomes.has(id), false);
  assert.is(cluster.awaitOutcome(id).kind, 'done');
});

test.run();
