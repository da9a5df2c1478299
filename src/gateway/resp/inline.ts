/**
 * Inline commands: a line of words, as typed into `nc` or `telnet`, with the quoting rules of redis-cli.
 *
 * @module
 */
import { ProtocolError } from './protocol-error.js';

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  a: '\x07',
};

const isSpace = (character: string | undefined): boolean =>
  character === ' ' || character === '\t' || character === '\n' || character === '\r';

interface Word {
  readonly text: string;
  /** Position after the word. */
  readonly end: number;
}

/**
 * Splits a line (without its line end) into arguments: `set "a b" 'c d' \x41`-style escapes inside double quotes.
 *
 * @throws ProtocolError for a quote that is not closed, or closed in the middle of a word
 */
export function splitInline(line: string): string[] {
  const words: string[] = [];
  let position = 0;
  for (;;) {
    while (isSpace(line[position])) position++;
    if (position >= line.length) return words;
    const word = readWord(line, position);
    words.push(word.text);
    position = word.end;
  }
}

function readWord(line: string, start: number): Word {
  let text = '';
  let position = start;
  while (position < line.length && !isSpace(line[position])) {
    const character = line[position];
    if (character === '"' || character === "'") {
      const quoted = character === '"' ? readDouble(line, position) : readSingle(line, position);
      if (quoted.end < line.length && !isSpace(line[quoted.end])) throw unbalanced();
      return { text: text + quoted.text, end: quoted.end };
    }
    text += character;
    position++;
  }
  return { text, end: position };
}

function readDouble(line: string, start: number): Word {
  let text = '';
  let position = start + 1;
  while (position < line.length) {
    const character = line[position];
    if (character === '"') return { text, end: position + 1 };
    if (character !== '\\' || position + 1 >= line.length) {
      text += character;
      position++;
      continue;
    }
    const hex = /^x[0-9a-fA-F]{2}/.test(line.slice(position + 1, position + 4));
    const escaped = line[position + 1] ?? '';
    text += hex
      ? String.fromCharCode(Number.parseInt(line.slice(position + 2, position + 4), 16))
      : (SIMPLE_ESCAPES[escaped] ?? escaped);
    position += hex ? 4 : 2;
  }
  throw unbalanced();
}

function readSingle(line: string, start: number): Word {
  let text = '';
  let position = start + 1;
  while (position < line.length) {
    const character = line[position];
    if (character === "'") return { text, end: position + 1 };
    const escapedQuote = character === '\\' && line[position + 1] === "'";
    text += escapedQuote ? "'" : character;
    position += escapedQuote ? 2 : 1;
  }
  throw unbalanced();
}

const unbalanced = (): ProtocolError => new ProtocolError('unbalanced quotes in request');
