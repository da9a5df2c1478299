/**
 * Reads the arguments of one command, word by word, and says where and what was expected when one does not
 * fit.
 *
 * @module
 */
import { CommandSyntaxError } from './syntax-error.js';
import type { Token } from './tokenizer.js';

/** What is known where a line is parsed. Fields left out are not checked. */
export interface ParseContext {
  /** Number of nodes of the cluster. */
  readonly nodes?: number;
  /** Names given with `let` so far. */
  readonly names?: ReadonlySet<string>;
}

const MAX_NODE = 254;

interface DurationOptions {
  /** Unit of a number without one; left out: a unit is required. */
  readonly bareUnitMs?: number;
  readonly signed?: boolean;
  /** Above 0. */
  readonly positive?: boolean;
  readonly what?: string;
}

export class ArgumentReader {
  readonly context: ParseContext;
  readonly #tokens: readonly Token[];
  readonly #lineEnd: number;
  #at = 0;

  constructor(tokens: readonly Token[], context: ParseContext) {
    this.#tokens = tokens;
    this.context = context;
    this.#lineEnd = tokens.at(-1)?.end ?? 0;
  }

  get atEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }

  /** @throws CommandSyntaxError always */
  fail(start: number, expected: string, found: string): never {
    throw new CommandSyntaxError(start + 1, expected, found);
  }

  /** Fails at the next word, or at the end of the line. */
  failHere(expected: string): never {
    const token = this.#tokens[this.#at];
    if (token === undefined) this.fail(this.#lineEnd, expected, 'the end of the line');
    this.fail(token.start, expected, token.quoted ? `"${token.text}"` : token.text);
  }

  next(expected: string): Token {
    const token = this.#tokens[this.#at];
    if (token === undefined) this.failHere(expected);
    this.#at++;
    return token;
  }

  /** The next word, if there is one. */
  peek(): Token | undefined {
    return this.#tokens[this.#at];
  }

  /** The text of an unquoted word, `ahead` words from here. */
  peekText(ahead = 0): string | null {
    const token = this.#tokens[this.#at + ahead];
    return token === undefined || token.quoted ? null : token.text;
  }

  peekIs(word: string): boolean {
    return this.peekText() === word;
  }

  /** Takes the word when it is the next one. */
  keyword(word: string): boolean {
    if (!this.peekIs(word)) return false;
    this.#at++;
    return true;
  }

  expectKeyword(word: string): void {
    if (!this.keyword(word)) this.failHere(word);
  }

  /** One of a closed set of words. */
  choice<W extends string>(words: readonly W[], expected = words.join(', ')): W {
    const text = this.peekText();
    const word = words.find(candidate => candidate === text);
    if (word === undefined) this.failHere(expected);
    this.#at++;
    return word;
  }

  /** Nothing may follow. */
  end(): void {
    if (!this.atEnd) this.failHere('the end of the line');
  }

  bytes(expected: string): string {
    return this.next(expected).bytes;
  }

  text(expected: string): string {
    const token = this.next(expected);
    if (token.text === '') this.fail(token.start, expected, '""');
    return token.text;
  }

  integer(least: number, most: number, what: string): number {
    const expected = `${what} ${least}–${most}`;
    const token = this.next(expected);
    const value = Number(token.text);
    if (!/^\d+$/.test(token.text) || value < least || value > most) {
      this.fail(token.start, expected, token.text || '""');
    }
    return value;
  }

  /** A decimal number, with or without a sign. */
  number(expected: string, accept: (value: number) => boolean): number {
    const token = this.next(expected);
    const value = Number(token.text);
    const isNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(token.text);
    if (!isNumber || !Number.isFinite(value) || !accept(value)) {
      this.fail(token.start, expected, token.text || '""');
    }
    return value === 0 ? 0 : value;
  }

  probability(): number {
    return this.number('a probability 0–1', value => value >= 0 && value <= 1);
  }

  /** Milliseconds, to the microsecond. */
  durationMs(options: DurationOptions = {}): number {
    const expected = options.what ?? 'a time such as 500ms, 2s or 1m';
    const token = this.next(expected);
    const ms = durationOf(token.text, options.bareUnitMs ?? 0, options.signed ?? false);
    if (ms === null) this.fail(token.start, expected, token.text || '""');
    if (options.positive && ms <= 0) this.fail(token.start, 'a time above 0', token.text);
    return ms;
  }

  nodeExpectation(): string {
    return `a node 0–${this.nodeLimit() - 1}`;
  }

  nodeLimit(): number {
    return this.context.nodes ?? MAX_NODE + 1;
  }

  nodeNumber(text: string, start: number): number {
    const node = Number(text);
    if (!/^\d+$/.test(text) || node >= this.nodeLimit()) {
      this.fail(start, this.nodeExpectation(), text === '' ? 'nothing' : text);
    }
    return node;
  }

  knownName(name: string, start: number): string {
    const names = this.context.names;
    if (names !== undefined && !names.has(name)) {
      this.fail(start, 'a name given with let before', `$${name}`);
    }
    return name;
  }
}

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, min: 60_000 };
const LONGEST_MS = 24 * 3_600_000;

const durationOf = (text: string, bareUnitMs: number, signed: boolean): number | null => {
  const match = /^([+-]?)(\d+\.?\d*|\.\d+)([a-z]*)$/.exec(text);
  if (match === null || (match[1] !== '' && !signed)) return null;
  const unit = match[3] === '' ? bareUnitMs : (UNITS_MS[match[3] ?? ''] ?? 0);
  const ms = Math.round(Number(match[2]) * unit * 1000) / 1000;
  if (unit === 0 || ms > LONGEST_MS) return null;
  return match[1] === '-' && ms !== 0 ? -ms : ms;
};

/** The text `durationMs` reads back to the same number: `500ms`, `2s`, `1.5s`. */
export const printDuration = (ms: number): string =>
  Number.isInteger(ms / 100) && Math.abs(ms) >= 1000 ? `${ms / 1000}s` : `${ms}ms`;
