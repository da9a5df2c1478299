/**
 * Arguments that have structure within words: the inline matrix and the groups of a partition.
 *
 * @module
 */
import type { ArgumentReader } from './argument-reader.js';

interface Piece {
  readonly text: string;
  readonly start: number;
}

/**
 * The rest of the line, cut at spaces and at every `mark` (one of `;` and `|`), which is a piece of its
 * own. Spaces in quotes cut too: a shell's user quotes the whole matrix.
 */
export const restInPieces = (reader: ArgumentReader, mark: ';' | '|'): readonly Piece[] => {
  const pieces: Piece[] = [];
  const pattern = mark === ';' ? /;|[^;\s]+/g : /\||[^|\s]+/g;
  while (!reader.atEnd) {
    const { text, start, quoted } = reader.next('');
    for (const match of text.matchAll(pattern)) {
      pieces.push({ text: match[0], start: start + match.index + (quoted ? 1 : 0) });
    }
  }
  return pieces;
};

/** `0 0.1; 0.1 0`: a square of probabilities, of the cluster's size where that is known. */
export const readMatrixRows = (reader: ArgumentReader): readonly (readonly number[])[] => {
  const pieces = restInPieces(reader, ';');
  const size = reader.context.nodes ?? sizeOfFirstRow(pieces);
  const rows: number[][] = [[]];
  let end = 0;
  const finishRow = (start: number, found: string): void => {
    const length = rows.at(-1)?.length ?? 0;
    if (length !== size) reader.fail(start, `${size} values in row ${rows.length - 1}`, found);
  };
  for (const { text, start } of pieces) {
    const row = rows.at(-1) ?? [];
    if (text === ';') {
      finishRow(start, `; after ${row.length}`);
      rows.push([]);
    } else {
      if (row.length === size) reader.fail(start, '; or the end of the line', text);
      row.push(cellOf(reader, text, start, rows.length - 1, row.length));
    }
    end = start + text.length;
  }
  if (rows.length > 1 && rows.at(-1)?.length === 0) rows.pop();
  else finishRow(end, 'the end of the line');
  if (rows.length !== size) reader.fail(end, `${size} rows`, String(rows.length));
  return rows;
};

const sizeOfFirstRow = (pieces: readonly Piece[]): number => {
  const mark = pieces.findIndex(piece => piece.text === ';');
  return mark < 0 ? pieces.length : mark;
};

const cellOf = (reader: ArgumentReader, text: string, start: number, row: number, column: number): number => {
  const value = Number(text);
  const isNumber = /^\+?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text);
  if (!isNumber || value > 1) {
    reader.fail(start, `a number 0–1 in row ${row}, column ${column}`, text);
  }
  return value;
};
