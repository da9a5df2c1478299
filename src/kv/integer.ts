/**
 * 64-bit signed integers as Redis has them. A value is a `number` while that is exact, a `bigint` only beyond 2^53.
 *
 * @module
 */

export type Integer = number | bigint;

const MAX_INT64 = 2n ** 63n - 1n;
const MIN_INT64 = -(2n ** 63n);
const ZERO = 48;
const MINUS = 45;
/** Every integer of so many digits is exact in a double. */
const EXACT_DIGITS = 15;
const LONGEST_TEXT = 20;

/** Strict as `string2ll`: no blanks, no plus sign, no leading zeros, 64 bits. Null when it is not one. */
export function parseInteger(text: string): Integer | null {
  const length = text.length;
  if (length === 0 || length > LONGEST_TEXT) return null;
  const start = text.charCodeAt(0) === MINUS ? 1 : 0;
  if (start === length) return null;
  if (text.charCodeAt(start) === ZERO) return length === 1 ? 0 : null;
  let value = 0;
  for (let at = start; at < length; at++) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) return null;
    value = value * 10 + digit;
  }
  if (length - start <= EXACT_DIGITS) return start === 0 ? value : -value;
  return normalize(BigInt(text));
}

/** Null on overflow. */
export function addIntegers(a: Integer, b: Integer): Integer | null {
  if (typeof a === 'number' && typeof b === 'number') {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return normalize(BigInt(a) + BigInt(b));
}

/** Null on overflow: the smallest integer has no opposite. */
export function negateInteger(value: Integer): Integer | null {
  if (typeof value === 'number') return value === 0 ? 0 : -value;
  return normalize(-value);
}

/**
 * An argument that is only compared and added where the 53 bits of a double do: positions, counts, times.
 * Null when the text is no 64-bit integer.
 */
export function parsePosition(text: string): number | null {
  const value = parseInteger(text);
  return value === null ? null : Number(value);
}

function normalize(value: bigint): Integer | null {
  if (value > MAX_INT64 || value < MIN_INT64) return null;
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}
