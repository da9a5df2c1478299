/** @module Leases, stale reads and confirmation rounds. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Lease } from '../../src/node/lease.js';
import { Cluster, ELECTION_TICKS, TICK_MS } from './cluster.js';

test('a lease counts from before its round, is shorter than an election, and ends with term and transfer', () => {
  const lease = new Lease(20, 10);
  assert.is(lease.holds(1, 0), false);
  lease.confirmed(1, 1000);
  assert.is(lease.holds(1, 1000), true);
  assert.is(lease.holds(2, 1000), false);
  assert.is(lease.holds(1, 1143), true);
  assert.is(lease.holds(1, 1144), false);
  lease.confirmed(1, 900);
  assert.is(lease.holds(1, 1143), true, 'an older round does not shorten it');
  lease.forfeit(1);
  lease.confirmed(1, 1100);
  assert.is(lease.holds(1, 1110), false, 'forfeited for the rest of the term');
  lease.confirmed(2, 1100);
  assert.is(lease.holds(2, 1110), true);
});

test('no lease outlasts its voters, however short elections are: two ticks may fall on the moment they hear the leader', () => {
  const tickMs = 5;
  for (let electionTicks = 2; electionTicks < 50; electionTicks++) {
    const lease = new Lease(electionTicks, tickMs);
    lease.confirmed(1, 1000);
    assert.is(lease.holds(1, 1000 + (electionTicks - 2) * tickMs), false, `${electionTicks} ticks`);
  }
});

test('lease reads at the leader need no round while the lease holds', () => {
  const cluster = new Cluster({ seed: 71, leaseReads: true });
  const leader = cluster.awaitLeader();
  cluster.execute(leader, ['set', 'k', 'v']);
  assert.is(cluster.get(leader, 'k', 'lease'), 'v');
  const beganMs = cluster.nowMs;
  assert.is(cluster.get(leader, 'k', 'lease'), 'v');
  assert.is(cluster.nowMs, beganMs);
});

test('a leader that is cut off stops to serve lease reads before another one can be elected', () => {
  const cluster = new Cluster({ size: 5, seed: 72, leaseReads: true });
  const old = cluster.awaitLeader();
  const rest = [0, 1, 2, 3, 4].filter(node => node !== old);
  cluster.execute(old, ['set', 'k', '1']);
  cluster.get(old, 'k', 'lease');
  cluster.cut([old], rest);
  cluster.until(() => rest.includes(cluster.leader() ?? -1), 'another leader');
  cluster.execute(rest[0] ?? 0, ['set', 'k', '2']);
  const outcome = cluster.awaitOutcome(cluster.read(old, ['get', 'k'], 'lease'));
  assert.is(outcome.kind, 'refused');
});

test('with leases a node that has just started does not vote for an election timeout', () => {
  const cluster = new Cluster({ size: 3, seed: 73, leaseReads: true });
  const leader = cluster.awaitLeader();
  const [voter = 0, candidate = 0] = [0, 1, 2].filter(node => node !== leader);
  cluster.get(leader, 'k', 'lease');
  cluster.cut([voter, candidate], [leader]);
  cluster.kill(voter);
  cluster.start(voter);
  const startedMs = cluster.nowMs;
  cluster.driver(candidate).control({ kind: 'campaign' }, () => {});
  cluster.until(() => [voter, candidate].includes(cluster.leader() ?? -1), 'another leader');
  assert.ok(cluster.nowMs - startedMs >= (ELECTION_TICKS - 1) * TICK_MS);
});

test('stale reads are answered by a node alone', () => {
  const cluster = new Cluster({ seed: 74 });
  const leader = cluster.awaitLeader();
  cluster.execute(leader, ['set', 'k', 'v']);
  cluster.converge();
  const other = (leader + 1) % 3;
  cluster.cut([0], [1], [2]);
  assert.is(cluster.get(other, 'k', 'stale'), 'v');
});

test('a read waits until its node has applied up to the read index', () => {
  const cluster = new Cluster({ seed: 75 });
  const leader = cluster.awaitLeader();
  const behind = (leader + 1) % 3;
  cluster.member(behind).faulty.setFault({ kind: 'slow', ms: 150 });
  cluster.execute(leader, ['set', 'k', 'v']);
  assert.is(cluster.get(behind, 'k', 'stale'), null);
  assert.is(cluster.get(behind, 'k'), 'v');
});

test.run();
