/**
 * Script files: lines of the command language, plus `nodes`, `config`, `at`, and `repeat … end`.
 *
 * A file is parsed whole before anything runs, and every mistake in it is reported.
 *
 * @module
 */
import type { Action } from './action.js';
import { ArgumentReader, type ParseContext, printDuration } from './argument-reader.js';
import { parseTokens } from './parse.js';
import { CommandSyntaxError } from './syntax-error.js';
import { type Token, tokenize } from './tokenizer.js';

export interface CommandStatement {
  readonly kind: 'command';
  /** 1-based, in the file. */
  readonly line: number;
  /** Since the beginning of the script, or of this turn of the `repeat` around it; null: at once. */
  readonly atMs: number | null;
  readonly action: Action;
}

export interface RepeatStatement {
  readonly kind: 'repeat';
  readonly line: number;
  readonly times: number;
  readonly body: readonly Statement[];
}

export type Statement = CommandStatement | RepeatStatement;

export interface ScriptSetting {
  /** 1-based, in the file. */
  readonly line: number;
  readonly key: string;
  readonly value: string;
}

export interface Script {
  /** Size of the cluster it is made for; null: any. */
  readonly nodes: number | null;
  /** Given before the first command, it is the cluster's seed too. */
  readonly seed: number | null;
  /** `config KEY VALUE` lines; what they mean is for whoever starts the cluster to say. */
  readonly settings: readonly ScriptSetting[];
  readonly statements: readonly Statement[];
}

/** Thrown for a script with mistakes, first ones first. */
export class ScriptError extends Error {
  override readonly name = 'ScriptError';
  readonly code = 'bad-script';
  readonly errors: readonly CommandSyntaxError[];

  constructor(errors: readonly CommandSyntaxError[]) {
    super(errors.map(error => error.message).join('\n'));
    this.errors = errors;
  }
}

const MAX_ERRORS = 20;
const MAX_DEPTH = 8;
const MAX_REPEATS = 1_000_000;
const MAX_SCRIPT_NODES = 255;

/** @throws ScriptError; nothing else, whatever the text holds */
export const parseScript = (text: string, context: ParseContext = {}): Script =>
  new ScriptParser(context).parse(text);

/** A sequence being filled: the script itself, or the body of a `repeat`. */
interface Block {
  readonly line: number;
  times: number;
  readonly body: Statement[];
  lastAtMs: number;
}

class ScriptParser {
  readonly #context: ParseContext;
  readonly #errors: CommandSyntaxError[] = [];
  readonly #names = new Set<string>();
  readonly #blocks: Block[] = [{ line: 0, times: 1, body: [], lastAtMs: 0 }];
  readonly #settings: ScriptSetting[] = [];
  #nodes: number | null = null;
  #seed: number | null = null;
  /** Number of nodes after the last `add`. */
  #added = 0;

  constructor(context: ParseContext) {
    this.#context = context;
  }

