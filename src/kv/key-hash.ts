/**
 * Hash of keys for the table they are found by: HalfSipHash-1-3, keyed, so that nobody who does not know the key can make keys
 * collide. It decides nothing that replicas must agree on.
 *
 * @module
 */

/** 64 secret bits, two words. */
type HashKey = readonly [low: number, high: number];

let currentKey: HashKey = [0x6b657973, 0x64697365];

/** Tables made from now on hash with this key. A process that strangers talk to sets a random one before it makes the first. */
export function setHashKey(key: HashKey): void {
  currentKey = key;
}

export const hashKey = (): HashKey => currentKey;

/** Words of the key that is being hashed; the last one holds what is left over, and the length. */
let words = new Int32Array(256);

/** 32 bits of `text`, one byte a character, four of them a word. */
export function hashOfKey(text: string, low: number, high: number): number {
  const { length } = text;
  const count = length >> 2;
  if (count >= words.length) words = new Int32Array(2 * count);
  let at = 0;
  for (let i = 0; i < count; i++, at += 4) {
    words[i] =
      text.charCodeAt(at) |
      (text.charCodeAt(at + 1) << 8) |
      (text.charCodeAt(at + 2) << 16) |
      (text.charCodeAt(at + 3) << 24);
  }
  let last = length << 24;
  for (let shift = 0; at < length; at++, shift += 8) last |= text.charCodeAt(at) << shift;
  words[count] = last;
  return hashWords(count + 1, low, high);
}

/** The same of the text that the bytes from `start` (included) to `end` (not included) stand for. */
export function hashOfKeyBytes(
  data: Uint8Array,
  start: number,
  end: number,
  low: number,
  high: number,
): number {
  const length = end - start;
  const count = length >> 2;
  if (count >= words.length) words = new Int32Array(2 * count);
  let at = start;
  for (let i = 0; i < count; i++, at += 4) {
    words[i] =
      (data[at] ?? 0) |
      ((data[at + 1] ?? 0) << 8) |
      ((data[at + 2] ?? 0) << 16) |
      ((data[at + 3] ?? 0) << 24);
  }
  let last = length << 24;
  for (let shift = 0; at < end; at++, shift += 8) last |= (data[at] ?? 0) << shift;
  words[count] = last;
  return hashWords(count + 1, low, high);
}

/** One round a word, three to finish. */
function hashWords(count: number, low: number, high: number): number {
  let v0 = low | 0;
  let v1 = high | 0;
  let v2 = low ^ 0x6c796765;
  let v3 = high ^ 0x74656462;
  for (let round = 0; round < count + 3; round++) {
    const word = round < count ? (words[round] ?? 0) : 0;
    if (round === count) v2 ^= 0xff;
    v3 ^= word;
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
    v0 ^= word;
  }
  return (v1 ^ v3) | 0;
}
