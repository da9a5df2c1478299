/**
 * What a cluster acknowledged is on its disks, whatever ends it.
 *
 * @module
 */
import * as assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { suite } from 'uvu';
import { startCluster } from '../../src/index.js';
import { getSurely, putSurely, withCluster, withDirectory } from './cluster-helpers.js';

const durability = suite('durability');
const WRITER = new URL('./durable-writer.js', import.meta.url);

/** A process that writes until it is killed; resolves with the keys it was told are safe. */
async function writeAndDie(path: string, count: number): Promise<readonly string[]> {
  const child = spawn(process.execPath, [WRITER.pathname, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const acknowledged: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged.push(line);
    if (acknowledged.length === count) child.kill('SIGKILL');
  }
  await ended;
  return acknowledged;
}

durability('SIGKILL of the whole process loses no acknowledged write, twice in a row', () =>
  withDirectory(async path => {
    const first = await writeAndDie(path, 150);
    const second = await writeAndDie(path, 100);
    assert.ok(first.length >= 150 && second.length >= 100);
    await withCluster({ dataDirectory: path }, async cluster => {
      for (const key of [...first, ...second]) {
        assert.equal(await getSurely(cluster, key), `value of ${key}`, key);
      }
    });
  }),
);

durability('a directory in use is refused, naming the process', () =>
  withDirectory(async path => {
    await withCluster({ dataDirectory: path }, async () => {
      await assert.rejects(startCluster({ nodes: 3, dataDirectory: path }), {
        code: 'directory-locked',
        pid: process.pid,
      });
    });
    await withCluster({ dataDirectory: path }, async cluster => {
      await putSurely(cluster, 'after', 'release');
    });
  }),
);

durability('a directory of a cluster of another size is refused', () =>
  withDirectory(async path => {
    await withCluster({ dataDirectory: path }, async () => {});
    await assert.rejects(startCluster({ nodes: 5, dataDirectory: path }), /3 nodes, not 5/);
  }),
);

durability('a node that lost its directory joins again as another member and catches up', () =>
  withDirectory(async path => {
    await withCluster({ dataDirectory: path }, async cluster => {
      await putSurely(cluster, 'key', 'value');
    });
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
    });
    const { nodes } = JSON.parse(readFileSync(join(path, 'cluster.json'), 'utf8'));
    assert.equal(nodes[1].incarnation, 1);
  }),
);

durability('membership outlives a restart: an added node starts again, a removed one does not', () =>
  withDirectory(async path => {
    await withCluster({ dataDirectory: path }, async cluster => {
      await cluster.addNode(3);
      await cluster.removeNode(1);
      await putSurely(cluster, 'key', 'value');
    });
    await withCluster({ dataDirectory: path }, async cluster => {
      const { nodes } = await cluster.waitForConverged();
      assert.deepEqual(
        nodes.map(({ state }) => state),
        ['up', 'removed', 'up', 'up'],
      );
      assert.equal(await getSurely(cluster, 'key', 3), 'value');
      await cluster.addNode(1);
      await cluster.waitForConverged();
      assert.equal(await getSurely(cluster, 'key', 1), 'value');
    });
  }),
);

durability('a full disk makes a node read-only, and it recovers when there is space again', () =>
  withCluster({}, async cluster => {
    await putSurely(cluster, 'key', 'before');
    for (const node of [0, 1, 2]) await cluster.setDisk(node, { kind: 'full' });
    const refused = await cluster.put('key', 'x'.repeat(100_000));
    assert.equal(refused.ok, false);
    for (const node of [0, 1, 2]) await cluster.setDisk(node, { kind: 'ok' });
    await putSurely(cluster, 'key', 'after');
    await cluster.waitForConverged();
    assert.equal(await getSurely(cluster, 'key'), 'after');
  }),
);

durability('a node whose disk fails is left down as faulty, and can be revived', () =>
  withCluster({}, async cluster => {
    const leader = await cluster.waitForLeader();
    const victim = (leader + 1) % 3;
    await cluster.setDisk(victim, { kind: 'eio' });
    await putSurely(cluster, 'key', 'value');
    const status = await cluster.waitFor(({ nodes }) => nodes[victim]?.state === 'faulty');
    assert.match(status.nodes[victim]?.lastError ?? '', /input\/output|disk/);
    await cluster.setDisk(victim, { kind: 'ok' });
    await cluster.revive(victim);
    await cluster.waitForConverged();
  }),
);

durability('the trace holds what every node did, in whole lines', () =>
  withDirectory(async path => {
    const traceFile = join(path, 'trace.jsonl');
    await withCluster({ traceFile }, async cluster => {
      await putSurely(cluster, 'key', 'value');
      await cluster.kill(1);
      await cluster.revive(1);
      await cluster.waitForConverged();
    });
    assert.ok(existsSync(traceFile));
    const lines = readFileSync(traceFile, 'utf8').trimEnd().split('\n');
    const events = lines.map(line => JSON.parse(line) as { t: number; node: number; ev: string });
    for (const ev of ['start', 'leader', 'append', 'commit', 'apply', 'crash']) {
      assert.ok(
        events.some(event => event.ev === ev),
        ev,
      );
    }
    const crash = events.findIndex(event => event.ev === 'crash');
    assert.equal(events[crash]?.node, 1);
    assert.ok(events.slice(crash).some(event => event.ev === 'start' && event.node === 1));
    assert.ok(events.every(event => typeof event.t === 'number'));
  }),
);

durability.run();
