/** @module The seams for planted faults do what they say: a check that relies on them can fail. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Cluster } from './cluster.js';

test('vote-before-sync: power loss makes a node vote twice in a term', () => {
  const votesTwice = (mutations: readonly 'vote-before-sync'[]): boolean => {
    const cluster = new Cluster({ seed: 91, mutations });
    for (const { faulty } of cluster.nodes) faulty.setFault({ kind: 'slow', ms: 200 });
    const granted = new Set<number>();
    cluster.onFrame = frame => {
      for (const kind of frame.kinds) if (kind === 3) granted.add(frame.from);
    };
    cluster.until(() => granted.size > 0 || cluster.leader() !== null, 'a vote', 20_000);
    const [voter] = granted;
    return voter !== undefined && !cluster.member(voter).trace.some(({ ev }) => ev === 'vote');
  };
  assert.is(votesTwice([]), false);
  assert.is(votesTwice(['vote-before-sync']), true);
});

test('ack-before-sync: an acknowledged write is lost with the power', () => {
  const survives = (mutations: readonly 'ack-before-sync'[]): boolean => {
    const cluster = new Cluster({ seed: 92, mutations });
    const leader = cluster.awaitLeader();
    cluster.execute(leader, ['set', 'k', 'before']);
    cluster.converge();
    const followers = [0, 1, 2].filter(node => node !== leader);
    for (const node of followers) cluster.member(node).faulty.setFault({ kind: 'slow', ms: 300 });
    cluster.execute(leader, ['set', 'k', 'after']);
    for (const { node } of cluster.nodes) cluster.powerLoss(node);
    for (const node of followers) {
      cluster.member(node).faulty.setFault({ kind: 'ok' });
      cluster.start(node);
    }
    return cluster.get(cluster.awaitLeader(), 'k') === 'after';
  };
  assert.is(survives([]), true);
  assert.is(survives(['ack-before-sync']), false);
});

test('read-without-quorum: a leader that was cut off serves an old value', () => {
  const readsOld = (mutations: readonly 'read-without-quorum'[]): boolean => {
    const cluster = new Cluster({ size: 5, seed: 93, mutations });
    const old = cluster.awaitLeader();
    const rest = [0, 1, 2, 3, 4].filter(node => node !== old);
    cluster.execute(old, ['set', 'k', '1']);
    cluster.run(150);
    cluster.cut([old], rest);
    const outcome = cluster.awaitOutcome(cluster.read(old, ['get', 'k']));
    return outcome.kind === 'done';
  };
  assert.is(readsOld([]), false);
  assert.is(readsOld(['read-without-quorum']), true);
});

test('read-before-apply: a follower that is behind answers too early', () => {
  const answerOf = (mutations: readonly 'read-before-apply'[]): unknown => {
    const cluster = new Cluster({ seed: 94, mutations });
    const leader = cluster.awaitLeader();
    const behind = (leader + 1) % 3;
    cluster.member(behind).faulty.setFault({ kind: 'slow', ms: 150 });
    cluster.execute(leader, ['set', 'k', 'v']);
    return cluster.get(behind, 'k');
  };
  assert.is(answerOf([]), 'v');
  assert.is(answerOf(['read-before-apply']), null);
});

test('reuse-read-context: all rounds of a life have one name', () => {
  const namesOf = (mutations: readonly 'reuse-read-context'[]): number => {
    const cluster = new Cluster({ seed: 95, mutations });
    const follower = (cluster.awaitLeader() + 1) % 3;
    const names = new Set<string>();
    cluster.onFrame = frame => {
      if (frame.kinds.includes(14)) names.add(Buffer.from(frame.body).toString('latin1').slice(-6));
    };
    for (let i = 0; i < 5; i++) cluster.get(follower, 'k');
    return names.size;
  };
  assert.ok(namesOf([]) >= 5);
  assert.is(namesOf(['reuse-read-context']), 1);
});

test('stale-membership-in-snapshot: a node that starts from it forgets who its peers are', () => {
  const votersOf = (mutations: readonly 'stale-membership-in-snapshot'[]): number => {
    const cluster = new Cluster({ size: 4, seed: 96, mutations, limits: { logTailEntries: 1 } });
    const leader = cluster.awaitLeader();
    const leaving = (leader + 1) % 4;
    cluster.control(leader, { kind: 'remove', node: cluster.driver(leaving).node });
    for (let i = 0; i < 20; i++) cluster.execute(leader, ['incr', 'n']);
    cluster.control(leader, { kind: 'snapshot' });
    cluster.kill(leader);
    cluster.start(leader);
    return cluster.driver(leader).status().raft.voters.length;
  };
  assert.is(votersOf([]), 3);
  assert.is(votersOf(['stale-membership-in-snapshot']), 4);
});

test.run();
