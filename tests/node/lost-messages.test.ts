/** @module Clients wait for lost messages to be found out: not for several heartbeats each. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Cluster, HEARTBEAT_TICKS, TICK_MS } from './cluster.js';

test('with a fifth of all messages lost, the slowest of many writes takes a few heartbeats', () => {
  const cluster = new Cluster({ seed: 71 });
  const leader = cluster.awaitLeader();
  // One follower is enough for a majority, and there is only one: each loss counts.
  cluster.kill((leader + 1) % 3);
  cluster.link = () => ({ drop: 0.2, duplicate: 0, jitterMs: 0 });
  const waits: number[] = [];
  for (let i = 0; i < 400; i++) {
    const beganMs = cluster.nowMs;
    const id = cluster.submit(leader, ['incr', 'n']);
    cluster.until(() => cluster.outcomes.has(id), 'an outcome');
    waits.push((cluster.nowMs - beganMs) / (HEARTBEAT_TICKS * TICK_MS));
  }
  waits.sort((a, b) => a - b);
  const late = waits[Math.floor(waits.length * 0.98)] ?? 0;
  assert.ok(late < 4, `2 % of the writes took ${late.toFixed(1)} heartbeats or more`);
});

test('a follower that returns is fed a bounded piece at a time, so that the leader has time for the others', () => {
  const inflightBytes = 10_000;
  const messageBytes = 2_000;
  const cluster = new Cluster({ seed: 72, limits: { inflightBytes, messageBytes } });
  const leader = cluster.awaitLeader();
  const follower = (leader + 1) % 3;
  cluster.kill(follower);
  for (let i = 0; i < 200; i++) cluster.execute(leader, ['set', `k${i}`, 'x'.repeat(1_000)]);
  let unanswered = 0;
  let most = 0;
  cluster.onFrame = ({ from, to, body }) => {
    if (from === follower) unanswered = 0;
    if (to === follower && from === leader) unanswered += body.length;
    most = Math.max(most, unanswered);
  };
  cluster.start(follower);
  cluster.until(() => cluster.driver(follower).status().raft.applied > 200, 'the follower to catch up');
  assert.ok(most > inflightBytes / 2, `${most} bytes at most`);
  assert.ok(most < inflightBytes + 2 * messageBytes, `${most} bytes in one go`);
});

test.run();
