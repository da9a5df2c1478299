/**
 * A hundred thousand keys from an embedded cluster of three nodes to an etcd of three members and back: every key, type,
 * value and deadline must be the same. `node dist/tests/long/migrate.js [KEYS]`
 *
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Checkpoint } from '../../src/cli/migrate/checkpoint.js';
import { openEtcd } from '../../src/cli/migrate/etcd-end.js';
import { migrate } from '../../src/cli/migrate/migration.js';
import { openRedis } from '../../src/cli/migrate/redis-end.js';
import type { StoreEnd } from '../../src/cli/migrate/store-end.js';
import { progressLine } from '../../src/cli/progress-line.js';
import { startCluster } from '../../src/index.js';
import { EtcdMembers, hasEtcd } from '../helpers/etcd-members.js';
import { fillStore, hashOfStore } from '../helpers/migration-data.js';

const keys = Number(process.argv[2] ?? 100_000);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function move(from: StoreEnd, to: StoreEnd, folder: string): Promise<string> {
  const startedAt = performance.now();
  const checkpoint = new Checkpoint(join(folder, 'checkpoint.json'), from.name, to.name);
  const progress = progressLine(process.stderr);
  const moved = await migrate({ from, to, checkpoint, progress, overwrite: false });
  progress.end();
  const seconds = (performance.now() - startedAt) / 1000;
  say(`${from.name} → ${to.name}: ${moved.keys} keys in ${seconds.toFixed(1)} s, sha256 ${moved.sha256}`);
  return moved.sha256;
}

async function thereAndBack(): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'raftkv-migrate-'));
  const [cluster, members] = await Promise.all([startCluster({ nodes: 3, seed: 5 }), EtcdMembers.start()]);
  try {
    const { nodes, leader } = await cluster.status();
    const { host, port } = nodes[leader ?? 0] ?? { host: 'localhost', port: 0 };
    const embedded = await openRedis({ host, port });
    const etcd = await openEtcd('etcd', { endpoints: members.endpoints });
    await fillStore(embedded, keys);
    const before = await hashOfStore(embedded, keys);
    const there = await move(embedded, etcd, folder);
    await embedded.write([['FLUSHALL']]);
    const back = await move(etcd, embedded, folder);
    const after = await hashOfStore(embedded, keys);
    embedded.close();
    etcd.close();
    return there === back && before === after;
  } finally {
    await Promise.all([cluster.stop(), members.stop()]);
    rmSync(folder, { recursive: true, force: true });
  }
}

if (hasEtcd) {
  const same = await thereAndBack();
  say(same ? '✓ byte for byte the same' : '✗ what came back is not what went');
  process.exitCode = same ? 0 : 1;
} else {
  say('skipped: there is no etcd on this machine');
}
