/**
 * Whole clusters of threads: they start, serve, survive what is done to them, and end without a trace.
 *
 * @module
 */
import * as assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { suite } from 'uvu';
import { startCluster } from '../../src/index.js';
import { ask, getSurely, portOf, putSurely, withCluster } from './cluster-helpers.js';
import { until } from './echo-process.js';

const cluster = suite('cluster');

/** The test runner's own output and timers. */
const IGNORED: ReadonlySet<string> = new Set(['TTYWrap', 'PipeWrap', 'Timeout', 'Immediate']);

/** What keeps the process up: threads, ports, sockets. A timer left behind would keep it up, and show as a time-out. */
const resources = (): readonly string[] =>
  process.getActiveResourcesInfo().filter(name => !IGNORED.has(name));

cluster('three nodes start quickly, stop quickly, and leave no thread or handle', async () => {
  const before = resources();
  const startedMs = performance.now();
  const started = await startCluster({ nodes: 3 });
  const startMs = performance.now() - startedMs;
  await started.put('key', 'value');
  const stoppingMs = performance.now();
  await started.stop();
  const stopMs = performance.now() - stoppingMs;
  assert.ok(startMs < 5_000, `started in ${startMs} ms`);
  assert.ok(stopMs < 2_000, `stopped in ${stopMs} ms`);
  // Closed ports go within a few turns of the event loop.
  await until('no handle left', () => resources().length <= before.length, 1_000);
});

cluster('a value written is read at every node', () =>
  withCluster({}, async cluster => {
    const written = await cluster.put('key', 'value');
    assert.deepEqual([written.ok, written.text], [true, 'OK']);
    assert.ok((written.index ?? 0) > 0 && (written.term ?? 0) > 0);
    for (const node of [0, 1, 2]) assert.equal(await getSurely(cluster, 'key', node), 'value');
    assert.equal(await getSurely(cluster, 'nothing'), null);
    assert.equal((await cluster.command(['NOSUCH'])).ok, false);
  }),
);

cluster('when the leader is killed another takes over, and the revived node catches up', () =>
  withCluster({}, async cluster => {
    await putSurely(cluster, 'before', '1');
    const first = await cluster.waitForLeader();
    await cluster.kill(first);
    const { leader } = await cluster.waitFor(status => status.leader !== null && status.leader !== first, {
      what: 'another leader',
    });
    assert.notEqual(leader, first);
    assert.equal(await getSurely(cluster, 'before'), '1');
    await putSurely(cluster, 'after', '2');
    await cluster.revive(first);
    await cluster.waitForConverged();
    assert.equal(await getSurely(cluster, 'after', first), '2');
  }),
);

cluster('a memory disk outlives its threads: all nodes killed and revived keep the data', () =>
  withCluster({}, async cluster => {
    for (let i = 0; i < 20; i++) await putSurely(cluster, `key${i}`, `value${i}`);
    await Promise.all([0, 1, 2].map(node => cluster.kill(node)));
    await assert.rejects(cluster.get('key0'), { code: 'node-down' });
    await Promise.all([0, 1, 2].map(node => cluster.revive(node)));
    await cluster.waitForLeader();
    for (let i = 0; i < 20; i++) assert.equal(await getSurely(cluster, `key${i}`), `value${i}`);
  }),
);

cluster('a command whose node is killed meanwhile has an unknown outcome, not a refusal', () =>
  withCluster({}, async cluster => {
    const leader = await cluster.waitForLeader();
    await cluster.isolate(leader);
    const pending = cluster.command(['SET', 'key', 'value'], leader);
    await cluster.kill(leader);
    const result = await pending;
    assert.deepEqual([result.ok, result.unknown], [false, true]);
    await assert.rejects(cluster.command(['SET', 'key', 'value'], leader), { code: 'node-down' });
  }),
);

cluster('a paused node freezes with its port; its status stays; resumed, it catches up', () =>
  withCluster({}, async cluster => {
    const leader = await cluster.waitForLeader();
    const port = await portOf(cluster, leader);
    assert.equal(await ask(port, 'PING', 5_000), '+PONG');
    await cluster.pause(leader);
    assert.equal(await ask(port, 'PING', 200), null);
    await cluster.waitFor(status => status.leader !== null && status.leader !== leader);
    await putSurely(cluster, 'meanwhile', 'yes');
    const paused = (await cluster.status()).nodes[leader];
    assert.equal(paused?.state, 'paused');
    assert.equal(paused?.raft?.role, 'leader', 'as it was when it last spoke');
    await cluster.resume(leader);
    await cluster.waitForConverged();
    assert.equal(await ask(port, 'GET meanwhile', 5_000), '$3\r\nyes');
  }),
);

cluster('a killed node’s port is closed, a revived one’s open again at the same place', () =>
  withCluster({}, async cluster => {
    const port = await portOf(cluster, 1);
    await cluster.kill(1);
    assert.equal(await ask(port, 'PING', 500), null);
    await cluster.revive(1);
    assert.equal(await portOf(cluster, 1), port);
    assert.equal(await ask(port, 'PING', 5_000), '+PONG');
  }),
);

cluster('a port in use is named, and nothing stays behind', async () => {
  const server = createServer();
  await new Promise<void>(resolve => server.listen(7_511, '127.0.0.1', resolve));
  const before = resources();
  await assert.rejects(startCluster({ nodes: 3, config: { portStart: 7_510 } }), {
    code: 'port-in-use',
    message: /7511/,
  });
  // Closed ports go within a few turns of the event loop.
  await until('no handle left', () => resources().length <= before.length, 1_000);
  await new Promise(resolve => server.close(resolve));
});

cluster('commands of the language reach the cluster; what does not parse changes nothing', () =>
  withCluster({}, async cluster => {
    assert.equal((await cluster.execute('put a b')).kind, 'done');
    assert.equal((await cluster.execute('put')).kind, 'invalid');
    assert.equal((await cluster.execute('edit 0 1 0.25')).kind, 'done');
    const { links } = await cluster.status();
    assert.equal(links.find(({ from, to }) => from === 0 && to === 1)?.faults.drop, 0.25);
  }),
);

cluster.run();
