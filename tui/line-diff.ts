/**
 * What must be sent so that one painted line becomes another: only the cells that differ, for slow connections.
 *
 * @module
 */
import { textWidth } from './text.js';

interface Cell {
  readonly character: string;
  /** The codes that give the character its look, the same text for the same look. */
  readonly style: string;
}

/** Equal cells between two runs of different ones that are sent again rather than jumped over: a jump costs as much. */
const LONGEST_BRIDGE = 6;
const PLAIN: Cell = { character: ' ', style: '' };

/** What is switched on, by what it changes. */
type Look = Map<'weight' | 'underline' | 'inverse' | 'color' | 'background', string>;

/** Applies one code of a `CSI … m`; the parts of a colour are taken together. */
function applyCode(look: Look, code: string): void {
  const number = Number(code.split(';', 1)[0]);
  if (number === 0) look.clear();
  else if (number === 1 || number === 2) look.set('weight', code);
  else if (number === 22) look.delete('weight');
  else if (number === 4) look.set('underline', code);
  else if (number === 24) look.delete('underline');
  else if (number === 7) look.set('inverse', code);
  else if (number === 27) look.delete('inverse');
  else if (number === 39) look.delete('color');
  else if (number === 49) look.delete('background');
  else if (number === 48 || (number >= 40 && number <= 47)) look.set('background', code);
  else if (number === 38 || (number >= 30 && number <= 37) || (number >= 90 && number <= 97))
    look.set('color', code);
}

const LOOK_ORDER = ['weight', 'underline', 'inverse', 'color', 'background'] as const;

function styleOf(look: Look): string {
  const codes = LOOK_ORDER.flatMap(part => look.get(part) ?? []);
  return codes.length === 0 ? '' : `\x1b[${codes.join(';')}m`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: codes begin with Escape
const PIECES = /\x1b\[([0-9;]*)m|[^\x1b]+|\x1b/g;
const CODES = /[34]8;2;\d+;\d+;\d+|[34]8;5;\d+|\d+/g;

/** What follows from what: a frame has thousands of changes of style, and a few dozen different ones. */
const nextStyles = new Map<string, string>();

/** The style after `codes` of a `CSI … m` were met in `style`. */
function styleAfter(style: string, codes: string): string {
  const key = `${style} ${codes}`;
  const known = nextStyles.get(key);
  if (known !== undefined) return known;
  const look: Look = new Map();
  for (const [code] of style.slice(2, -1).matchAll(CODES)) applyCode(look, code);
  for (const [code] of (codes || '0').matchAll(CODES)) applyCode(look, code);
  const next = styleOf(look);
  nextStyles.set(key, next);
  return next;
}

/** One cell a column. Only for lines without wide characters. */
function splitCells(line: string): readonly Cell[] {
  const cells: Cell[] = [];
  let style = '';
  for (const [piece, codes] of line.matchAll(PIECES)) {
    if (codes !== undefined) style = styleAfter(style, codes);
    else for (const character of piece) cells.push({ character, style });
  }
  return cells;
}

/** Lines of the newest frames: each is compared twice, as what comes and as what stands there. */
const splitLines = new Map<string, readonly Cell[]>();
const MAX_SPLIT_LINES = 200;

function cellsOf(line: string): readonly Cell[] {
  const known = splitLines.get(line);
  if (known !== undefined) return known;
  if (splitLines.size >= MAX_SPLIT_LINES) splitLines.clear();
  const cells = splitCells(line);
  splitLines.set(line, cells);
  return cells;
}

function isSame(a: Cell = PLAIN, b: Cell = PLAIN): boolean {
  return a.character === b.character && a.style === b.style;
}

function runText(cells: readonly Cell[], from: number, to: number): string {
  let text = '';
  let style = '';
  for (let at = from; at < to; at++) {
    const cell = cells[at] ?? PLAIN;
    if (cell.style !== style) text += `${style === '' ? '' : '\x1b[0m'}${cell.style}`;
    style = cell.style;
    text += cell.character;
  }
  return style === '' ? text : `${text}\x1b[0m`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: codes begin with Escape
const CODE = /\x1b\[[0-9;]*m/g;

function hasWide(line: string): boolean {
  const text = line.replace(CODE, '');
  return textWidth(text) !== text.length;
}

/** Clears the line first: after a line of full width the cursor stands on its last cell, which would be cleared too. */
function wholeLine(line: string, row: number): string {
  return `\x1b[${row};1H\x1b[K${line}\x1b[0m`;
}

/**
 * The text that turns `before` into `after` on the given row (from 1).
 * @param before what stands there; null: unknown
 */
export function lineDiff(before: string | null, after: string, row: number): string {
  if (before === after) return '';
  if (before === null || hasWide(before) || hasWide(after)) return wholeLine(after, row);
  const old = cellsOf(before);
  const next = cellsOf(after);
  let text = '';
  let at = 0;
  while (at < next.length) {
    if (isSame(old[at], next[at])) {
      at++;
      continue;
    }
    let end = at + 1;
    for (let ahead = end; ahead < next.length && ahead - end < LONGEST_BRIDGE; ahead++) {
      if (!isSame(old[ahead], next[ahead])) end = ahead + 1;
    }
    text += `\x1b[${row};${at + 1}H${runText(next, at, end)}`;
    at = end;
  }
  return old.length > next.length ? `${text}\x1b[${row};${next.length + 1}H\x1b[K` : text;
}
