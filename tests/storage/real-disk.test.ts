/**
 * Real files in a temporary directory, with blocking and with asynchronous syncs.
 *
 * @module
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Entry } from '../../src/storage/model.js';
import type { NodeStorage } from '../../src/storage/node-storage.js';
import { RealDisk, type SyncMode } from '../../src/storage/real-disk.js';
import {
  codeOf,
  dataOf,
  entriesOf,
  entry,
  hardState,
  openStorage,
  snapshotAt,
  stateBytes,
} from './fixture.js';

const real = suite('real disk');
let directory = '';
real.before.each(() => {
  directory = mkdtempSync(join(tmpdir(), 'raftkv-storage-'));
});
real.after.each(() => rmSync(directory, { recursive: true, force: true }));

function stored(storage: NodeStorage, entries: readonly Entry[]): Promise<void> {
  return new Promise((resolve, reject) => {
    storage.append(entries, hardState(1, 1, 0), error => (error === null ? resolve() : reject(error)));
  });
}

function committed(storage: NodeStorage, index: number, state: Uint8Array): Promise<void> {
  const writer = storage.snapshotWriter(snapshotAt(storage, index));
  for (let at = 0; at < state.length; at += 100_000) writer.write(state.subarray(at, at + 100_000));
  return new Promise((resolve, reject) => {
    storage.commitSnapshot(writer, error => (error === null ? resolve() : reject(error)));
  });
}

for (const mode of ['blocking', 'async'] satisfies SyncMode[]) {
  for (const preallocateBytes of [0, 100_000]) {
    real(`${mode} syncs, ${preallocateBytes} bytes ahead: a life with restarts and snapshots`, async () => {
      const path = join(directory, 'deep', 'node');
      const options = { segmentBytes: 4000, preallocateBytes, cacheBytes: 1000 };
      let storage = openStorage(new RealDisk(path, mode), options);
      const order: number[] = [];
      const appends = entriesOf(1, 100, 1).map(async one => {
        await stored(storage, [one]);
        order.push(one.index);
      });
      await Promise.all(appends);
      assert.equal(
        order,
        Array.from({ length: 100 }, (_, i) => i + 1),
      );
      await committed(storage, 50, stateBytes(5_000_000));
      storage.compact(50, 5);
      storage.close();
      storage = openStorage(new RealDisk(path, mode), options);
      assert.equal([storage.lastIndex(), storage.snapshot()?.index], [100, 50]);
      assert.is(dataOf(storage).at(-1), 'data-100');
      const reader = storage.openSnapshot();
      assert.equal(reader?.read(4_000_000, 2_000_000), stateBytes(5_000_000).subarray(4_000_000));
      reader?.close();
      await stored(storage, [entry(101, 2, 'more')]);
      storage.close();
      assert.is(readdirSync(path).filter(name => name.endsWith('.tmp')).length, 0);
    });
  }
}

real('a torn and then a damaged real file', async () => {
  const storage = openStorage(new RealDisk(directory));
  await stored(storage, entriesOf(1, 10, 1));
  storage.close();
  const path = join(directory, 'wal-000000000001.log');
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.subarray(0, bytes.length - 70));
  const again = openStorage(new RealDisk(directory));
  assert.is(again.recovery.reports[0]?.code, 'torn-tail');
  assert.is(again.lastIndex(), 9);
  again.close();
  writeFileSync(path, readFileSync(path).fill(9, 200, 201));
  assert.is(
    codeOf(() => openStorage(new RealDisk(directory))),
    'log-damaged',
  );
});

real('errors of the system have stable codes', () => {
  const disk = new RealDisk(directory);
  assert.is(
    codeOf(() => disk.open('absent', 'log')),
    'not-found',
  );
  disk.create('there', 'log').close();
  assert.is(
    codeOf(() => disk.create('there', 'log')),
    'already-exists',
  );
  assert.is(
    codeOf(() => disk.remove('absent')),
    'not-found',
  );
  const closed = disk.open('there', 'log');
  closed.close();
  assert.is(
    codeOf(() => closed.write(new Uint8Array(1), 0)),
    'disk-io',
  );
});

real.run();