  parse(text: string): Script {
    const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
    for (const [index, line] of lines.entries()) {
      this.#attempt(index + 1, () => this.#readLine(line, index + 1));
      if (this.#errors.length >= MAX_ERRORS) break;
    }
    const open = this.#blocks.at(-1);
    if (this.#errors.length === 0 && open !== undefined && this.#blocks.length > 1) {
      const expected = `end for the repeat on line ${open.line}`;
      this.#errors.push(new CommandSyntaxError(1, expected, 'the end of the file', lines.length));
    }
    if (this.#errors.length > 0) throw new ScriptError(this.#errors);
    return {
      nodes: this.#nodes,
      seed: this.#seed,
      settings: this.#settings,
      statements: this.#blocks[0]?.body ?? [],
    };
  }

  #attempt(line: number, read: () => void): void {
    try {
      read();
    } catch (error) {
      if (!(error instanceof CommandSyntaxError)) throw error;
      this.#errors.push(error.atLine(line));
    }
  }

  #readLine(text: string, line: number): void {
    const tokens = tokenize(text);
    if (tokens.length === 0) return;
    const reader = new ArgumentReader(tokens, this.#parseContext());
    if (reader.keyword('nodes')) this.#readNodes(reader);
    else if (reader.keyword('config')) this.#readSetting(reader, line);
    else if (reader.keyword('repeat')) this.#openRepeat(reader, line);
    else if (reader.keyword('end')) this.#closeRepeat(reader);
    else if (reader.peekIs('seed') && this.#isHeader()) this.#readSeed(tokens, line);
    else if (reader.keyword('at')) this.#readAt(reader, tokens, line);
    else this.#add(tokens, line, null);
  }

  #parseContext(): ParseContext {
    const founders = this.#nodes ?? this.#context.nodes;
    if (founders === undefined) return { names: this.#names };
    return { names: this.#names, nodes: Math.max(founders, this.#added) };
  }

  #isHeader(): boolean {
    const [script] = this.#blocks;
    const isSeed = (statement: Statement) => statement.kind === 'command' && statement.action.kind === 'seed';
    return this.#blocks.length === 1 && script?.body.every(isSeed) === true;
  }

  #readNodes(reader: ArgumentReader): void {
    if (!this.#isHeader()) reader.fail(0, 'nodes before the first command', 'nodes');
    if (this.#nodes !== null) reader.fail(0, 'nodes only once', 'nodes');
    this.#nodes = reader.integer(1, MAX_SCRIPT_NODES, 'a number of nodes');
    reader.end();
  }

  #readSetting(reader: ArgumentReader, line: number): void {
    if (!this.#isHeader()) reader.fail(0, 'config before the first command', 'config');
    const key = reader.text('a key of the config file').replace(/:$/, '');
    const value = reader.text('a value');
    reader.end();
    this.#settings.push({ line, key, value });
  }

  #readSeed(tokens: readonly Token[], line: number): void {
    const action = parseTokens(tokens, this.#parseContext());
    if (action.kind === 'seed') this.#seed = action.seed;
    this.#blocks.at(-1)?.body.push({ kind: 'command', line, atMs: null, action });
  }

  #openRepeat(reader: ArgumentReader, line: number): void {
    if (this.#blocks.length > MAX_DEPTH) {
      reader.fail(0, `at most ${MAX_DEPTH} repeats within each other`, 'repeat');
    }
    // Opened first, so that a wrong number of times does not make its `end` a mistake too.
    const block: Block = { line, times: 1, body: [], lastAtMs: 0 };
    this.#blocks.push(block);
    block.times = reader.integer(1, MAX_REPEATS, 'a number of times');
    reader.end();
  }

  #closeRepeat(reader: ArgumentReader): void {
    reader.end();
    const block = this.#blocks.length > 1 ? this.#blocks.pop() : undefined;
    if (block === undefined) reader.fail(0, 'a command', 'end');
    // Where its lines had mistakes, those are the ones to tell.
    if (block.body.length === 0 && this.#errors.length === 0) {
      reader.fail(0, `a command in the repeat on line ${block.line}`, 'end');
    }
    const { line: repeatLine, times, body } = block;
    this.#blocks.at(-1)?.body.push({ kind: 'repeat', line: repeatLine, times, body });
  }

  #readAt(reader: ArgumentReader, tokens: readonly Token[], line: number): void {
    const place = reader.peek()?.start ?? 0;
    const atMs = reader.durationMs();
    const block = this.#blocks.at(-1);
    if (block !== undefined && atMs < block.lastAtMs) {
      const earliest = printDuration(block.lastAtMs);
      reader.fail(place, `a time not before ${earliest}`, printDuration(atMs));
    }
    if (block !== undefined) block.lastAtMs = atMs;
    if (reader.atEnd) reader.failHere('a command');
    this.#add(tokens.slice(2), line, atMs);
  }

  #add(tokens: readonly Token[], line: number, atMs: number | null): void {
    const action = parseTokens(tokens, this.#parseContext());
    if (action.kind === 'let') this.#names.add(action.name);
    if (action.kind === 'add' && action.node.kind === 'node') this.#added = action.node.node + 1;
    this.#blocks.at(-1)?.body.push({ kind: 'command', line, atMs, action });
  }
}
