/**
 * Hashes by which replicas compare their state. Not for hash tables, and not against an adversary.
 *
 * A text hashes to the polynomial `sum of c[i] * R^(n-1-i)` modulo 2^32, so the hash of a concatenation follows from the
 * hashes of its parts: APPEND and list pushes cost what they add, not what is there.
 *
 * @module
 */

const R1 = 0x01000193;
const R2 = Math.imul(R1, R1);
const R3 = Math.imul(R2, R1);
const R4 = Math.imul(R3, R1);

/** Multiplier of the polynomial; odd, so it has an inverse modulo 2^32. */
export const RADIX = R1;
export const RADIX_INVERSE = inverseOf(R1);

/** Newton's iteration: each round doubles the number of right low bits. */
function inverseOf(odd: number): number {
  let inverse = odd;
  for (let round = 0; round < 5; round++) {
    inverse = Math.imul(inverse, 2 - Math.imul(odd, inverse));
  }
  return inverse | 0;
}

/** Continues `hash` with `text`: `hashText(b, hashText(a)) === hashText(a + b)`. */
export function hashText(text: string, hash = 0): number {
  const length = text.length;
  const wholeGroups = length & ~3;
  let h = hash;
  let at = 0;
  // Four at a time: one multiplication on the critical path instead of four.
  for (; at < wholeGroups; at += 4) {
    h =
      (Math.imul(h, R4) +
        Math.imul(text.charCodeAt(at), R3) +
        Math.imul(text.charCodeAt(at + 1), R2) +
        Math.imul(text.charCodeAt(at + 2), R1) +
        text.charCodeAt(at + 3)) |
      0;
  }
  for (; at < length; at++) h = (Math.imul(h, R1) + text.charCodeAt(at)) | 0;
  return h;
}

/** The same over bytes `start` (included) to `end` (not included). */
export function hashBytes(bytes: Uint8Array, start: number, end: number, hash = 0): number {
  let h = hash;
  let at = start;
  for (const wholeGroups = end - 3; at < wholeGroups; at += 4) {
    h =
      (Math.imul(h, R4) +
        Math.imul(bytes[at] ?? 0, R3) +
        Math.imul(bytes[at + 1] ?? 0, R2) +
        Math.imul(bytes[at + 2] ?? 0, R1) +
        (bytes[at + 3] ?? 0)) |
      0;
  }
  for (; at < end; at++) h = (Math.imul(h, R1) + (bytes[at] ?? 0)) | 0;
  return h;
}

/** Scatters `value`, continuing `hash` (the body and finaliser of MurmurHash3, 32 bits). */
export function mix(hash: number, value: number): number {
  let k = Math.imul(value, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  let h = hash ^ Math.imul(k, 0x1b873593);
  h = (h << 13) | (h >>> 19);
  h = (Math.imul(h, 5) + 0xe6546b64) | 0;
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  return h;
}

/** Mixes a safe integer or finite double of any size. */
export function mixNumber(hash: number, value: number): number {
  return mix(mix(hash, value | 0), (value / 0x1_0000_0000) | 0);
}

/** 16 hexadecimal digits. */
export function formatHash(high: number, low: number): string {
  return hex(high) + hex(low);
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
