/**
 * Decimal numbers for INCRBYFLOAT and HINCRBYFLOAT, added exactly: doubles would answer 0.30000000000000004 where Redis, with
 * 80-bit numbers, answers 0.3, and the answer must be the same on every machine.
 *
 * @module
 */

/** `units / 10^scale`, or an infinity. */
export interface Decimal {
  readonly units: bigint;
  readonly scale: number;
  readonly infinite: boolean;
}

/** Redis prints so many decimal places. */
const PRINTED_PLACES = 17;
/** Range of the 80-bit numbers of Redis. */
const MAX_EXPONENT = 4932;
const LONGEST_TEXT = 256;
const PATTERN = /^([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,5}))?$/i;
const INFINITY_PATTERN = /^[+-]?inf(inity)?$/i;

/** Null when the text is no number. */
export function parseDecimal(text: string): Decimal | null {
  if (text.length === 0 || text.length > LONGEST_TEXT) return null;
  if (INFINITY_PATTERN.test(text)) return { units: 0n, scale: 0, infinite: true };
  const match = PATTERN.exec(text);
  if (match === null) return null;
  const [, sign = '', whole = '', fraction = '', exponentText = '0'] = match;
  if (whole.length + fraction.length === 0) return null;
  const magnitude = BigInt(whole + fraction);
  const exponent = Number(exponentText) - fraction.length;
  if (magnitude !== 0n && Math.abs(exponent) > MAX_EXPONENT) return null;
  const signed = sign === '-' ? -magnitude : magnitude;
  if (magnitude === 0n || exponent >= 0) {
    const power = magnitude === 0n ? 0n : 10n ** BigInt(exponent);
    return { units: signed * power, scale: 0, infinite: false };
  }
  return { units: signed, scale: -exponent, infinite: false };
}

/** Null when the sum would not be finite. */
export function addDecimals(a: Decimal, b: Decimal): Decimal | null {
  if (a.infinite || b.infinite) return null;
  const scale = Math.max(a.scale, b.scale);
  const units = toScale(a, scale) + toScale(b, scale);
  return { units, scale, infinite: false };
}

/** Without exponent, at most 17 decimal places, no trailing zeros. */
export function formatDecimal(value: Decimal): string {
  const units = roundToPlaces(value, PRINTED_PLACES);
  const places = Math.min(value.scale, PRINTED_PLACES);
  const negative = units < 0n;
  const digits = String(negative ? -units : units).padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places);
  const fraction = digits.slice(digits.length - places).replace(/0+$/, '');
  return (negative ? '-' : '') + whole + (fraction === '' ? '' : `.${fraction}`);
}

function toScale(value: Decimal, scale: number): bigint {
  return value.units * 10n ** BigInt(scale - value.scale);
}

/** Units at `places` decimal places, halves away from zero. */
function roundToPlaces(value: Decimal, places: number): bigint {
  if (value.scale <= places) return value.units;
  const divisor = 10n ** BigInt(value.scale - places);
  const half = divisor / 2n;
  return (value.units + (value.units < 0n ? -half : half)) / divisor;
}
