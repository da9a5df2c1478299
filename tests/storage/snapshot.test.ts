/**
 * Snapshots: written beside the log, sent in chunks with resume, installed atomically; the log meets them.
 *
 * @module
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { FaultyDisk } from '../../src/storage/faulty-disk.js';
import { KEEP_UNSYNCED, MemoryDisk } from '../../src/storage/memory-disk.js';
import type { NodeStorage } from '../../src/storage/node-storage.js';
import type { SnapshotReader } from '../../src/storage/snapshot-reader.js';
import {
  codeOf,
  dataOf,
  entriesOf,
  entry,
  hardState,
  MEMBERS,
  openStorage,
  snapshotAt,
  stateBytes,
  store,
  takeSnapshot,
} from './fixture.js';

function opened(storage: NodeStorage): SnapshotReader {
  const reader = storage.openSnapshot();
  if (reader === null) throw new Error('there is no snapshot');
  return reader;
}

function transfer(reader: SnapshotReader, to: NodeStorage, chunkBytes: number): void {
  const { snapshot, dataBytes, dataChecksum } = reader;
  const receiver = to.receiveSnapshot({ snapshot, dataBytes, dataChecksum });
  while (receiver.offset < dataBytes) {
    receiver.write(receiver.offset, reader.read(receiver.offset, chunkBytes));
  }
  receiver.finish(error => assert.is(error, null));
  assert.is(receiver.complete, true);
  let result: unknown = 'not called';
  to.installSnapshot(receiver, [], hardState(snapshot.term, 0, snapshot.index), error => {
    result = error;
  });
  assert.is(result, null);
}

test('a snapshot is read back, after a restart too, and older ones are gone', () => {
  const disk = new MemoryDisk();
  const storage = openStorage(disk);
  store(storage, entriesOf(1, 20, 3));
  takeSnapshot(storage, 10, stateBytes(200_000));
  takeSnapshot(storage, 20, stateBytes(300_001));
  assert.equal(disk.list().filter(name => name.startsWith('snapshot')).length, 1);
  disk.crash();
  const again = openStorage(disk);
  assert.equal(again.snapshot(), { index: 20, term: 3, confState: MEMBERS });
  const reader = opened(again);
  assert.is(reader.dataBytes, 300_001);
  assert.equal(reader.read(0, 400_000), stateBytes(300_001));
  assert.equal(reader.read(65_530, 20), stateBytes(300_001).subarray(65_530, 65_550));
});

test('compaction keeps a tail for slow followers and what the snapshot does not hold', () => {
  const disk = new MemoryDisk();
  const storage = openStorage(disk, { segmentBytes: 500 });
  for (const one of entriesOf(1, 100, 1)) store(storage, [one]);
  storage.compact(90, 0);
  assert.is(storage.firstIndex(), 1, 'there is no snapshot');
  takeSnapshot(storage, 60, stateBytes(10));
  storage.compact(90, 10);
  assert.equal([storage.firstIndex(), storage.term(60), storage.term(59)], [61, 1, undefined]);
  assert.is(
    codeOf(() => storage.entries(60, 62, 100)),
    'log-compacted',
  );
  assert.is(
    codeOf(() => storage.entries(61, 102, 100)),
    'log-unavailable',
  );
  assert.ok(disk.list().length < 10);
  disk.crash();
  const again = openStorage(disk);
  assert.is(again.lastIndex(), 100);
  assert.ok(again.firstIndex() <= 61 && again.firstIndex() > 40);
  assert.is(dataOf(again).at(-1), 'data-100');
});

test('a follower behind the log takes a snapshot in chunks, with resume and repeats', () => {
  const leader = openStorage(new MemoryDisk());
  store(leader, entriesOf(1, 50, 2));
  takeSnapshot(leader, 50, stateBytes(150_000));
  const reader = opened(leader);
  const disk = new MemoryDisk();
  const follower = openStorage(disk);
  store(follower, entriesOf(1, 5, 1), hardState(1, 1, 5));
  const offer = { snapshot: reader.snapshot, dataBytes: 150_000, dataChecksum: reader.dataChecksum };
  const receiver = follower.receiveSnapshot(offer);
  assert.is(receiver.write(0, reader.read(0, 70_000)), 70_000);
  assert.is(receiver.write(100_000, reader.read(100_000, 10)), 70_000, 'a chunk too far');
  assert.is(receiver.write(0, reader.read(0, 60_000)), 70_000, 'a repeated chunk');
  assert.is(follower.receiveSnapshot(offer), receiver, 'resumed');
  transfer(reader, follower, 40_000);
  assert.equal([follower.firstIndex(), follower.lastIndex(), follower.term(50)], [51, 50, 2]);
  store(follower, [entry(51, 2, 'next')]);
  disk.crash();
  const again = openStorage(disk);
  assert.equal([again.firstIndex(), again.lastIndex(), again.term(50)], [51, 51, 2]);
  assert.equal(opened(again).read(0, 150_000), stateBytes(150_000));
  assert.equal(again.initialState(), { hardState: hardState(2, 0, 50), confState: MEMBERS });
});

test('a snapshot that meets another entry at its index replaces the whole log', () => {
  const leader = openStorage(new MemoryDisk());
  store(leader, entriesOf(1, 30, 4));
  takeSnapshot(leader, 30, stateBytes(100));
  const disk = new MemoryDisk();
  const follower = openStorage(disk, { segmentBytes: 400 });
  for (const one of entriesOf(1, 60, 3)) store(follower, [one]);
  transfer(opened(leader), follower, 64);
  assert.equal([follower.firstIndex(), follower.lastIndex()], [31, 30]);
  store(follower, [entry(31, 4, 'new')], hardState(4, 0, 31));
  disk.crash();
  assert.equal(dataOf(openStorage(disk)), ['new']);
});

test('a snapshot that meets its own entry keeps the entries behind it', () => {
  const leader = openStorage(new MemoryDisk());
  store(leader, entriesOf(1, 30, 4));
  takeSnapshot(leader, 20, stateBytes(100));
  const disk = new MemoryDisk();
  const follower = openStorage(disk);
  store(follower, entriesOf(1, 25, 4));
  transfer(opened(leader), follower, 64);
  assert.is(follower.lastIndex(), 25);
  disk.crash();
  assert.is(openStorage(disk).lastIndex(), 25);
});

/** A node crashed when a snapshot of the leader was stored and its log of five entries not yet restarted behind it. */
function crashedBeforeRestart(segmentBytes: number): MemoryDisk {
  const leader = openStorage(new MemoryDisk());
  store(leader, entriesOf(1, 30, 4));
  takeSnapshot(leader, 30, stateBytes(100));
  const disk = new MemoryDisk();
  const follower = openStorage(disk, { segmentBytes });
  store(follower, entriesOf(1, 5, 3), hardState(3, 2, 5));
  const reader = opened(leader);
  const { snapshot, dataBytes, dataChecksum } = reader;
  const receiver = follower.receiveSnapshot({ snapshot, dataBytes, dataChecksum });
  receiver.write(0, reader.read(0, 100));
  receiver.finish(error => assert.is(error, null));
  receiver.publish('snapshot-0000000000000030.snap');
  disk.crash();
  return disk;
}

