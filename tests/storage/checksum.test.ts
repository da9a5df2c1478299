/**
 * The checksum of short ranges is the same function as the native one.
 *
 * @module
 */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checksum, checksumOfRange } from '../../src/storage/checksum.js';

const test = suite('checksum');

test('a range of any length and place has the checksum of its bytes', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 600 }),
      fc.nat(300),
      fc.nat(300),
      fc.integer({ min: 0, max: 0xffffffff }),
      (bytes, skip, length, seed) => {
        const start = Math.min(skip, bytes.length - 1);
        const end = Math.min(start + 1 + length, bytes.length);
        assert.is(checksumOfRange(bytes, start, end, seed), checksum(bytes.subarray(start, end), seed));
      },
    ),
  );
});

test('nothing leaves the seed as it is', () => {
  assert.is(checksumOfRange(new Uint8Array(4), 2, 2, 77), 77);
});

test('the check value of CRC-32', () => {
  const digits = new TextEncoder().encode('123456789');
  assert.is(checksumOfRange(digits, 0, 9), 0xcbf43926);
});

test.run();
