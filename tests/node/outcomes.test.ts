/** @module What clients are told: done and refused are certain, everything else is unknown. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Cluster } from './cluster.js';

test('without any leader a write is refused: it was never exposed', () => {
  const cluster = new Cluster();
  cluster.cut([0], [1], [2]);
  const outcome = cluster.awaitOutcome(cluster.submit(0, ['set', 'k', 'v']));
  assert.is(outcome.kind, 'refused');
  assert.is(outcome.kind === 'refused' && outcome.code, 'no-leader');
  cluster.heal();
  const leader = cluster.awaitLeader();
  assert.is(cluster.get(leader, 'k'), null);
});

test('a write that waits for a leader is done when there is one', () => {
  const cluster = new Cluster();
  const id = cluster.submit(2, ['set', 'k', 'v']);
  assert.is(cluster.awaitOutcome(id).kind, 'done');
});

test('a leader cut off with a minority acknowledges nothing and serves no read; its entries are gone after heal', () => {
  const cluster = new Cluster({ size: 5, seed: 11 });
  const old = cluster.awaitLeader();
  cluster.execute(old, ['set', 'k', 'before']);
  const companion = (old + 1) % 5;
  const rest = [0, 1, 2, 3, 4].filter(node => node !== old && node !== companion);
  cluster.cut([old, companion], rest);
  const lost = cluster.submit(old, ['set', 'lost', 'x']);
  const read = cluster.read(old, ['get', 'k']);
  const readThere = cluster.read(companion, ['get', 'k']);
  cluster.until(() => rest.includes(cluster.leader() ?? -1), 'a leader of the majority');
  cluster.execute(rest[0] ?? 0, ['set', 'k', 'after']);
  assert.is(cluster.awaitOutcome(lost).kind, 'unknown');
  assert.is(cluster.awaitOutcome(read).kind, 'refused');
  assert.is(cluster.awaitOutcome(readThere).kind, 'refused');
  cluster.heal();
  cluster.converge();
  assert.is(cluster.get(old, 'k'), 'after');
  assert.is(cluster.get(old, 'lost'), null);
});

test('a batch lost with its leader is proposed again and done once', () => {
  const cluster = new Cluster({ seed: 12 });
  const old = cluster.awaitLeader();
  const origin = (old + 1) % 3;
  cluster.execute(origin, ['set', 'n', '0']);
  cluster.cut([old, origin], [(old + 2) % 3]);
  cluster.link = (from, to) => ({ drop: from === old && to !== origin ? 1 : 0, duplicate: 0, jitterMs: 0 });
  const id = cluster.submit(origin, ['incr', 'n']);
  cluster.run(20);
  cluster.kill(old);
  cluster.heal();
  assert.is(cluster.awaitOutcome(id).kind, 'done');
  assert.is(cluster.get(origin, 'n'), '1');
});

test('an exposed batch that finds no majority ends unknown and may still take effect, at most once', () => {
  const cluster = new Cluster({ seed: 13 });
  const leader = cluster.awaitLeader();
  cluster.cut([leader], [(leader + 1) % 3], [(leader + 2) % 3]);
  const id = cluster.submit(leader, ['incr', 'n']);
  assert.is(cluster.awaitOutcome(id).kind, 'unknown');
  cluster.heal();
  cluster.awaitLeader();
  cluster.converge();
  const value = cluster.get(leader, 'n');
  assert.ok(value === null || value === '1', String(value));
});

test('too large, too many: refused at once', () => {
  const cluster = new Cluster({ limits: { batchBytes: 1000, clientBatches: 3 } });
  cluster.cut([0], [1], [2]);
  const large = cluster.awaitOutcome(cluster.submit(0, ['set', 'k', 'v'.repeat(2000)]));
  assert.is(large.kind === 'refused' && large.code, 'too-large');
  const ids = [1, 2, 3, 4].map(i => cluster.submit(0, ['set', 'k', String(i)]));
  const last = cluster.awaitOutcome(ids[3] ?? 0);
  assert.is(last.kind === 'refused' && last.code, 'overloaded');
});

test('stopping answers everybody, with what is certain', () => {
  const cluster = new Cluster({ seed: 14 });
  const leader = cluster.awaitLeader();
  cluster.cut([0], [1], [2]);
  const exposed = cluster.submit(leader, ['set', 'a', '1']);
  const read = cluster.read(leader, ['get', 'a']);
  cluster.run(5);
  const driver = cluster.driver(leader);
  driver.stop();
  assert.is(cluster.outcomes.get(exposed)?.kind, 'unknown');
  assert.is(cluster.outcomes.get(read)?.kind, 'refused');
  const late = cluster.awaitOutcome(cluster.submit(leader, ['set', 'b', '1']));
  assert.is(late.kind === 'refused' && late.code, 'stopping');
});

test.run();
