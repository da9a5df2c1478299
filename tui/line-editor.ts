/**
 * A one-line editor as a pure function: a line and a key give the next line. Keys are those of readline.
 *
 * @module
 */
import type { KeyPress } from './input.js';

export interface Line {
  readonly text: string;
  /** Offset in `text`, never inside a surrogate pair. */
  readonly cursor: number;
  /** What was cut last, for Ctrl-Y. */
  readonly killed: string;
}

export const EMPTY_LINE: Line = { text: '', cursor: 0, killed: '' };

/** Longest line; what does not fit is not inserted. A value may be 8 MiB, but nobody types one. */
export const MAX_LINE = 16_384;

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code < 0xe000;
}

function before(text: string, cursor: number): number {
  if (cursor === 0) return 0;
  return cursor - (isLowSurrogate(text.charCodeAt(cursor - 1)) && cursor > 1 ? 2 : 1);
}

function after(text: string, cursor: number): number {
  if (cursor >= text.length) return text.length;
  return cursor + ((text.codePointAt(cursor) ?? 0) > 0xffff ? 2 : 1);
}

function wordStart(text: string, cursor: number): number {
  return cursor - (/\S*\s*$/.exec(text.slice(0, cursor))?.[0].length ?? 0);
}

function wordEnd(text: string, cursor: number): number {
  return cursor + (/^\s*\S*/.exec(text.slice(cursor))?.[0].length ?? 0);
}

export function setLine(line: Line, text: string, cursor = text.length): Line {
  return { ...line, text, cursor };
}

export function insert(line: Line, text: string): Line {
  if (line.text.length + text.length > MAX_LINE) return line;
  return {
    ...line,
    text: line.text.slice(0, line.cursor) + text + line.text.slice(line.cursor),
    cursor: line.cursor + text.length,
  };
}

function remove(line: Line, from: number, to: number): Line {
  return { ...line, text: line.text.slice(0, from) + line.text.slice(to), cursor: from };
}

function kill(line: Line, from: number, to: number): Line {
  return from === to ? line : { ...remove(line, from, to), killed: line.text.slice(from, to) };
}

type Edit = (line: Line) => Line;
const toStart: Edit = line => ({ ...line, cursor: 0 });
const toEnd: Edit = line => ({ ...line, cursor: line.text.length });
const left: Edit = line => ({ ...line, cursor: before(line.text, line.cursor) });
const right: Edit = line => ({ ...line, cursor: after(line.text, line.cursor) });
const wordLeft: Edit = line => ({ ...line, cursor: wordStart(line.text, line.cursor) });
const wordRight: Edit = line => ({ ...line, cursor: wordEnd(line.text, line.cursor) });
const backspace: Edit = line => remove(line, before(line.text, line.cursor), line.cursor);
const deleteRight: Edit = line => remove(line, line.cursor, after(line.text, line.cursor));
const killWordLeft: Edit = line => kill(line, wordStart(line.text, line.cursor), line.cursor);

const EDITS: Readonly<Record<string, Edit>> = {
  home: toStart,
  'ctrl-a': toStart,
  end: toEnd,
  'ctrl-e': toEnd,
  left,
  'ctrl-b': left,
  right,
  'ctrl-f': right,
  'ctrl-left': wordLeft,
  'alt-left': wordLeft,
  'alt-b': wordLeft,
  'ctrl-right': wordRight,
  'alt-right': wordRight,
  'alt-f': wordRight,
  backspace,
  delete: deleteRight,
  'ctrl-d': deleteRight,
  'ctrl-w': killWordLeft,
  'alt-backspace': killWordLeft,
  'alt-d': line => kill(line, line.cursor, wordEnd(line.text, line.cursor)),
  'ctrl-k': line => kill(line, line.cursor, line.text.length),
  'ctrl-u': line => kill(line, 0, line.cursor),
  'ctrl-y': line => insert(line, line.killed),
};

/** Null when the key does nothing to a line. */
export function edit(line: Line, key: KeyPress): Line | null {
  const change = EDITS[key.name];
  if (change !== undefined) return change(line);
  return key.text === '' ? null : insert(line, key.text);
}
