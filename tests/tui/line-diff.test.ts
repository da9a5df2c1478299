import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { composeRows } from '../../tui/compose.js';
import { drawFrame } from '../../tui/frame.js';
import { lineDiff } from '../../tui/line-diff.js';
import { paintRow, paintRows } from '../../tui/paint.js';
import type { Row } from '../../tui/rows.js';
import { createTheme, type StyleName } from '../../tui/theme.js';
import { NOW_MS, SMALL_LANGUAGE, stateWith, statusOf } from './fixtures.js';

const test = suite('line diff');
const THEME = createTheme('dark', 3, false);

/** One row of a terminal: characters with the codes in force where each was written. */
class TerminalRow {
  cells: string[] = [];

  write(text: string): void {
    let column = 0;
    let codes = new Set<string>();
    // biome-ignore lint/suspicious/noControlCharactersInRegex: codes begin with Escape
    for (const [piece, parameters = '', final] of text.matchAll(/\x1b\[([0-9;]*)([HKm])|[^\x1b]/gu)) {
      if (final === 'H') column = Number(parameters.split(';')[1]) - 1;
      else if (final === 'K') this.cells.length = Math.min(this.cells.length, column);
      else if (final === 'm') codes = after(codes, parameters);
      else {
        while (this.cells.length < column) this.cells.push(' ');
        this.cells[column++] = `${[...codes].sort().join(' ')}${piece}`;
      }
    }
  }

  /** Plain blanks at the end look like nothing. */
  shown(): string {
    const kept = [...this.cells];
    while (kept.at(-1) === ' ') kept.pop();
    return kept.join('|');
  }
}

const ENDS: Readonly<Record<string, RegExp>> = {
  22: /^[12]$/,
  24: /^4$/,
  27: /^7$/,
  39: /^(38;|3\d$|9\d$)/,
  49: /^(48;|4[0-7]$)/,
};

function after(codes: Set<string>, parameters: string): Set<string> {
  let next = new Set(codes);
  for (const [code] of (parameters || '0').matchAll(/[34]8;2;\d+;\d+;\d+|\d+/g)) {
    const ended = ENDS[code];
    if (code === '0') next = new Set();
    else if (ended !== undefined) next = new Set([...next].filter(one => !ended.test(one)));
    else next.add(code);
  }
  return next;
}

function shownAfter(...texts: readonly string[]): string {
  const row = new TerminalRow();
  for (const text of texts) row.write(text);
  return row.shown();
}

const STYLES: readonly StyleName[] = ['plain', 'bold', 'dim', 'heat2', 'bad', 'leader'];
const spans = fc.array(
  fc.record({
    text: fc.string({ unit: fc.constantFrom('a', 'b', ' ', '─', '★', '漢'), maxLength: 12 }),
    style: fc.constantFrom(...STYLES),
    inverse: fc.boolean(),
  }),
  { maxLength: 6 },
);

test('what is sent turns any line into any other', () => {
  fc.assert(
    fc.property(spans, spans, (old: Row, next: Row) => {
      const before = paintRow(old, THEME).replaceAll('漢', 'x');
      const line = paintRow(next, THEME).replaceAll('漢', 'x');
      const whole = lineDiff(null, before, 1);
      assert.is(shownAfter(whole, lineDiff(before, line, 1)), shownAfter(lineDiff(null, line, 1)));
    }),
    { numRuns: 500 },
  );
});

test('a line with wide characters is sent whole', () => {
  assert.is(lineDiff('漢a', '漢b', 3), '\x1b[3;1H\x1b[K漢b\x1b[0m');
  assert.is(lineDiff('ab', '漢', 3), '\x1b[3;1H\x1b[K漢\x1b[0m');
});

test('equal lines send nothing, a change of one cell one cell', () => {
  assert.is(lineDiff('same', 'same', 1), '');
  assert.is(lineDiff('one two three', 'one twO three', 2), '\x1b[2;7HO');
});

test('a busy cluster of ten nodes at 140x45 sends less than a quarter of whole lines', () => {
  const frames = Array.from({ length: 20 }, (_, step) => {
    const raft = Object.fromEntries(
      Array.from({ length: 10 }, (__, node) => [
        node,
        {
          lastIndex: 1284 + step * 7,
          commit: 1284 + step * 7,
          electionElapsedMs: (node * 70 + step * 37) % 400,
        },
      ]),
    );
    const state = stateWith([statusOf({ nodes: 10, atMs: NOW_MS + step * 100, raft })], {
      columns: 140,
      rows: 45,
    });
    return paintRows(composeRows(drawFrame(state, THEME, SMALL_LANGUAGE)), THEME);
  });
  let sent = 0;
  let whole = 0;
  frames.slice(1).forEach((frame, index) => {
    frame.forEach((line, row) => {
      const before = frames[index]?.[row] ?? '';
      sent += lineDiff(before, line, row + 1).length;
      if (line !== before) whole += line.length;
    });
  });
  assert.ok(sent < whole / 4, `${sent} of ${whole}`);
});

test.run();
