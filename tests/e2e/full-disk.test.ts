/** A file system that is really full: needs root and `mount`, else it is reported as skipped. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connect, plain } from '../../src/client/index.js';
import { type Cluster, startCluster } from '../../src/index.js';
import { inspectData, problemsOf } from '../../src/runtime/inspect-data.js';
import { eventually } from '../helpers/serve.js';

const NODES = 3;
const SIZE_MB = 24;
/** Left free when the rest is taken: less than the nodes need for the writes below. */
const LEFT_BYTES = 512 * 1024;
const VALUE = 'x'.repeat(16 * 1024);
const full = suite('full disk');

/** Mounts a small file system of its own; null where that is not possible. */
function mountSmall(): { readonly path: string; unmount(): void } | null {
  const path = mkdtempSync(join(tmpdir(), 'raftkv-small-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE_MB}m`, 'tmpfs', path], {
    stdio: 'ignore',
  });
  if (mounted.status === 0) {
    return {
      path,
      unmount: () => {
        spawnSync('umount', ['-l', path], { stdio: 'ignore' });
        rmSync(path, { recursive: true, force: true });
      },
    };
  }
  rmSync(path, { recursive: true, force: true });
  process.stdout.write('skipped: mounting a small file system needs root\n');
  return null;
}

const small = mountSmall();

/** The answer of the node that leads, an error as its text. */
async function ask(cluster: Cluster, ...args: string[]): Promise<string> {
  const leader = await cluster.waitForLeader({ timeoutMs: 20_000 });
  const { nodes } = await cluster.status();
  const client = await connect({ host: '127.0.0.1', port: nodes[leader]?.port ?? 0, timeoutMs: 4_000 });
  try {
    const outcome = await client.execute(args);
    return outcome.kind === 'ok' ? String(plain(outcome.reply)) : `${outcome.kind}: ${outcome.error.message}`;
  } finally {
    client.close();
  }
}

/** The answer, as soon as there is a certain one: who leads may change on a busy machine. */
const surely = (cluster: Cluster, ...args: string[]): Promise<string> =>
  eventually(args.slice(0, 2).join(' '), 20_000, async () => {
    const answer = await ask(cluster, ...args).catch(() => 'failed: closed');
    return /^(failed|unknown)/.test(answer) ? undefined : answer;
  });

async function withCluster(dataDirectory: string, use: (cluster: Cluster) => Promise<void>): Promise<void> {
  const config = { electionTimeoutMinMs: 300, electionTimeoutMaxMs: 600 };
  const cluster = await startCluster({ nodes: NODES, dataDirectory, config });
  try {
    await use(cluster);
  } finally {
    await cluster.stop();
  }
}

const test = small === null ? full.skip : full;
test('writes are refused, reads go on, space returns, writes go on, nothing is lost', async () => {
  const folder = small?.path ?? '';
  const data = join(folder, 'data');
  const ballast = join(folder, 'ballast');
  const acknowledged: string[] = [];
  const refused: string[] = [];
  try {
    await withCluster(data, async cluster => {
      for (let i = 0; i < 20; i += 1) {
        assert.is(await surely(cluster, 'SET', `before${i}`, VALUE), 'OK');
        acknowledged.push(`before${i}`);
      }
      const { bavail, bsize } = statfsSync(folder);
      writeFileSync(ballast, Buffer.alloc(bavail * bsize - LEFT_BYTES));
      for (let i = 0; refused.length < 5 && i < 500; i += 1) {
        const answer = await ask(cluster, 'SET', `during${i}`, VALUE).catch(() => 'closed');
        if (answer === 'OK') acknowledged.push(`during${i}`);
        if (answer.startsWith('failed: READONLY')) refused.push(`during${i}`);
      }
      assert.is(refused.length, 5, 'the disk was never full');
      for (let i = 0; i < 10; i += 1) assert.is(await surely(cluster, 'GET', `before${i}`), VALUE);
      rmSync(ballast);
      assert.is(await surely(cluster, 'SET', 'after', VALUE), 'OK');
      acknowledged.push('after');
      await check(cluster, acknowledged, refused);
    });
    await withCluster(data, cluster => check(cluster, acknowledged, refused));
    assert.equal(problemsOf(inspectData(data)), []);
  } finally {
    small?.unmount();
  }
});

async function check(
  cluster: Cluster,
  acknowledged: readonly string[],
  refused: readonly string[],
): Promise<void> {
  for (const key of acknowledged) assert.is(await surely(cluster, 'GET', key), VALUE, key);
  for (const key of refused)
    assert.is(await surely(cluster, 'EXISTS', key), '0', `${key} was refused and exists`);
}

full.run();
