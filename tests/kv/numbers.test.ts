/**
 * Integers, decimals and glob patterns.
 *
 * @module
 */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { addDecimals, formatDecimal, parseDecimal } from '../../src/kv/decimal.js';
import { globMatcher } from '../../src/kv/glob.js';
import { addIntegers, negateInteger, parseInteger } from '../../src/kv/integer.js';

const MAX = 2n ** 63n - 1n;
const MIN = -(2n ** 63n);
const int64 = fc.bigInt({ min: MIN, max: MAX });

function inRange(value: bigint): string | null {
  return value > MAX || value < MIN ? null : String(value);
}

function shown(value: number | bigint | null): string | null {
  return value === null ? null : String(value);
}

test('64-bit integers add exactly and overflow to null', () => {
  const property = fc.property(int64, int64, (a, b) => {
    const parsedA = parseInteger(String(a));
    const parsedB = parseInteger(String(b));
    assert.is(shown(parsedA), String(a));
    if (parsedA === null || parsedB === null) return;
    assert.is(shown(addIntegers(parsedA, parsedB)), inRange(a + b));
    assert.is(shown(negateInteger(parsedA)), inRange(-a));
  });
  fc.assert(property, { numRuns: 500 });
});

test('what Redis does not take for an integer is none', () => {
  const texts = ['', '-', '+1', ' 1', '1 ', '01', '-0', '-01', '1.0', '1e3', 'a', '0x1'];
  for (const text of [...texts, String(MAX + 1n), String(MIN - 1n), '9'.repeat(30)]) {
    assert.is(parseInteger(text), null, text);
  }
  assert.is(parseInteger('0'), 0);
  assert.is(parseInteger('-9007199254740992'), -9007199254740992n);
});

test('decimals add exactly', () => {
  const sum = (a: string, b: string) => {
    const [left, right] = [parseDecimal(a), parseDecimal(b)];
    const total = left === null || right === null ? null : addDecimals(left, right);
    return total === null ? null : formatDecimal(total);
  };
  assert.is(sum('0.1', '0.2'), '0.3');
  assert.is(sum('3.0e3', '200'), '3200');
  assert.is(sum('-1.5', '1.5'), '0');
  assert.is(sum('1e-17', '0'), '0.00000000000000001');
  assert.is(sum('4e-18', '0'), '0');
  assert.is(sum('-5e-18', '0'), '-0.00000000000000001');
  assert.is(sum('1e30', '1'), `1${'0'.repeat(29)}1`);
  assert.is(sum('inf', '1'), null);
  for (const text of ['', '.', 'e5', '1e', '1e99999', 'nan', '--1', '1 ']) {
    assert.is(parseDecimal(text), null, text);
  }
});

test('globs match as Redis matches', () => {
  const cases: [string, string, boolean][] = [
    ['h?llo', 'hello', true],
    ['h*llo', 'hllo', true],
    ['h*llo', 'heeeello', true],
    ['h[ae]llo', 'hillo', false],
    ['h[^e]llo', 'hallo', true],
    ['h[a-c]llo', 'hbllo', true],
    ['h[c-a]llo', 'hbllo', true],
    ['a\\*', 'a*', true],
    ['a\\*', 'ab', false],
    ['*a*b*', 'xxaxxbxx', true],
    ['*a*b', 'xxaxxbxx', false],
    ['', '', true],
    ['*', '', true],
    ['?', '', false],
    ['a**b', 'ab', true],
    ['[\\]]', ']', true],
  ];
  for (const [pattern, text, expected] of cases) {
    assert.is(globMatcher(pattern)(text), expected, `${pattern} on ${text}`);
  }
});

test('a malicious pattern takes no exponential time', () => {
  const matches = globMatcher(`${'a*'.repeat(50)}b`);
  assert.is(matches('a'.repeat(5000)), false);
});

test.run();
