/**
 * Cuts a command line into words with their positions.
 *
 * Words are separated by white space. `#` at the start of a word begins a comment. Quotes may enclose a
 * whole word only; see `quote.ts` for the escapes.
 *
 * @module
 */
import { bytesOfText, textOfBytes } from './quote.js';
import { CommandSyntaxError } from './syntax-error.js';

export interface Token {
  /** The word as bytes, one character a byte: what a key or a value is. */
  readonly bytes: string;
  /** The word as text: what a keyword, a number or a file name is. */
  readonly text: string;
  /** Quoted words are never keywords. */
  readonly quoted: boolean;
  /** 0-based, in UTF-16 units of the line; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  '\\': '\\',
  '"': '"',
  "'": "'",
};

/** The first white space from `lastIndex` on. */
const WORD_END = /\s/g;

const isSpace = (character: string | undefined): boolean => character !== undefined && /\s/.test(character);

/** @throws CommandSyntaxError for an open quote, an unknown escape, or text right after a closing quote */
export const tokenize = (line: string): readonly Token[] => {
  const tokens: Token[] = [];
  let at = 0;
  for (;;) {
    while (isSpace(line[at])) at++;
    const first = line[at];
    if (first === undefined || first === '#') return tokens;
    const token = first === '"' || first === "'" ? quotedToken(line, at, first) : bareToken(line, at);
    tokens.push(token);
    at = token.end;
  }
};

const bareToken = (line: string, start: number): Token => {
  WORD_END.lastIndex = start;
  const end = WORD_END.exec(line)?.index ?? line.length;
  const text = line.slice(start, end);
  const bytes = bytesOfText(text);
  return { bytes, text: textOfBytes(bytes) ?? text, quoted: false, start, end };
};

const quotedToken = (line: string, start: number, quote: string): Token => {
  let bytes = '';
  let plainFrom = start + 1;
  let at = start + 1;
  for (;;) {
    const character = line[at];
    if (character === undefined) {
      throw new CommandSyntaxError(line.length + 1, `a closing ${quote}`, 'the end of the line');
    }
    if (character === quote) break;
    if (character === '\\') {
      bytes += bytesOfText(line.slice(plainFrom, at));
      const escaped = readEscape(line, at, quote);
      bytes += escaped.byte;
      at = escaped.end;
      plainFrom = at;
    } else {
      at++;
    }
  }
  bytes += bytesOfText(line.slice(plainFrom, at));
  const end = at + 1;
  if (end < line.length && !isSpace(line[end])) {
    throw new CommandSyntaxError(end + 1, `a space after the closing ${quote}`, line[end] ?? '');
  }
  return { bytes, text: textOfBytes(bytes) ?? bytes, quoted: true, start, end };
};

const readEscape = (line: string, at: number, quote: string): { byte: string; end: number } => {
  const letter = line[at + 1] ?? '';
  const simple = SIMPLE_ESCAPES[letter];
  if (simple !== undefined && (quote === '"' || letter === '\\' || letter === "'")) {
    return { byte: simple, end: at + 2 };
  }
  const hex = /^[0-9a-f]{2}$/i.exec(line.slice(at + 2, at + 4))?.[0];
  if (quote === '"' && letter === 'x' && hex !== undefined) {
    return { byte: String.fromCharCode(Number.parseInt(hex, 16)), end: at + 4 };
  }
  const known = quote === '"' ? '\\n \\r \\t \\\\ \\" or \\xHH' : "\\\\ or \\'";
  throw new CommandSyntaxError(at + 1, known, `\\${letter}`);
};
