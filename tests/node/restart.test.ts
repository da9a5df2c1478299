/** @module Crashes and restarts from the disk. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Cluster } from './cluster.js';

test('after power loss of all nodes every acknowledged write is there', () => {
  const cluster = new Cluster({ seed: 31 });
  const leader = cluster.awaitLeader();
  for (let i = 0; i < 50; i++) cluster.execute(leader, ['incr', 'n']);
  for (const { node } of cluster.nodes) cluster.powerLoss(node);
  for (const { node } of cluster.nodes) cluster.start(node);
  const next = cluster.awaitLeader();
  assert.is(cluster.get(next, 'n'), '50');
});

test('terms, votes and commit indexes never go back over restarts', () => {
  const cluster = new Cluster({ seed: 32 });
  for (let round = 0; round < 6; round++) {
    const leader = cluster.awaitLeader();
    cluster.execute(leader, ['incr', 'n']);
    cluster.powerLoss(leader);
    cluster.run(500);
    cluster.start(leader);
    cluster.run(200);
  }
  cluster.converge();
  for (const { trace } of cluster.nodes) {
    let term = 0;
    let votedTerm = 0;
    for (const event of trace) {
      if (event.ev === 'start' || event.ev === 'term') {
        assert.ok(event.term >= term, `term ${event.term} after ${term}`);
        term = event.term;
      }
      if (event.ev === 'vote') {
        assert.ok(event.term > votedTerm, 'one vote a term');
        votedTerm = event.term;
      }
    }
  }
});

test('a new leader takes over within a bounded time when the leader dies, and clients go on', () => {
  const cluster = new Cluster({ size: 5, seed: 33 });
  const old = cluster.awaitLeader();
  cluster.execute(old, ['set', 'k', '1']);
  cluster.kill(old);
  const diedMs = cluster.nowMs;
  cluster.awaitLeader();
  assert.ok(cluster.nowMs - diedMs < 2 * 400, `${cluster.nowMs - diedMs} ms`);
  const other = (old + 1) % 5;
  assert.is(cluster.get(other, 'k'), '1');
  cluster.start(old);
  cluster.execute(old, ['set', 'k', '2']);
  cluster.converge();
});

test('a restarted origin does not take answers of its former life', () => {
  const cluster = new Cluster({ seed: 34 });
  const leader = cluster.awaitLeader();
  const origin = (leader + 1) % 3;
  for (let i = 0; i < 5; i++) cluster.execute(origin, ['incr', 'n']);
  const lost = cluster.submit(origin, ['incr', 'n']);
  cluster.run(1);
  cluster.kill(origin);
  cluster.start(origin);
  const replies = [1, 2, 3].map(() => cluster.execute(origin, ['incr', 'm'])[0]);
  assert.equal(replies, [1, 2, 3]);
  assert.is(cluster.outcomes.has(lost), false);
});

test('after a start the log comes into memory piece by piece, however long it is', () => {
  const unappliedBytes = 10_000;
  const entryBytes = 1_000;
  const cluster = new Cluster({ size: 1, seed: 35, limits: { unappliedBytes } });
  const leader = cluster.awaitLeader();
  const value = 'x'.repeat(entryBytes);
  for (let i = 0; i < 200; i++) cluster.execute(leader, ['set', `k${i}`, value]);
  cluster.kill(leader);
  cluster.start(leader);
  const { storage } = cluster.nodes[leader] ?? {};
  if (storage === undefined || storage === null) throw new Error('the node is down');
  const pieces: number[] = [];
  const read = storage.entries.bind(storage);
  storage.entries = (from, to, maxBytes) => {
    const entries = read(from, to, maxBytes);
    pieces.push(entries.reduce((sum, { data }) => sum + data.length, 0));
    return entries;
  };
  cluster.awaitLeader();
  assert.is(cluster.get(leader, 'k199'), value);
  assert.ok(Math.max(...pieces) <= unappliedBytes + 2 * entryBytes, `pieces of ${pieces}`);
  assert.ok(pieces.reduce((sum, bytes) => sum + bytes, 0) >= 200 * entryBytes, 'the log was read');
});

test.run();
