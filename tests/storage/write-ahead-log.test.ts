/**
 * The log: what was appended is read back, before and after a restart; conflicts supersede; group commit
 * keeps order.
 *
 * @module
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { MemoryDisk } from '../../src/storage/memory-disk.js';
import { dataOf, entriesOf, entry, hardState, openStorage, store } from './fixture.js';

test('what was appended is read back after a restart', () => {
  const disk = new MemoryDisk();
  const storage = openStorage(disk);
  assert.is(storage.recovery.created, true);
  store(storage, [entry(1, 1, 'a'), entry(2, 1, 'b')], hardState(1, 2, 1));
  disk.crash();
  const again = openStorage(disk);
  assert.is(again.recovery.starts, 2);
  assert.equal(again.initialState().hardState, hardState(1, 2, 1));
  assert.equal(dataOf(again), ['a', 'b']);
  assert.equal([again.firstIndex(), again.lastIndex(), again.term(0), again.term(3)], [1, 2, 0, undefined]);
});

test('a conflicting suffix is superseded, also across segments and a restart', () => {
  const disk = new MemoryDisk();
  const storage = openStorage(disk, { segmentBytes: 300 });
  store(storage, entriesOf(1, 30, 1));
  store(storage, [entry(8, 2, 'x'), entry(9, 2, 'y')], hardState(2, 0, 7));
  const expected = [...Array.from({ length: 7 }, (_, i) => `data-${i + 1}`), 'x', 'y'];
  assert.equal(dataOf(storage), expected);
  const again = openStorage(disk);
  assert.equal(dataOf(again), expected);
  assert.equal([again.term(7), again.term(8), again.term(9), again.term(10)], [1, 2, 2, undefined]);
});

test('entries that do not follow the log are refused', () => {
  const storage = openStorage(new MemoryDisk());
  store(storage, [entry(1, 1, 'a')]);
  assert.throws(() => store(storage, [entry(3, 1, 'c')]), /do not follow a log of 1–1/);
  assert.throws(() => store(storage, [entry(2, 1, 'c'), entry(4, 1, 'd')]), /not contiguous/);
  assert.equal(dataOf(storage), ['a']);
});

test('entries beyond the cache are read back from the segments', () => {
  const disk = new MemoryDisk();
  const storage = openStorage(disk, { segmentBytes: 2000, cacheBytes: 500 });
  for (let index = 1; index <= 200; index++) store(storage, [entry(index, 1, `data-${index}`)]);
  assert.is(dataOf(storage)[0], 'data-1');
  assert.is(dataOf(storage).length, 200);
  assert.is(storage.entries(1, 201, 20).length, 3);
  assert.is(storage.entries(1, 201, 0).length, 1);
});

test.run();
