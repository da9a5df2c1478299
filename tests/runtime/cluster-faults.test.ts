/**
 * What links do to a cluster, and changes of its membership and leadership while it runs.
 *
 * @module
 */
import * as assert from 'node:assert/strict';
import { suite } from 'uvu';
import { getSurely, putSurely, withCluster } from './cluster-helpers.js';

const faults = suite('cluster under faults');

faults('a leader without a majority acknowledges nothing, and forgets what it was told', () =>
  withCluster({ config: { rpcTimeoutMs: 600 } }, async cluster => {
    await putSurely(cluster, 'register', 'before');
    const old = await cluster.waitForLeader();
    await cluster.isolate(old);
    const lost = cluster.command(['SET', 'register', 'lost'], old);
    await cluster.waitFor(status => status.leader !== null && status.leader !== old);
    await putSurely(cluster, 'register', 'after');
    assert.equal((await lost).ok, false);
    assert.equal((await cluster.get('register', old)).ok, false, 'no stale read');
    await cluster.heal();
    await cluster.waitForConverged();
    assert.equal(await getSurely(cluster, 'register', old), 'after');
  }),
);

faults('the matrix cuts what it says, and an upload is all or nothing', () =>
  withCluster({}, async cluster => {
    const cut = [0, 1, 2].map(() => [1, 1, 1]);
    await cluster.setMatrix(cut);
    await cluster.waitFor(status => status.leader === null, { what: 'no leader' });
    const { links } = await cluster.status();
    assert.ok(links.filter(({ from, to }) => from !== to).every(link => link.faults.drop === 1));
    const bad = [
      [0, 0, 0],
      [0, 0, 2],
      [0, 0, 0],
    ];
    await assert.rejects(cluster.setMatrix(bad), { code: 'bad-matrix', message: /row 1, column 2/ });
    assert.equal((await cluster.status()).links[1]?.faults.drop, 1, 'the old matrix stays');
    await cluster.heal();
    await cluster.waitForLeader();
    const before = (await cluster.status()).links.find(({ from, to }) => from === 0 && to === 1);
    assert.ok((before?.counters.dropped ?? 0) > 0);
  }),
);

faults('a third of all messages lost, delayed, doubled and reordered: writes still succeed', () =>
  withCluster({}, async cluster => {
    await cluster.setLink(null, null, {
      drop: 0.3,
      delayMs: 2,
      jitterMs: 5,
      duplicate: 0.2,
      reorder: 0.2,
    });
    for (let i = 0; i < 10; i++) await putSurely(cluster, 'counter', `${i}`);
    await cluster.heal();
    await cluster.waitForConverged();
    assert.equal(await getSurely(cluster, 'counter'), '9');
  }),
);

faults('nodes are added and removed while the cluster runs, the leader too', () =>
  withCluster({}, async cluster => {
    await putSurely(cluster, 'key', 'value');
    await cluster.addNode(3);
    await cluster.waitForConverged();
    const grown = await cluster.status();
    assert.equal(grown.nodes.length, 4);
    assert.equal(grown.quorum, 3);
    assert.equal(await getSurely(cluster, 'key', 3), 'value');
    await assert.rejects(cluster.addNode(3), { code: 'node-up' });
    await assert.rejects(cluster.addNode(9), { code: 'bad-node' });
    const leader = await cluster.waitForLeader();
    await cluster.removeNode(leader);
    await cluster.waitFor(status => status.leader !== null && status.leader !== leader);
    await putSurely(cluster, 'key', 'later');
    const shrunk = await cluster.waitFor(({ quorum }) => quorum === 2, { what: 'a quorum of 2' });
    assert.equal(shrunk.nodes[leader]?.state, 'removed');
  }),
);

faults('leadership goes where it is sent', () =>
  withCluster({}, async cluster => {
    const leader = await cluster.waitForLeader();
    const to = (leader + 1) % 3;
    await cluster.transferLeadership(to);
    await cluster.waitFor(status => status.leader === to, { what: 'the new leader' });
  }),
);

faults.run();
