/**
 * Runs a parsed script, statement by statement, until its end or the first failure.
 *
 * @module
 */
import type { CommandResult } from '../runtime/handle.js';
import { print } from './print.js';
import type { CommandStatement, Script, Statement } from './script.js';

export interface ScriptHost {
  /** Runs one line of the command language. */
  readonly execute: (line: string) => Promise<CommandResult>;
  readonly sleep: (ms: number) => Promise<void>;
  /** Milliseconds of a clock that never goes back. */
  readonly now: () => number;
  /** The next step waits for it. */
  readonly onStep?: (step: ScriptStep) => void | Promise<void>;
}

/** One command that ran. */
export interface ScriptStep {
  /** Line of the file, 1-based. */
  readonly line: number;
  readonly command: string;
  /** When it began, since the script did. */
  readonly atMs: number;
  readonly elapsedMs: number;
  readonly result: CommandResult;
}

export interface ScriptReport {
  readonly ok: boolean;
  readonly steps: number;
  /** `expect` commands that held. */
  readonly expectations: number;
  readonly elapsedMs: number;
  /** The step that failed; null when all is well. */
  readonly failure: ScriptStep | null;
}

export const runScript = async (script: Script, host: ScriptHost): Promise<ScriptReport> => {
  const run = new ScriptRun(host);
  const failure = await run.block(script.statements);
  return {
    ok: failure === null,
    steps: run.steps,
    expectations: run.expectations,
    elapsedMs: run.elapsedMs(),
    failure,
  };
};

class ScriptRun {
  steps = 0;
  expectations = 0;
  readonly #host: ScriptHost;
  readonly #startedAt: number;

  constructor(host: ScriptHost) {
    this.#host = host;
    this.#startedAt = host.now();
  }

  elapsedMs(): number {
    return this.#host.now() - this.#startedAt;
  }

  /** The step that failed, or null. */
  async block(statements: readonly Statement[]): Promise<ScriptStep | null> {
    const startedAt = this.#host.now();
    for (const statement of statements) {
      const failure = await this.#statement(statement, startedAt);
      if (failure !== null) return failure;
    }
    return null;
  }

  async #statement(statement: Statement, blockStartedAt: number): Promise<ScriptStep | null> {
    if (statement.kind === 'command') return this.#command(statement, blockStartedAt);
    for (let turn = 0; turn < statement.times; turn++) {
      const failure = await this.block(statement.body);
      if (failure !== null) return failure;
    }
    return null;
  }

  async #command(statement: CommandStatement, blockStartedAt: number): Promise<ScriptStep | null> {
    const { now, sleep, execute, onStep } = this.#host;
    const early = (statement.atMs ?? 0) - (now() - blockStartedAt);
    if (early > 0) await sleep(early);
    const { action } = statement;
    const command = print(action);
    const began = now();
    const result = await this.#perform(statement, () => execute(command));
    const step: ScriptStep = {
      line: statement.line,
      command,
      atMs: began - this.#startedAt,
      elapsedMs: now() - began,
      result,
    };
    this.steps++;
    if (action.kind === 'expect' && result.kind === 'done') this.expectations++;
    await onStep?.(step);
    return result.kind === 'done' ? null : step;
  }

  /** Plain waiting is done here, so that no call is open for long. */
  async #perform(
    { action }: CommandStatement,
    execute: () => Promise<CommandResult>,
  ): Promise<CommandResult> {
    if (action.kind !== 'wait') return execute();
    await this.#host.sleep(action.durationMs);
    return { kind: 'done', text: '' };
  }
}
