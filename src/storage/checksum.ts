/**
 * CRC-32 (IEEE 802.3) of bytes, continued from `seed`.
 *
 * Blocks go to native code, which does 5 GB/s but costs 100 to 150 ns a call with the view it needs; the heads and small
 * payloads of log records take less than that here.
 *
 * @module
 */
import { crc32 } from 'node:zlib';

/** Measured: from about here on the call of native code pays. */
const SHORT_BYTES_MAX = 192;

/** `tables[k][b]`: what byte `b` does to the checksum when `k` bytes follow it. */
const [T0, T1, T2, T3] = makeTables();

export function checksum(bytes: Uint8Array, seed = 0): number {
  return crc32(bytes, seed);
}

/** The same over bytes `start` (included) to `end` (not included). */
export function checksumOfRange(bytes: Uint8Array, start: number, end: number, seed = 0): number {
  if (end - start > SHORT_BYTES_MAX) return crc32(bytes.subarray(start, end), seed);
  let sum = ~seed;
  let at = start;
  for (const wholeGroups = end - 3; at < wholeGroups; at += 4) {
    sum ^=
      byte(bytes, at) |
      (byte(bytes, at + 1) << 8) |
      (byte(bytes, at + 2) << 16) |
      (byte(bytes, at + 3) << 24);
    sum =
      word(T3, sum & 0xff) ^
      word(T2, (sum >>> 8) & 0xff) ^
      word(T1, (sum >>> 16) & 0xff) ^
      word(T0, sum >>> 24);
  }
  for (; at < end; at++) sum = (sum >>> 8) ^ word(T0, (sum ^ byte(bytes, at)) & 0xff);
  return ~sum >>> 0;
}

function byte(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

function word(table: Int32Array, at: number): number {
  return table[at] ?? 0;
}

function makeTables(): readonly [Int32Array, Int32Array, Int32Array, Int32Array] {
  const none = new Int32Array(256).map((_, value) => {
    let sum = value;
    for (let bit = 0; bit < 8; bit++) sum = (sum & 1) === 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
    return sum;
  });
  const oneMore = (table: Int32Array): Int32Array => table.map(sum => (sum >>> 8) ^ (none[sum & 0xff] ?? 0));
  const one = oneMore(none);
  const two = oneMore(one);
  return [none, one, two, oneMore(two)];
}
