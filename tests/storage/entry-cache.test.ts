/**
 * The newest entries in memory: what counts is the memory that they keep from being freed.
 *
 * @module
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EntryCache } from '../../src/storage/entry-cache.js';
import type { Entry } from '../../src/storage/model.js';

const entryOf = (index: number, data: Uint8Array): Entry => ({ index, term: 1, type: 'normal', data });

/** Entries whose data are views of one message of `messageBytes`. */
function received(from: number, count: number, messageBytes: number): Entry[] {
  const message = new Uint8Array(messageBytes);
  return Array.from({ length: count }, (_, i) => entryOf(from + i, message.subarray(10 * i, 10 * i + 10)));
}

const present = (cache: EntryCache, last: number): Entry[] =>
  Array.from({ length: last }, (_, i) => cache.get(i + 1)).flatMap(entry => entry ?? []);

/** All buffers that the entries of `cache` keep alive. */
const heldBuffers = (cache: EntryCache, last: number): readonly ArrayBufferLike[] => [
  ...new Set(present(cache, last).map(({ data }) => data.buffer)),
];

const heldBytes = (cache: EntryCache, last: number): number =>
  heldBuffers(cache, last).reduce((total, buffer) => total + buffer.byteLength, 0);

test('small entries of large messages do not keep more memory than the limit', () => {
  const cache = new EntryCache(1_000_000);
  for (let index = 1; index <= 200; index++) cache.add(received(index, 1, 64_000)[0] as Entry);
  assert.ok(heldBytes(cache, 200) <= 1_000_000, `${heldBytes(cache, 200)} bytes`);
  assert.ok(cache.get(200) !== undefined);
});

test('of small entries what the engine adds counts too', () => {
  const cache = new EntryCache(1_000_000);
  for (let index = 1; index <= 10_000; index++) cache.add(received(index, 1, 50)[0] as Entry);
  const bytesEach = 1_000_000 / present(cache, 10_000).length;
  assert.ok(bytesEach > 400, `${bytesEach} bytes are counted an entry`);
});

test('a message that entries share counts once', () => {
  const cache = new EntryCache(200_000);
  for (const entry of received(1, 500, 64_000)) cache.add(entry);
  assert.is(present(cache, 500).length, 500);
});

test('a few of the newest stay though they are large, and never more than the second limit', () => {
  const cache = new EntryCache(100_000, { entries: 4, bytes: 1_000_000 });
  for (let index = 1; index <= 20; index++) cache.add(received(index, 1, 150_000)[0] as Entry);
  assert.is(present(cache, 20).length, 4);
  for (let index = 21; index <= 40; index++) cache.add(received(index, 1, 400_000)[0] as Entry);
  assert.is(present(cache, 40).length, 2);
  for (let index = 41; index <= 200; index++) cache.add(received(index, 1, 5_000)[0] as Entry);
  assert.ok(heldBytes(cache, 200) <= 100_000, 'many small ones are bound by the first');
});

test('however entries come and go, the count is right', () => {
  const cache = new EntryCache(100_000);
  let last = 0;
  const add = (count: number, messageBytes: number): void => {
    for (const entry of received(last + 1, count, messageBytes)) cache.add(entry);
    last += count;
  };
  for (let round = 0; round < 40; round++) {
    add(1 + (round % 7), 200 + round * 90);
    if (round % 5 === 4) {
      last -= 3;
      cache.truncateFrom(last + 1);
    }
    if (round % 11 === 10) cache.compactTo(last - 4);
    const overhead = 160 * present(cache, last).length + 240 * heldBuffers(cache, last).length;
    assert.is(cache.bytes, heldBytes(cache, last) + overhead);
  }
  cache.compactTo(last);
  assert.is(cache.bytes, 0);
});

test.run();
