/**
 * Disk trouble at run time: a full disk is passed over, a failed write or sync is final, slow syncs share the
 * next.
 *
 * @module
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DiskError, type DiskFile, type FileUse } from '../../src/storage/disk.js';
import { FaultyDisk } from '../../src/storage/faulty-disk.js';
import { MemoryDisk } from '../../src/storage/memory-disk.js';
import {
  codeOf,
  dataOf,
  entriesOf,
  entry,
  hardState,
  openStorage,
  resultOf,
  snapshotAt,
  stateBytes,
  store,
  takeSnapshot,
} from './fixture.js';

class Clock {
  readonly #due: (() => void)[] = [];
  #seed = 1;

  random(): number {
    this.#seed = (this.#seed * 48_271) % 0x7fff_ffff;
    return this.#seed / 0x7fff_ffff;
  }

  schedule(_ms: number, action: () => void): void {
    this.#due.push(action);
  }

  get waiting(): number {
    return this.#due.length;
  }

  next(): void {
    this.#due.shift()?.();
  }
}

function faultyStorage(options: { readonly segmentBytes?: number } = {}) {
  const memory = new MemoryDisk();
  const clock = new Clock();
  const disk = new FaultyDisk(memory, clock);
  return { memory, clock, disk, storage: openStorage(disk, options) };
}

test('a full disk refuses the append, keeps everything readable, and the same append works later', () => {
  const { memory, disk, storage } = faultyStorage();
  store(storage, entriesOf(1, 5, 1), hardState(1, 1, 3));
  disk.setFault({ kind: 'full' });
  assert.is(resultOf(storage, entriesOf(6, 9, 1)), 'disk-full');
  assert.is(resultOf(storage, [], hardState(2, 3, 3)), 'disk-full');
  assert.is(storage.lastIndex(), 5);
  assert.is(dataOf(storage).length, 5);
  assert.is(storage.failure, null);
  disk.setFault({ kind: 'ok' });
  assert.is(resultOf(storage, entriesOf(6, 9, 1)), null);
  memory.crash();
  const again = openStorage(memory);
  assert.is(dataOf(again).length, 9);
  assert.equal(again.initialState().hardState, hardState(1, 1, 3));
});

test('a write that stops half way because the disk is full leaves nothing, whatever comes next', () => {
  const { memory, disk, storage } = faultyStorage({ segmentBytes: 700 });
  disk.setRates({ writeFull: 0.4 });
  const texts: string[] = [];
  let refused = 0;
  while (texts.length < 200) {
    const index = texts.length + 1;
    const text = `data-${index}-`.padEnd((refused * 53) % 400, 'w');
    const result = resultOf(storage, [entry(index, 1, text)], hardState(1, 1, index - 1));
    assert.ok(result === null || result === 'disk-full');
    if (result === null) texts.push(text);
    else refused++;
    if (result === null) continue;
    const copy = openStorage(memory);
    // A slot of `meta` that was hit is put right; in the log there is nothing to report.
    const reports = copy.recovery.reports.filter(({ code }) => code !== 'meta-repaired');
    assert.equal([reports, dataOf(copy)], [[], texts]);
  }
  assert.ok(refused > 50);
  memory.crash();
  assert.equal(dataOf(openStorage(memory)), texts);
});

/** Full, as soon as something comes behind the header of another segment. */
class CrampedDisk extends MemoryDisk {
  isFull = false;

  override create(name: string, use: FileUse): DiskFile {
    const file = super.create(name, use);
    const write = file.write.bind(file);
    file.write = (bytes, position) => {
      if (this.isFull && position > 0) throw new DiskError('disk-full', name, 'no space left');
      write(bytes, position);
    };
    return file;
  }
}

test('a segment that was given up for lack of space does not come back with a crash', () => {
  const disk = new CrampedDisk();
  const storage = openStorage(disk, { segmentBytes: 400 });
  for (const one of entriesOf(1, 10, 1)) store(storage, [one], hardState(1, 1, 0));
  disk.isFull = true;
  assert.is(resultOf(storage, entriesOf(3, 4, 2), hardState(2, 0, 0)), 'disk-full');
  disk.isFull = false;
  store(storage, [], hardState(2, 3, 0));
  disk.crash({ keeps: what => what !== 'name' });
  const again = openStorage(disk, { segmentBytes: 400 });
  assert.equal(again.initialState().hardState, hardState(2, 3, 0));
  assert.is(again.lastIndex(), 10);
});

