/** @module Status, debug variables, events, state hashes, traces. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { StateHashes } from '../../src/node/state-hashes.js';
import { Cluster } from './cluster.js';

test('state hashes: who differs from the most is named, once, when the next checkpoint begins', () => {
  const hashes = new StateHashes<number>();
  assert.equal(hashes.add(256, 0, 'a'), []);
  assert.equal(hashes.add(256, 2, 'b'), []);
  assert.equal(hashes.add(256, 1, 'a'), []);
  assert.equal(hashes.add(512, 0, 'c'), [2]);
  assert.equal(hashes.add(512, 2, 'd'), []);
  assert.equal(hashes.add(512, 1, 'c'), []);
  assert.equal(hashes.add(768, 1, 'e'), [], 'named before');
  assert.equal(hashes.add(256, 3, 'x'), [3], 'a late one is judged at once');
});

test('state hashes: two against each other are both named', () => {
  const hashes = new StateHashes<number>();
  hashes.add(1, 0, 'a');
  hashes.add(1, 1, 'b');
  assert.equal(hashes.add(2, 0, 'c'), [0, 1]);
});

test('a replica whose state was tampered with raises an alarm that names it', () => {
  const cluster = new Cluster({ seed: 81, limits: { stateHashEvery: 8 } });
  const leader = cluster.awaitLeader();
  for (let i = 0; i < 30; i++) cluster.execute(leader, ['incr', 'n']);
  cluster.converge();
  assert.is(
    cluster.nodes.some(({ events }) => events.some(text => text.startsWith('alarm'))),
    false,
  );
  const odd = (leader + 1) % 3;
  const machine = cluster.member(odd).machine;
  assert.ok(machine !== null);
  const real = machine.hash.bind(machine);
  machine.hash = () => real().replace(/./, digit => (digit === '0' ? '1' : '0'));
  for (let i = 0; i < 30; i++) cluster.execute(leader, ['incr', 'n']);
  cluster.run(100);
  const alarms = cluster.member(leader).events.filter(text => text.startsWith('alarm'));
  assert.is(alarms.length, 1);
  assert.match(alarms[0] ?? '', new RegExp(`node ${odd}$`));
});

test('status and debug describe the node as JSON', () => {
  const cluster = new Cluster({ seed: 82 });
  const leader = cluster.awaitLeader();
  cluster.execute(leader, ['set', 'k', 'v']);
  cluster.converge();
  const status = cluster.driver(leader).status();
  assert.is(status.raft.role, 'leader');
  assert.is(status.raft.leader, leader);
  assert.is(status.raft.vote, leader);
  assert.equal(status.raft.voters, [0, 1, 2]);
  assert.is(status.raft.progress.length, 3);
  assert.is(status.raft.tailTerms.at(-1), status.raft.lastTerm);
  assert.is(status.keys, 1);
  assert.is(status.writes, 1);
  assert.equal(JSON.parse(JSON.stringify(status)), status);
  const driver = cluster.driver(leader);
  const matchIndex = driver.debug('matchIndex') as Record<string, number>;
  assert.equal(Object.keys(matchIndex), ['0', '1', '2']);
  assert.is(matchIndex['0'], status.raft.lastIndex);
  assert.is((driver.debug('log') as unknown[]).length, status.raft.lastIndex);
  for (const name of ['all', 'nextIndex', 'currentTerm', 'commitIndex', 'votedFor', 'state', 'keys']) {
    assert.ok(driver.debug(name) !== undefined, name);
  }
  assert.is(driver.debug('nonsense'), undefined);
  assert.equal(cluster.driver((leader + 1) % 3).debug('matchIndex'), {});
});

test('the trace tells of every step, and its order keeps the promises', () => {
  const cluster = new Cluster({ seed: 83, limits: { stateHashEvery: 4 } });
  const leader = cluster.awaitLeader();
  for (let i = 0; i < 10; i++) cluster.execute(leader, ['incr', 'n']);
  cluster.converge();
  for (const { trace, node } of cluster.nodes) {
    const kinds = new Set(trace.map(({ ev }) => ev));
    for (const kind of ['start', 'term', 'vote', 'append', 'ack', 'commit', 'apply', 'state'] as const) {
      assert.ok(kinds.has(kind), `${kind} on node ${node}`);
    }
    let appended = 0;
    let committed = 0;
    let applied = 0;
    for (const event of trace) {
      if (event.ev === 'append') appended = event.index;
      if (event.ev === 'ack') assert.ok(event.index <= appended, 'ack after append');
      if (event.ev === 'commit') committed = event.index;
      if (event.ev === 'apply') {
        assert.is(event.index, applied + 1);
        applied = event.index;
        assert.ok(applied <= committed, 'apply after commit');
      }
    }
  }
  assert.ok(cluster.member(leader).trace.some(({ ev }) => ev === 'leader'));
});

test('a conflicting suffix shows as truncate', () => {
  const cluster = new Cluster({ seed: 84 });
  const old = cluster.awaitLeader();
  const rest = [0, 1, 2].filter(node => node !== old);
  cluster.cut([old], rest);
  cluster.submit(old, ['set', 'lost', 'x']);
  cluster.until(() => rest.includes(cluster.leader() ?? -1), 'another leader');
  cluster.execute(rest[0] ?? 0, ['set', 'k', 'v']);
  cluster.heal();
  cluster.converge();
  const { trace } = cluster.member(old);
  assert.ok(trace.some(({ ev }) => ev === 'truncate'));
  assert.ok(trace.some(({ ev }) => ev === 'step-down'));
});

test('elections and leaders appear in the event log', () => {
  const cluster = new Cluster({ seed: 85 });
  const leader = cluster.awaitLeader();
  assert.ok(cluster.member(leader).events.some(text => text.startsWith('leader: leads in term')));
  assert.ok(cluster.member(leader).events.some(text => text.startsWith('election: campaigns')));
});

test.run();
