/**
 * The connection matrix as text: one row a line, values separated by spaces (commas are fine too).
 *
 * `matrix[i][j]` is the probability, 0–1, that a message from node i to node j is dropped.
 *
 * @module
 */
import { ConfigError } from './config-error.js';

export type MatrixRows = readonly (readonly number[])[];

/**
 * Reads a whole matrix or nothing.
 *
 * @param nodes - the size it must have; left out: any square
 * @throws ConfigError naming line and column, row and column of the cell, and what was expected
 */
export const parseMatrix = (text: string, file = 'matrix', nodes?: number): MatrixRows => {
  const rows: number[][] = [];
  const rowLines: number[] = [];
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    const content = raw.replace(/#.*$/, '');
    if (content.trim() === '') continue;
    rows.push(parseRow(content, file, index + 1, rows.length));
    rowLines.push(index + 1);
  }
  if (rows.length === 0) throw new ConfigError('bad-matrix', file, 0, 'expected at least one row');
  const size = nodes ?? rows.length;
  for (const [row, cells] of rows.entries()) {
    if (cells.length !== size) {
      const problem = `row ${row}: expected ${size} values, found ${cells.length}`;
      throw new ConfigError('bad-matrix', file, rowLines[row] ?? 0, problem);
    }
  }
  if (rows.length !== size) {
    throw new ConfigError('bad-matrix', file, 0, `expected ${size} rows, found ${rows.length}`);
  }
  return rows;
};

const parseRow = (content: string, file: string, line: number, row: number): number[] => {
  const cells: number[] = [];
  for (const match of content.matchAll(/[^\s,]+/g)) {
    const value = Number(match[0]);
    const isNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(match[0]);
    if (!isNumber || value < 0 || value > 1) {
      const problem = `row ${row}, column ${cells.length}: expected a number 0–1, found ${match[0]}`;
      throw new ConfigError('bad-matrix', file, line, problem, match.index + 1);
    }
    cells.push(value);
  }
  return cells;
};

/** The text `parseMatrix` reads back to the same numbers. */
export const formatMatrix = (rows: MatrixRows): string => rows.map(row => `${row.join(' ')}\n`).join('');
