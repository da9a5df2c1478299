/**
 * What panels draw with: rows of styled spans, and the few operations on them.
 *
 * @module
 */
import { fit, textWidth } from './text.js';
import type { StyleName } from './theme.js';

export interface Span {
  readonly text: string;
  readonly style: StyleName;
  /** Shown with foreground and background exchanged: selection and cursor. */
  readonly inverse?: boolean;
}

export type Row = readonly Span[];

export function span(text: string, style: StyleName = 'plain'): Span {
  return { text, style };
}

export function inverse(text: string, style: StyleName = 'plain'): Span {
  return { text, style, inverse: true };
}

export function rowWidth(row: Row): number {
  return row.reduce((width, { text }) => width + textWidth(text), 0);
}

/** The row cut and padded to exactly `width` cells. */
export function fitRow(row: Row, width: number): Row {
  const result: Span[] = [];
  let left = width;
  for (const part of row) {
    if (left === 0) break;
    const partWidth = textWidth(part.text);
    if (partWidth <= left) {
      result.push(part);
      left -= partWidth;
      continue;
    }
    result.push({ ...part, text: fit(part.text, left) });
    left = 0;
  }
  if (left > 0) result.push(span(' '.repeat(left)));
  return result;
}

/** The cells from `start` up to `end`. Half a wide character is a blank. */
export function cutRow(row: Row, start: number, end: number): Row {
  const result: Span[] = [];
  let at = 0;
  for (const part of row) {
    const from = at;
    at += textWidth(part.text);
    if (at <= start) continue;
    if (from >= end) break;
    result.push(
      from >= start && at <= end ? part : { ...part, text: cells(part.text, start - from, end - from) },
    );
  }
  return result;
}

function cells(text: string, start: number, end: number): string {
  let result = '';
  let at = 0;
  for (const character of text) {
    const from = at;
    at += textWidth(character);
    if (from >= start && at <= end) result += character;
    else result += ' '.repeat(Math.max(0, Math.min(at, end) - Math.max(from, start)));
  }
  return result;
}

/** `left` from the left edge and `right` to the right edge; the right part gives way when both do not fit. */
export function spread(left: Row, right: Row, width: number): Row {
  const gap = width - rowWidth(left) - rowWidth(right);
  return gap >= 1 ? [...left, span(' '.repeat(gap)), ...right] : fitRow(left, width);
}

/** Exactly `height` rows of `width` cells. */
export function fitRows(rows: readonly Row[], width: number, height: number): Row[] {
  const result = rows.slice(0, height).map(row => fitRow(row, width));
  while (result.length < height) result.push([span(' '.repeat(width))]);
  return result;
}

export function plainText(row: Row): string {
  return row.map(({ text }) => text).join('');
}
