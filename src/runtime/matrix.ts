/**
 * The connection matrix: `matrix[i][j]` is the probability that a message from node i to node j is dropped.
 *
 * @module
 */
import { ControlError } from './control.js';

export type Matrix = readonly (readonly number[])[];

/**
 * Checks a whole matrix before any of it is used.
 * @throws ControlError `bad-matrix` naming the first bad row and column (0-based, like nodes)
 */
export function validateMatrix(rows: unknown, size: number): Matrix {
  if (!Array.isArray(rows)) throw bad(`expected ${size} rows, found ${describe(rows)}`);
  if (rows.length !== size) throw bad(`expected ${size} rows, found ${rows.length}`);
  return rows.map((row: unknown, from) => validateRow(row, from, size));
}

function validateRow(row: unknown, from: number, size: number): readonly number[] {
  if (!Array.isArray(row)) throw bad(`row ${from}: expected ${size} values, found ${describe(row)}`);
  if (row.length !== size) {
    throw bad(`row ${from}: expected ${size} values, found ${row.length}`);
  }
  return row.map((value: unknown, to) => {
    if (!isProbability(value)) {
      throw bad(`row ${from}, column ${to}: expected a number from 0 to 1, found ${describe(value)}`);
    }
    return value;
  });
}

/** False for NaN, which compares false with everything. */
export const isProbability = (value: unknown): value is number =>
  typeof value === 'number' && value >= 0 && value <= 1;

const bad = (message: string): ControlError => new ControlError('bad-matrix', `matrix: ${message}`);

const describe = (value: unknown): string =>
  typeof value === 'string' ? JSON.stringify(value) : String(value);
