/**
 * Inspecting a directory shows what is there, also when it is damaged, and changes nothing.
 *
 * @module
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readWholeFile } from '../../src/storage/disk.js';
import { inspectDirectory } from '../../src/storage/inspect.js';
import { MemoryDisk } from '../../src/storage/memory-disk.js';
import { entriesOf, entry, hardState, openStorage, stateBytes, store, takeSnapshot } from './fixture.js';

function lived(): MemoryDisk {
  const disk = new MemoryDisk();
  const storage = openStorage(disk, { segmentBytes: 300 });
  for (const one of entriesOf(1, 12, 1)) store(storage, [one]);
  store(storage, [entry(12, 2, 'other'), entry(13, 2, 'a')], hardState(2, 3, 11));
  takeSnapshot(storage, 6, stateBytes(300));
  return disk;
}

function contents(disk: MemoryDisk): unknown {
  return disk.list().map(name => [name, [...readWholeFile(disk, name)]]);
}

test('a healthy directory', () => {
  const disk = lived();
  const before = contents(disk);
  const report = inspectDirectory(disk);
  assert.equal(contents(disk), before);
  assert.equal(report.problems, []);
  assert.is(report.meta?.clusterId, 'test-cluster');
  assert.equal(report.hardState, hardState(2, 3, 11));
  assert.equal(
    report.snapshots.map(found => found.snapshot?.index),
    [6],
  );
  const runs = report.segments.flatMap(segment => segment.entries);
  assert.equal(runs.at(-1), { term: 2, first: 12, last: 13 });
  assert.is(
    report.segments.every(segment => segment.outcome === 'clean'),
    true,
  );
});

test('a damaged directory: every problem is named, nothing is thrown', () => {
  const disk = lived();
  for (const slot of [0, 1]) disk.open('meta', 'log').write(new Uint8Array([250]), slot * 4096 + 30);
  for (const name of ['wal-000000000001.log', 'snapshot-0000000000000006.snap']) {
    disk.open(name, 'log').write(new Uint8Array([250]), 200);
  }
  disk.remove('wal-000000000002.log');
  disk.create('stray', 'log');
  const report = inspectDirectory(disk);
  assert.equal(
    report.problems.map(line => line.slice(0, line.indexOf(':'))),
    ['meta-damaged', 'log-damaged', 'log-gap', 'snapshot-damaged'],
  );
  assert.equal(report.otherFiles, ['stray']);
});

test.run();
