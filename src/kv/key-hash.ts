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

/** 32 bits of `text`, one byte a character, four of them a word. */
export function hashOfKey(text: string, low: number, high: number): number {
  const { length } = text;
  const whole = length & ~3;
  let v0 = low | 0;
  let v1 = high | 0;
  let v2 = low ^ 0x6c796765;
  let v3 = high ^ 0x74656462;
  let at = 0;
  for (let round = (whole >> 2) + 4; round > 0; round--) {
    let word = 0;
    if (at < whole) {
      word =
        text.charCodeAt(at) |
        (text.charCodeAt(at + 1) << 8) |
        (text.charCodeAt(at + 2) << 16) |
        (text.charCodeAt(at + 3) << 24);
      at += 4;
    } else if (round === 4) {
      word = length << 24;
      for (let i = length - 1; i >= at; i--) word |= text.charCodeAt(i) << ((i - at) << 3);
    } else if (round === 3) v2 ^= 0xff;
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
