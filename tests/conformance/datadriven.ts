/**
 * Reader for "datadriven" test files: directives, their input, and the output they are expected to produce.
 *
 * @module
 */
export interface Argument {
  readonly key: string;
  readonly values: readonly string[];
}

export interface Case {
  /** Line of the directive, from 1. */
  readonly line: number;
  readonly directive: string;
  readonly command: string;
  readonly args: readonly Argument[];
  readonly input: string;
  /** Each line ends in `\n`. */
  readonly expected: string;
}

const SEPARATOR = '----';

/** Splits at commas outside of parentheses. */
function splitValues(text: string): readonly string[] {
  const values: string[] = [];
  let depth = 0;
  let value = '';
  for (const char of text) {
    if (char === '(') depth += 1;
    if (char === ')') depth -= 1;
    if (char === ',' && depth === 0) {
      values.push(value);
      value = '';
    } else {
      value += char;
    }
  }
  values.push(value);
  return values.map(part => part.trimStart());
}

function closingParenthesis(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    if (text[at] === '(') depth += 1;
    if (text[at] === ')') depth -= 1;
    if (depth === 0) return at;
  }
  throw new Error(`unclosed parenthesis in: ${text}`);
}

export function parseArguments(text: string): readonly Argument[] {
  const args: Argument[] = [];
  let at = 0;
  while (at < text.length) {
    if (text[at] === ' ') {
      at += 1;
      continue;
    }
    const key = /^[^ =]*/.exec(text.slice(at))?.[0] ?? '';
    at += key.length;
    if (text[at] !== '=') {
      args.push({ key, values: [] });
      continue;
    }
    at += 1;
    if (text[at] === '(') {
      const close = closingParenthesis(text, at);
      args.push({ key, values: splitValues(text.slice(at + 1, close)) });
      at = close + 1;
    } else {
      const value = /^[^ ]*/.exec(text.slice(at))?.[0] ?? '';
      args.push({ key, values: [value] });
      at += value.length;
    }
  }
  return args;
}

/** Walks over the lines of one file. */
class Lines {
  readonly #lines: readonly string[];
  at = 0;

  constructor(text: string) {
    this.#lines = text.split('\n');
    if (this.#lines.at(-1) === '') this.#lines = this.#lines.slice(0, -1);
  }

  peek(ahead = 0): string | undefined {
    return this.#lines[this.at + ahead];
  }

  next(): string | undefined {
    const line = this.#lines[this.at];
    this.at += 1;
    return line;
  }
}

function readDirective(lines: Lines, first: string): string {
  let directive = first.trim();
  while (directive.endsWith('\\')) {
    directive = `${directive.slice(0, -1).trimEnd()} ${(lines.next() ?? '').trim()}`;
  }
  return directive;
}

function readInput(lines: Lines, directive: string): string {
  const input: string[] = [];
  for (;;) {
    const line = lines.next();
    if (line === undefined) throw new Error(`no ---- after: ${directive}`);
    if (line === SEPARATOR) return input.join('\n').trim();
    input.push(line);
  }
}

function readExpected(lines: Lines): string {
  const block: string[] = [];
  if (lines.peek() === SEPARATOR) {
    lines.next();
    while (!(lines.peek() === SEPARATOR && lines.peek(1) === SEPARATOR)) {
      const line = lines.next();
      if (line === undefined) throw new Error('expected output is not closed by two lines of ----');
      block.push(line);
    }
    lines.next();
    lines.next();
    if ((lines.peek() ?? '').trim() !== '') throw new Error('no blank line after ----');
  } else {
    while ((lines.peek() ?? '').trim() !== '') block.push(lines.next() ?? '');
  }
  return block.map(line => `${line}\n`).join('');
}

/** @throws Error when the file breaks the format */
export function parseCases(text: string): readonly Case[] {
  const lines = new Lines(text);
  const cases: Case[] = [];
  for (;;) {
    const raw = lines.next();
    if (raw === undefined) return cases;
    const trimmed = raw.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const line = lines.at;
    const directive = readDirective(lines, raw);
    const [command = ''] = directive.split(' ', 1);
    if (command === 'subtest') continue;
    const args = parseArguments(directive.slice(command.length));
    const input = readInput(lines, directive);
    cases.push({ line, directive, command, args, input, expected: readExpected(lines) });
  }
}

/** The values of `key`; undefined when it is not given. */
export function valuesOf(args: readonly Argument[], key: string): readonly string[] | undefined {
  return args.find(arg => arg.key === key)?.values;
}

export function firstValueOf(args: readonly Argument[], key: string): string | undefined {
  return valuesOf(args, key)?.[0];
}

const BOOLEANS: Readonly<Record<string, boolean>> = {
  true: true,
  '1': true,
  t: true,
  false: false,
  '0': false,
  f: false,
};

export function booleanOf(args: readonly Argument[], key: string, fallback: boolean): boolean {
  const value = firstValueOf(args, key);
  if (value === undefined) return fallback;
  const parsed = BOOLEANS[value];
  if (parsed === undefined) throw new Error(`${key}: no boolean: ${value}`);
  return parsed;
}

export function integer(text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`no number: ${text}`);
  return Number(text);
}
