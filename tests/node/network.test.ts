/** @module Messages that are lost, late, doubled or out of order. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Cluster } from './cluster.js';

test('nothing is applied twice, whatever is duplicated and reordered', () => {
  for (const seed of [21, 22, 23]) {
    const cluster = new Cluster({ seed });
    cluster.awaitLeader();
    cluster.link = () => ({ drop: 0.1, duplicate: 0.5, jitterMs: 60 });
    const ids: number[] = [];
    for (let i = 0; i < 100; i++) {
      ids.push(cluster.submit(i % 3, ['incr', 'n']));
      cluster.run(20);
    }
    const outcomes = ids.map(id => cluster.awaitOutcome(id, 30_000).kind);
    cluster.heal();
    cluster.converge();
    const done = outcomes.filter(kind => kind === 'done').length;
    const open = outcomes.filter(kind => kind === 'unknown').length;
    const value = Number(cluster.get(0, 'n'));
    assert.ok(done > 50, `${done} done`);
    assert.ok(value >= done && value <= done + open, `${value} with ${done} done and ${open} unknown`);
  }
});

test('each batch takes effect at one index only, the same on all nodes', () => {
  const cluster = new Cluster({ seed: 24 });
  cluster.awaitLeader();
  cluster.link = () => ({ drop: 0.2, duplicate: 0.5, jitterMs: 30 });
  const ids: number[] = [];
  for (let i = 0; i < 100; i++) ids.push(cluster.submit(i % 3, ['rpush', 'l', String(i)]));
  for (const id of ids) cluster.awaitOutcome(id, 30_000);
  cluster.heal();
  cluster.converge();
  const effects = cluster.nodes.map(({ trace }) =>
    trace.flatMap(event =>
      event.ev === 'apply' && event.client !== null && event.effect
        ? [`${event.client}.${event.seq}@${event.index}`]
        : [],
    ),
  );
  assert.equal(effects[1], effects[0]);
  assert.equal(effects[2], effects[0]);
  const commands = (effects[0] ?? []).map(effect => effect.split('@')[0]);
  assert.is(new Set(commands).size, commands.length);
});

test('with 30 % loss in every direction writes and reads still go through', () => {
  const cluster = new Cluster({ size: 5, seed: 25 });
  cluster.link = () => ({ drop: 0.3, duplicate: 0, jitterMs: 5 });
  cluster.awaitLeader(30_000);
  let done = 0;
  for (let i = 0; i < 40; i++) {
    const write = cluster.awaitOutcome(cluster.submit(i % 5, ['set', 'k', String(i)]), 30_000);
    const read = cluster.awaitOutcome(cluster.read(i % 5, ['get', 'k']), 30_000);
    if (write.kind === 'done') done += 1;
    if (write.kind === 'done' && read.kind === 'done') assert.is(read.replies[0], String(i));
  }
  assert.ok(done >= 30, `${done} of 40`);
});

test('garbage and strangers are dropped and counted', () => {
  const cluster = new Cluster({ seed: 26 });
  const leader = cluster.awaitLeader();
  const body = new Uint8Array(40).fill(255);
  const target = cluster.driver(leader);
  target.receive({
    from: cluster.driver((leader + 1) % 3).node,
    to: target.node,
    kinds: [0, 200],
    ends: [20, 40],
    body,
  });
  cluster.run(50);
  assert.is(target.status().malformed, 2);
  assert.is(cluster.execute(leader, ['set', 'k', 'v'])[0] !== null, true);
});

test('a mailbox that is full loses frames and says so', () => {
  const cluster = new Cluster({ limits: { mailboxFrames: 2 } });
  const target = cluster.driver(0);
  const frame = {
    from: cluster.driver(1).node,
    to: target.node,
    kinds: [],
    ends: [],
    body: new Uint8Array(0),
  };
  assert.equal(
    [1, 2, 3].map(() => target.receive(frame)),
    [true, true, false],
  );
  assert.is(target.status().framesLost, 1);
});

test.run();