test('a crash between storing a received snapshot and restarting the log finishes the restart', () => {
  const disk = crashedBeforeRestart(10_000);
  for (const round of [1, 2]) {
    const again = openStorage(disk);
    assert.is(
      again.recovery.reports.some(report => report.code === 'snapshot-ahead'),
      round === 1,
    );
    assert.equal([again.firstIndex(), again.lastIndex(), again.term(30)], [31, 30, 4]);
    assert.equal(again.initialState().hardState, hardState(4, 0, 30));
  }
});

test('a segment that such a restart begins is missed when it is lost', () => {
  const disk = crashedBeforeRestart(300);
  const follower = openStorage(disk, { segmentBytes: 300 });
  store(follower, [entry(31, 4, 'acknowledged')]);
  const newest = disk.list().findLast(name => name.startsWith('wal-')) ?? '';
  assert.is(newest, 'wal-000000000002.log');
  disk.remove(newest);
  assert.is(
    codeOf(() => openStorage(disk, { segmentBytes: 300 })),
    'log-gap',
  );
});

test('a damaged newest snapshot is replaced by an older one while the log covers the difference', () => {
  const disk = new MemoryDisk();
  const storage = openStorage(disk);
  store(storage, entriesOf(1, 20, 1));
  takeSnapshot(storage, 10, stateBytes(70_000));
  const newest = disk.list().find(name => name.startsWith('snapshot')) ?? '';
  const file = disk.open(newest, 'bulk');
  file.write(new Uint8Array([7]), 66_000);
  const again = openStorage(disk);
  assert.is(again.recovery.reports[0]?.code, 'snapshot-damaged');
  assert.is(again.snapshot(), null);
  assert.is(dataOf(again).length, 20);
});

