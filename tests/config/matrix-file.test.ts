/**
 * The matrix file is taken whole or not at all.
 *
 * @module
 */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { formatMatrix, parseMatrix } from '../../src/config/matrix-file.js';

const test = suite('matrix file');

test('one row a line, blank lines and comments skipped', () => {
  const rows = parseMatrix('# from 0\n0 0.5 1\n\n.25 0 1e-3\r\n1, 1, 0 # last\n', 'm', 3);
  assert.equal(rows, [
    [0, 0.5, 1],
    [0.25, 0, 0.001],
    [1, 1, 0],
  ]);
});

const ERRORS: readonly (readonly [text: string, nodes: number | undefined, message: string])[] = [
  ['', undefined, 'm: expected at least one row'],
  ['0 0\n0', undefined, 'm:2: row 1: expected 2 values, found 1'],
  ['0 0\n0 0 0', undefined, 'm:2: row 1: expected 2 values, found 3'],
  ['0 0\n0 0', 3, 'm:1: row 0: expected 3 values, found 2'],
  ['0 0 0\n0 0 0', 3, 'm: expected 3 rows, found 2'],
  ['0 0\n\n0 1.5', 2, 'm:3:3: row 1, column 1: expected a number 0–1, found 1.5'],
  ['0 -0.1\n0 0', 2, 'm:1:3: row 0, column 1: expected a number 0–1, found -0.1'],
  ['0 x\n0 0', 2, 'm:1:3: row 0, column 1: expected a number 0–1, found x'],
  ['0 NaN\n0 0', 2, 'm:1:3: row 0, column 1: expected a number 0–1, found NaN'],
  ['0 0x1\n0 0', 2, 'm:1:3: row 0, column 1: expected a number 0–1, found 0x1'],
];

for (const [text, nodes, message] of ERRORS) {
  test(`refuses ${JSON.stringify(text)} for ${nodes ?? 'any number of'} nodes`, () => {
    try {
      parseMatrix(text, 'm', nodes);
    } catch (error) {
      assert.is((error as Error).message, message);
      assert.is((error as { code: string }).code, 'bad-matrix');
      return;
    }
    assert.unreachable('accepted');
  });
}

test('what is written is read back', () => {
  const cell = fc.double({ min: 0, max: 1, noNaN: true }).map(Math.abs);
  const matrix = fc
    .integer({ min: 1, max: 8 })
    .chain(n => fc.array(fc.array(cell, { minLength: n, maxLength: n }), { minLength: n, maxLength: n }));
  fc.assert(
    fc.property(matrix, rows => {
      assert.equal(parseMatrix(formatMatrix(rows), 'm', rows.length), rows);
    }),
    { numRuns: 200 },
  );
});

test.run();
