/**
 * Rows to terminal text. Each style is closed with its own codes, so that rows can be cut and laid side by side.
 *
 * @module
 */
import type { Row } from './rows.js';
import type { Theme } from './theme.js';

export function paintRow(row: Row, theme: Theme): string {
  let result = '';
  for (const { text, style, inverse } of row) {
    if (text === '') continue;
    const { on, off } = theme.codes[style];
    result += inverse ? `\x1b[7m${on}${text}${off}\x1b[27m` : on + text + off;
  }
  return result;
}

export function paintRows(rows: readonly Row[], theme: Theme): string[] {
  return rows.map(row => paintRow(row, theme));
}