test('a damaged or missing snapshot that the log relies on is refused', () => {
  const disk = new MemoryDisk();
  const storage = openStorage(disk, { segmentBytes: 200 });
  for (const one of entriesOf(1, 50, 1)) store(storage, [one]);
  takeSnapshot(storage, 40, stateBytes(70_000));
  storage.compact(40, 0);
  const name = disk.list().find(found => found.startsWith('snapshot')) ?? '';
  disk.open(name, 'bulk').write(new Uint8Array([7]), 66_000);
  assert.is(
    codeOf(() => openStorage(disk)),
    'snapshot-damaged',
  );
  disk.remove(name);
  assert.is(
    codeOf(() => openStorage(disk)),
    'snapshot-missing',
  );
});

test('an unfinished snapshot leaves nothing behind', () => {
  const disk = new MemoryDisk();
  const storage = openStorage(disk);
  store(storage, entriesOf(1, 20, 1));
  storage.snapshotWriter(snapshotAt(storage, 10)).write(stateBytes(100_000));
  assert.is(
    codeOf(() => storage.snapshotWriter(snapshotAt(storage, 11))),
    'snapshot-misuse',
  );
  disk.crash(KEEP_UNSYNCED);
  const again = openStorage(disk);
  assert.is(again.snapshot(), null);
  assert.equal(
    disk.list().filter(name => name.startsWith('snapshot')),
    [],
  );
});

test('a snapshot is not written far ahead of a disk that does not keep up', () => {
  const syncs: (() => void)[] = [];
  const memory = new MemoryDisk();
  const disk = new FaultyDisk(memory, { random: () => 0.5, schedule: (_, sync) => syncs.push(sync) });
  const storage = openStorage(disk);
  store(storage, entriesOf(1, 20, 1));
  disk.setFault({ kind: 'slow', ms: 100 });
  const writer = storage.snapshotWriter(snapshotAt(storage, 10));
  const piece = stateBytes(256 << 10);
  let caughtUp = 0;
  while (!writer.isBehind) writer.write(piece);
  writer.whenCaughtUp(() => caughtUp++);
  assert.ok(writer.dataBytes <= 6 << 20, `${writer.dataBytes} bytes ahead of the disk`);
  assert.is(syncs.length, 1);
  for (const sync of syncs.splice(0)) sync();
  assert.is(caughtUp, 1);
  assert.is(writer.isBehind, false);
  disk.setFault({ kind: 'ok' });
  writer.write(piece);
  let result: unknown = 'not called';
  storage.commitSnapshot(writer, error => {
    result = error;
  });
  assert.is(result, null);
  assert.is(caughtUp, 1, 'told once');
  opened(storage).verify();
});

test.run();