test('after a failed write nothing is stored any more, not even when the disk works again', () => {
  const { disk, storage } = faultyStorage();
  store(storage, entriesOf(1, 5, 1));
  disk.setFault({ kind: 'eio' });
  assert.is(resultOf(storage, [entry(6, 1, 'x')]), 'disk-io');
  disk.setFault({ kind: 'ok' });
  assert.is(resultOf(storage, [entry(6, 1, 'x')]), 'storage-faulty');
  assert.ok(storage.failure !== null);
  assert.is(dataOf(storage).length, 5);
});

test('a failed sync is final: what was written is not acknowledged, now or later', () => {
  const { disk, storage } = faultyStorage();
  disk.setRates({ syncError: 1 });
  assert.is(resultOf(storage, [entry(1, 1, 'x')]), 'disk-io');
  disk.setRates({});
  assert.is(resultOf(storage, [entry(2, 1, 'x')]), 'storage-faulty');
  assert.is(resultOf(storage, [], hardState(5, 1, 0)), 'storage-faulty');
});

test('appends during a slow sync share the next sync and are acknowledged in order', () => {
  const { disk, storage, clock } = faultyStorage({ segmentBytes: 400 });
  disk.setFault({ kind: 'slow', ms: 50 });
  const acknowledged: number[] = [];
  for (let index = 1; index <= 20; index++) {
    storage.append([entry(index, 1, `data-${index}`)], null, error => {
      assert.is(error, null);
      acknowledged.push(index);
    });
  }
  storage.append([], hardState(0, 0, 1), () => acknowledged.push(21));
  assert.equal([acknowledged, clock.waiting], [[], 1]);
  clock.next();
  assert.equal([acknowledged, clock.waiting], [[1], 1]);
  clock.next();
  assert.equal(
    acknowledged,
    Array.from({ length: 21 }, (_, i) => i + 1),
  );
  assert.is(clock.waiting, 0);
});

test('a sync that fails late fails what waited for it and what came meanwhile', () => {
  const { disk, storage, clock } = faultyStorage();
  disk.setFault({ kind: 'slow', ms: 50 });
  const results: string[] = [];
  for (const index of [1, 2]) {
    storage.append([entry(index, 1, 'x')], null, error => results.push(error?.code ?? 'ok'));
  }
  disk.setFault({ kind: 'eio' });
  clock.next();
  assert.equal(results, ['disk-io', 'disk-io']);
});

test('a snapshot on a full disk fails and leaves the storage as it was', () => {
  const { disk, storage } = faultyStorage();
  store(storage, entriesOf(1, 20, 1));
  takeSnapshot(storage, 10, stateBytes(1000));
  disk.setFault({ kind: 'full' });
  assert.is(
    codeOf(() => takeSnapshot(storage, 20, stateBytes(1000))),
    'disk-full',
  );
  disk.setFault({ kind: 'ok' });
  const writer = storage.snapshotWriter({ index: 20, term: 1, confState: storage.initialState().confState });
  disk.setFault({ kind: 'full' });
  assert.is(
    codeOf(() => writer.write(stateBytes(100_000))),
    'disk-full',
  );
  writer.abort();
  assert.is(storage.snapshot()?.index, 10);
  assert.is(storage.failure, null);
  disk.setFault({ kind: 'ok' });
  takeSnapshot(storage, 20, stateBytes(1000));
  assert.is(storage.snapshot()?.index, 20);
});

test('a snapshot whose end fails makes room for the next', () => {
  for (const fault of ['full', 'eio'] as const) {
    const { disk, storage } = faultyStorage();
    store(storage, entriesOf(1, 20, 1));
    const writer = storage.snapshotWriter(snapshotAt(storage, 20));
    writer.write(stateBytes(1000));
    disk.setFault({ kind: fault });
    let result: string | undefined;
    storage.commitSnapshot(writer, error => {
      result = error?.code;
    });
    assert.is(result, fault === 'full' ? 'disk-full' : 'disk-io');
    disk.setFault({ kind: 'ok' });
    assert.equal([storage.snapshot(), storage.failure], [null, null]);
    takeSnapshot(storage, 20, stateBytes(1000));
    assert.is(storage.snapshot()?.index, 20);
  }
});

test('a flipped bit in an entry that is read back is noticed', () => {
  const { disk, storage } = faultyStorage();
  store(storage, entriesOf(1, 5, 1));
  storage.close();
  const again = openStorage(disk);
  disk.flipBit('wal-000000000001.log', 128 + 24 + 16 + 2, 3);
  assert.is(
    codeOf(() => again.entries(1, 6, 1000)),
    'log-damaged',
  );
});

test.run();
