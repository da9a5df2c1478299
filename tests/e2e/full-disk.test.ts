/** A file system that is really full: needs root and `mount`, else it is reported as skipped. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connect, plain } from '../../src/client/index.js';
import { withAskedServer } from '../helpers/asked-server.js';
import { eventually, raftkv, workspace } from '../helpers/serve.js';

const PORT = 9460;
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

async function at(node: number, ...args: string[]): Promise<string> {
  const client = await connect({ host: '127.0.0.1', port: PORT + node, timeoutMs: 4_000 });
  try {
    const outcome = await client.execute(args);
    return outcome.kind === 'ok' ? String(plain(outcome.reply)) : `${outcome.kind}: ${outcome.error.message}`;
  } finally {
    client.close();
  }
}

async function leader(): Promise<number> {
  return eventually('a leader', 10_000, async () => {
    const { leader } = JSON.parse(await at(0, 'RAFT', 'STATUS')) as { leader: number | null };
    return leader ?? undefined;
  });
}

const test = small === null ? full.skip : full;
test('writes are refused, reads go on, space returns, writes go on, nothing is lost', async () => {
  const place = workspace(NODES, PORT);
  const folder = small?.path ?? place.folder;
  const data = join(folder, 'data');
  mkdirSync(data);
  const ballast = join(folder, 'ballast');
  const acknowledged: string[] = [];
  const refused: string[] = [];
  const options = { place, portStart: PORT, nodes: NODES, data };
  try {
    await withAskedServer(options, async ask => {
      for (let i = 0; i < 20; i += 1) {
        await ask('SET', `before${i}`, VALUE);
        acknowledged.push(`before${i}`);
      }
      const { bavail, bsize } = statfsSync(folder);
      writeFileSync(ballast, Buffer.alloc(bavail * bsize - LEFT_BYTES));
      for (let i = 0; refused.length < 5 && i < 500; i += 1) {
        const answer = await at(await leader(), 'SET', `during${i}`, VALUE);
        if (answer === 'OK') acknowledged.push(`during${i}`);
        if (answer.startsWith('failed: READONLY')) refused.push(`during${i}`);
      }
      assert.is(refused.length, 5, 'the disk was never full');
      for (let i = 0; i < 10; i += 1) assert.is(await at(await leader(), 'GET', `before${i}`), VALUE);
      rmSync(ballast);
      await eventually('a write', 10_000, async () =>
        (await at(await leader(), 'SET', 'after', VALUE)) === 'OK' ? true : undefined,
      );
      acknowledged.push('after');
      await check(acknowledged, refused);
    });
    await withAskedServer(options, () => check(acknowledged, refused));
    const inspected = raftkv('inspect', data);
    assert.is(inspected.code, 0, inspected.stdout);
  } finally {
    place.remove();
    small?.unmount();
  }
});

async function check(acknowledged: readonly string[], refused: readonly string[]): Promise<void> {
  const node = await leader();
  for (const key of acknowledged) assert.is(await at(node, 'GET', key), VALUE, key);
  for (const key of refused) assert.is(await at(node, 'EXISTS', key), '0', `${key} was refused and exists`);
}

full.run();
