/**
 * Keeps the commands that ran, with their times, as a script.
 *
 * @module
 */
import type { Action } from './action.js';
import { printDuration } from './argument-reader.js';
import { print } from './print.js';

/** A longer session keeps its beginning; the script says that it is cut. */
const MAX_LINES = 10_000;

export interface Recording {
  /** Where the front that ends it writes it. */
  readonly path: string;
  readonly script: string;
  readonly lines: number;
}

export class Recorder {
  readonly #now: () => number;
  #path: string | null = null;
  #startedAt = 0;
  #lines: string[] = [];
  #isCut = false;

  constructor(now: () => number) {
    this.#now = now;
  }

  get path(): string | null {
    return this.#path;
  }

  /** @param header - lines that come first: seed and number of nodes */
  start(path: string, header: readonly string[]): void {
    this.#path = path;
    this.#startedAt = this.#now();
    this.#lines = [...header];
    this.#isCut = false;
  }

  /** Notes a command that ran, with the time at which it began. */
  add(action: Action, beganAt: number, failed: boolean): void {
    if (this.#path === null || !isRecorded(action)) return;
    if (this.#lines.length >= MAX_LINES) {
      this.#isCut = true;
      return;
    }
    const at = printDuration(Math.max(0, Math.round(beganAt - this.#startedAt)));
    const attempt = failed && action.kind !== 'try' && action.kind !== 'expect' ? 'try ' : '';
    this.#lines.push(`at ${at} ${attempt}${print(action)}`);
  }

  /** Null when nothing is being recorded. */
  stop(): Recording | null {
    const path = this.#path;
    if (path === null) return null;
    this.#path = null;
    const lines = this.#isCut ? [...this.#lines, `# cut after ${MAX_LINES} lines`] : this.#lines;
    return { path, script: `${lines.join('\n')}\n`, lines: lines.length };
  }
}

/** What only looks, and what only passes time: every line has its time. */
const LEFT_OUT: ReadonlySet<Action['kind']> = new Set([
  'show-matrix',
  'status',
  'debug',
  'help',
  'wait',
  'record',
  'record-stop',
] as const);

const isRecorded = (action: Action): boolean =>
  action.kind === 'try' ? isRecorded(action.action) : !LEFT_OUT.has(action.kind);
