/**
 * What a cluster acknowledged is on its disks, and a directory is what it was when it was left. (The process killed in
 * mid-write: `tests/e2e/crash-history.test.ts`.)
 *
 * @module
 */
import * as assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import { startCluster } from '../../src/index.js';
import { getSurely, putSurely, withCluster } from './cluster-helpers.js';

const durability = suite('durability');

/** One directory for all: each start is another test. */
let path: string;

durability.before(() => {
  path = mkdtempSync(join(tmpdir(), 'raftkv-'));
});
durability.after(() => rmSync(path, { recursive: true, force: true }));

durability('a directory in use is refused, naming the process', () =>
  withCluster({ dataDirectory: path }, async cluster => {
    await putSurely(cluster, 'key', 'value');
    await assert.rejects(startCluster({ nodes: 3, dataDirectory: path }), {
      code: 'directory-locked',
      pid: process.pid,
    });
  }),
);

durability('a directory of a cluster of another size is refused', async () => {
  await assert.rejects(startCluster({ nodes: 5, dataDirectory: path }), /3 nodes, not 5/);
});

durability('a node that lost its directory joins again as another member and catches up', async () => {
  rmSync(join(path, 'node-1'), { recursive: true });
  await withCluster({ dataDirectory: path }, async cluster => {
    await cluster.waitFor(
      status => {
        const raft = status.nodes[status.leader ?? -1]?.raft;
        return raft !== null && raft !== undefined && raft.voters.length === 3 && !raft.joint;
      },
      { what: 'three voters' },
    );
    await cluster.waitForConverged();
    assert.equal(await getSurely(cluster, 'key', 1), 'value');
    const { nodes } = JSON.parse(readFileSync(join(path, 'cluster.json'), 'utf8'));
    assert.equal(nodes[1].incarnation, 1);
    // For the next test, which starts from there.
    await cluster.addNode(3);
    await cluster.removeNode(1);
    await putSurely(cluster, 'other', 'value');
  });
});

durability('membership outlives a restart: an added node starts again, a removed one does not', () =>
  withCluster({ dataDirectory: path }, async cluster => {
    const { nodes } = await cluster.waitForConverged();
    assert.deepEqual(
      nodes.map(({ state }) => state),
      ['up', 'removed', 'up', 'up'],
    );
    assert.equal(await getSurely(cluster, 'other', 3), 'value');
    await cluster.addNode(1);
    await cluster.waitForConverged();
    assert.equal(await getSurely(cluster, 'other', 1), 'value');
  }),
);

interface TraceLine {
  readonly t: number;
  readonly node: number;
  readonly ev: string;
}

durability(
  'full and failing disks end when they are whole again; the trace holds it, in whole lines',
  async () => {
    const traceFile = join(path, 'trace.jsonl');
    await withCluster({ traceFile }, async cluster => {
      await putSurely(cluster, 'key', 'before');
      for (const node of [0, 1, 2]) await cluster.setDisk(node, { kind: 'full' });
      const refused = await cluster.put('key', 'x'.repeat(100_000));
      assert.equal(refused.ok, false);
      for (const node of [0, 1, 2]) await cluster.setDisk(node, { kind: 'ok' });
      await putSurely(cluster, 'key', 'after');
      await cluster.waitForConverged();
      assert.equal(await getSurely(cluster, 'key'), 'after');

      const victim = ((await cluster.waitForLeader()) + 1) % 3;
      await cluster.setDisk(victim, { kind: 'eio' });
      await putSurely(cluster, 'key', 'value');
      const status = await cluster.waitFor(({ nodes }) => nodes[victim]?.state === 'faulty');
      assert.match(status.nodes[victim]?.lastError ?? '', /input\/output|disk/);
      await cluster.setDisk(victim, { kind: 'ok' });
      await cluster.revive(victim);
      await cluster.waitForConverged();
      await cluster.kill(1);
      await cluster.revive(1);
      await cluster.waitForConverged();
    });
    const lines = readFileSync(traceFile, 'utf8').trimEnd().split('\n');
    const events = lines.map(line => JSON.parse(line) as TraceLine);
    for (const ev of ['start', 'leader', 'append', 'commit', 'apply', 'crash']) {
      assert.ok(
        events.some(event => event.ev === ev),
        ev,
      );
    }
    const crash = events.findLastIndex(event => event.ev === 'crash');
    assert.equal(events[crash]?.node, 1);
    assert.ok(events.slice(crash).some(event => event.ev === 'start' && event.node === 1));
    assert.ok(events.every(event => typeof event.t === 'number'));
  },
);

durability.run();
