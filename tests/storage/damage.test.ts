/**
 * Damaged files: a torn tail is cut and reported, everything else is refused with file and place, never
 * silently wrong.
 *
 * @module
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { checksum } from '../../src/storage/checksum.js';
import { readWholeFile } from '../../src/storage/disk.js';
import { MemoryDisk } from '../../src/storage/memory-disk.js';
import { MetaFile } from '../../src/storage/meta-file.js';
import { StorageError } from '../../src/storage/storage-error.js';
import { changed, contentOf, diskOf, filesOf, outcomeOf, richDirectory } from './damaged-directory.js';
import {
  codeOf,
  dataOf,
  entriesOf,
  entry,
  hardState,
  MEMBERS,
  openStorage,
  stateBytes,
  store,
  takeSnapshot,
} from './fixture.js';

/** Every byte, but of the spaces that fill the slots of the meta file only some. */
function stepAt(name: string, position: number): number {
  return name === 'meta' && position % 4096 > 500 && position % 4096 < 4000 ? 61 : 1;
}

const FINE = ['harmless', 'repaired', 'log-damaged'];

for (const preallocateBytes of [0, 600]) {
  test(`a flipped byte anywhere is refused or harmless (${preallocateBytes} bytes ahead)`, () => {
    const files = richDirectory(preallocateBytes);
    const expected = contentOf(openStorage(diskOf(files)));
    const outcomes = new Map<string, number>();
    for (const [name, bytes] of files) {
      for (let position = 0; position < bytes.length; position += stepAt(name, position)) {
        const mask = position % 2 === 0 ? 1 << ((position >> 1) % 8) : 1 + ((position * 167) % 255);
        const disk = changed(files, name, copy => {
          copy[position] = (copy[position] ?? 0) ^ mask;
          return copy;
        });
        const outcome = outcomeOf(disk, expected);
        if (!FINE.includes(outcome)) assert.unreachable(`${outcome}: ${name} at ${position} ^ ${mask}`);
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
    }
    assert.ok((outcomes.get('log-damaged') ?? 0) > 500);
    assert.ok((outcomes.get('repaired') ?? 0) > 500);
  });
}

function openMeta(disk: MemoryDisk): object {
  return MetaFile.read(disk)?.meta ?? {};
}

function checksumText(line: string): string {
  return checksum(new TextEncoder().encode(line)).toString(16).padStart(8, '0');
}

test('a flipped byte in a snapshot the log relies on is refused', () => {
  const source = new MemoryDisk();
  const storage = openStorage(source, { segmentBytes: 200 });
  for (const one of entriesOf(1, 20, 1)) store(storage, [one]);
  takeSnapshot(storage, 15, stateBytes(500));
  storage.compact(15, 0);
  const files = filesOf(source);
  const name = 'snapshot-0000000000000015.snap';
  for (let position = 0; position < (files.get(name)?.length ?? 0); position++) {
    const disk = changed(files, name, bytes => {
      bytes[position] = (bytes[position] ?? 0) ^ 0x10;
      return bytes;
    });
    assert.is(
      codeOf(() => openStorage(disk)),
      'snapshot-damaged',
      `position ${position}`,
    );
  }
});

test('a tail torn at any byte is cut and reported, and the log goes on', () => {
  const disk = new MemoryDisk();
  const storage = openStorage(disk);
  store(storage, entriesOf(1, 3, 1), hardState(1, 2, 2));
  const name = 'wal-000000000001.log';
  const durable = readWholeFile(disk, name).length;
  store(storage, [entry(4, 1, 'x'.repeat(900)), entry(5, 1, 'short')], hardState(1, 2, 4));
  const files = filesOf(disk);
  const whole = files.get(name)?.length ?? 0;
  for (let size = durable; size < whole; size++) {
    const torn = changed(files, name, bytes => bytes.subarray(0, size));
    const again = openStorage(torn);
    const last = again.lastIndex();
    assert.ok(last >= 3 && last <= 5, `size ${size}: ${last}`);
    assert.equal(again.recovery.hardState, hardState(1, 2, 2));
    const reported = again.recovery.reports.filter(report => report.code === 'torn-tail');
    const cut = readWholeFile(torn, name).length;
    assert.is(reported.length, cut === size ? 0 : 1, `size ${size}`);
    store(again, [entry(last + 1, 2, 'next')]);
    torn.crash();
    assert.is(dataOf(openStorage(torn)).at(-1), 'next');
  }
});

test('a tail whose sectors did not all arrive is cut, whichever are missing', () => {
  const disk = new MemoryDisk();
  const storage = openStorage(disk);
  store(storage, entriesOf(1, 3, 1));
  const name = 'wal-000000000001.log';
  const durable = readWholeFile(disk, name).length;
  const list = [1, 2, 3, 4, 5].map(i => entry(3 + i, 1, 'y'.repeat(300 * i)));
  store(storage, list, hardState(1, 1, 3));
  const files = filesOf(disk);
  const whole = files.get(name)?.length ?? 0;
  const sectors = Math.ceil(whole / 512);
  for (let missing = 1; missing < 2 ** sectors; missing += 3) {
    const torn = changed(files, name, bytes => {
      for (let sector = 0; sector < sectors; sector++) {
        if ((missing >> sector) % 2 === 0) continue;
        bytes.fill(0, Math.max(durable, sector * 512), (sector + 1) * 512);
      }
      return bytes;
    });
    assert.ok(openStorage(torn).lastIndex() >= 3, `missing ${missing.toString(2)}`);
  }
});

test('damage is refused with file, offset and index, also when it looks torn but was durable', () => {
  const disk = new MemoryDisk();
  const storage = openStorage(disk);
  for (const one of entriesOf(1, 20, 1)) store(storage, [one]);
  const name = 'wal-000000000001.log';
  const start = 128 + 9 * 48;
  const zeroed = changed(filesOf(disk), name, bytes => bytes.fill(0, start, start + 48));
  try {
    openStorage(zeroed);
    assert.unreachable();
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    assert.equal([error.code, error.place], ['log-damaged', { file: name, offset: start, index: 10 }]);
    assert.match(error.message, `file ${name}, offset ${start}, index 10`);
  }
});

test('missing, empty and foreign files are refused', () => {
  const disk = new MemoryDisk();
  const storage = openStorage(disk, { segmentBytes: 300 });
  for (const one of entriesOf(1, 30, 1)) store(storage, [one]);
  const files = filesOf(disk);
  const segments = [...files.keys()].filter(name => name.startsWith('wal'));
  assert.ok(segments.length > 4);
  for (const [i, name] of segments.entries()) {
    const isLast = i === segments.length - 1;
    const without = new Map(files);
    without.delete(name);
    assert.is(
      codeOf(() => openStorage(diskOf(without))),
      'log-gap',
      `no ${name}`,
    );
    const empty = changed(files, name, () => new Uint8Array(0));
    assert.is(
      codeOf(() => openStorage(empty)),
      'log-damaged',
      `empty ${name}`,
    );
    const cut = changed(files, name, bytes => bytes.subarray(0, 184));
    if (!isLast)
      assert.is(
        codeOf(() => openStorage(cut)),
        'log-damaged',
        `cut ${name}`,
      );
  }
  const onlyMeta = new Map([['meta', files.get('meta') ?? new Uint8Array(0)]]);
  assert.is(
    codeOf(() => openStorage(diskOf(onlyMeta))),
    'log-gap',
  );
  const noMeta = new Map(files);
  noMeta.delete('meta');
  assert.is(
    codeOf(() => openStorage(diskOf(noMeta))),
    'meta-missing',
  );
  const as = (other: object) => codeOf(() => openStorage(diskOf(files), other));
  assert.is(as({ clusterId: 'another' }), 'wrong-cluster');
  assert.is(as({ node: 1 }), 'wrong-node');
  assert.is(as({ incarnation: 1, raftId: 257 }), 'wrong-node');
});

test('a damaged slot of the meta file never makes a start repeat; two are refused', () => {
  const disk = new MemoryDisk();
  const seen = new Set([openStorage(disk).recovery.starts]);
  for (let round = 1; round <= 16; round++) {
    const slot = (round >> 1) % 2;
    if (round % 5 === 0) seen.add(openStorage(disk).recovery.starts);
    disk.open('meta', 'log').write(new Uint8Array([200]), slot * 4096 + 30);
    const { starts } = openStorage(disk).recovery;
    assert.is(seen.has(starts), false);
    seen.add(starts);
  }
  for (const slot of [0, 1]) disk.open('meta', 'log').write(new Uint8Array([200]), slot * 4096 + 30);
  assert.is(
    codeOf(() => openStorage(disk)),
    'meta-damaged',
  );
});

test('a directory from before segments were noted opens, and notes its newest', () => {
  const disk = new MemoryDisk();
  store(openStorage(disk, { segmentBytes: 300 }), entriesOf(1, 20, 1));
  const unnoted = JSON.stringify({
    version: 1,
    ...openMeta(disk),
    segment: undefined,
  });
  const slot = new TextEncoder().encode(`${unnoted}\n${checksumText(unnoted)}\n`.padEnd(4096));
  const old = changed(filesOf(disk), 'meta', () => Uint8Array.from([...slot, ...slot]));
  assert.is(openStorage(old, { segmentBytes: 300 }).lastIndex(), 20);
  old.remove(old.list().findLast(name => name.startsWith('wal-')) ?? '');
  assert.is(
    codeOf(() => openStorage(old)),
    'log-gap',
  );
});

test('a segment of another node is refused by its stamp', () => {
  const mine = new MemoryDisk();
  store(openStorage(mine), [entry(1, 1, 'a')]);
  const theirs = new MemoryDisk();
  const options = { node: 1, raftId: 2 as never, initialMembers: MEMBERS };
  store(openStorage(theirs, options), [entry(1, 1, 'a')]);
  const name = 'wal-000000000001.log';
  const mixed = changed(filesOf(mine), name, () => readWholeFile(theirs, name));
  assert.is(
    codeOf(() => openStorage(mixed)),
    'wrong-node',
  );
});

test.run();
