/**
 * A matrix upload is checked as a whole; the error names the place.
 *
 * @module
 */
import * as assert from 'node:assert/strict';
import { suite } from 'uvu';
import { validateMatrix } from '../../src/runtime/matrix.js';

const matrix = suite('matrix');

const square = (size: number): number[][] =>
  Array.from({ length: size }, () => Array.from({ length: size }, () => 0));

function withValue(from: number, to: number, value: unknown): unknown[][] {
  const rows: unknown[][] = square(3);
  const row = rows[from];
  if (row !== undefined) row[to] = value;
  return rows;
}

matrix('takes probabilities, both ends included', () => {
  const rows = [
    [0, 0.5],
    [1, 0],
  ];
  assert.deepEqual(validateMatrix(rows, 2), rows);
});

const rejected: readonly (readonly [string, unknown, RegExp])[] = [
  ['a missing row', square(2), /expected 3 rows, found 2/],
  ['a row too many', square(4), /expected 3 rows, found 4/],
  [
    'a short row',
    [
      [0, 0, 0],
      [0, 0],
      [0, 0, 0],
    ],
    /row 1: expected 3 values, found 2/,
  ],
  ['a value above 1', withValue(2, 1, 1.01), /row 2, column 1: .*found 1\.01/],
  ['a value below 0', withValue(0, 2, -0.1), /row 0, column 2: .*found -0\.1/],
  ['NaN', withValue(1, 0, Number.NaN), /row 1, column 0: .*found NaN/],
  ['text', withValue(1, 2, '0.5'), /row 1, column 2: .*found "0\.5"/],
  ['a bad value on the diagonal', withValue(1, 1, 7), /row 1, column 1/],
  ['what is no matrix', 'abc', /expected 3 rows, found "abc"/],
  ['a row that is none', [[0, 0, 0], null, [0, 0, 0]], /row 1: expected 3 values, found null/],
];

for (const [what, rows, message] of rejected) {
  matrix(`refuses ${what}`, () => {
    assert.throws(() => validateMatrix(rows, 3), { code: 'bad-matrix', message });
  });
}

matrix.run();
