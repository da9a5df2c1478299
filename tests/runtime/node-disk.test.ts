/** The disk of a node's thread: where its log is synced can be changed while it runs. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { openNodeDisk } from '../../src/runtime/node-disk.js';
import { Random } from '../../src/runtime/random.js';
import type { DiskFile } from '../../src/storage/disk.js';
import { until } from './echo-process.js';

const test = suite<{ folder: string }>('disk of a node');

test.before.each(context => {
  context.folder = mkdtempSync(join(tmpdir(), 'raftkv-node-disk-'));
});
test.after.each(({ folder }) => rmSync(folder, { recursive: true }));

/** @returns whether it was done when `sync` returned, and a promise of its end */
function syncOf(file: DiskFile): { readonly atOnce: boolean; readonly ended: Promise<void> } {
  let isDone = false;
  file.write(new Uint8Array([1]), 0);
  file.sync(error => {
    assert.is(error, null);
    isDone = true;
  });
  return { atOnce: isDone, ended: until('the sync to end', () => isDone) };
}

test('log files are synced in the thread or beside it, from the next sync on; other files always beside', async ({
  folder,
}) => {
  const disk = openNodeDisk({ kind: 'real', directory: folder }, new Random(1), () => {});
  const log = disk.disk.create('log', 'log');
  const bulk = disk.disk.create('bulk', 'bulk');
  for (const mode of ['blocking', 'async', 'blocking'] as const) {
    disk.setSyncMode(mode);
    const ofLog = syncOf(log);
    const ofBulk = syncOf(bulk);
    assert.equal([mode, ofLog.atOnce, ofBulk.atOnce], [mode, mode === 'blocking', false]);
    await Promise.all([ofLog.ended, ofBulk.ended]);
  }
  log.close();
  bulk.close();
});

test('a memory disk has no such choice', () => {
  const disk = openNodeDisk({ kind: 'memory', files: new Map() }, new Random(1), () => {});
  disk.setSyncMode('async');
  const file = disk.disk.create('log', 'log');
  assert.is(syncOf(file).atOnce, true);
  file.close();
});

test.run();
