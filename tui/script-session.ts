/**
 * A chaos script on its way: its steps with what became of each, stopped and stepped as told.
 *
 * @module
 */
import { print } from '../src/chaos/print.js';
import { runScript } from '../src/chaos/run-script.js';
import type { Script, Statement } from '../src/chaos/script.js';
import type { CommandResult } from '../src/runtime/handle.js';

export interface ScriptStepView {
  /** In the file, 1-based. */
  readonly line: number;
  readonly command: string;
  /** How deep in `repeat`s. */
  readonly depth: number;
  readonly state: 'waiting' | 'running' | 'done' | 'failed';
  /** Times it ran. */
  readonly runs: number;
  readonly elapsedMs: number;
  readonly answer: string;
}

export interface ScriptView {
  readonly name: string;
  readonly steps: readonly ScriptStepView[];
  readonly isPaused: boolean;
  readonly state: 'running' | 'done' | 'failed' | 'stopped';
  readonly elapsedMs: number;
}

function stepsOf(statements: readonly Statement[], depth = 0): ScriptStepView[] {
  return statements.flatMap(statement => {
    if (statement.kind === 'repeat') return stepsOf(statement.body, depth + 1);
    const command = print(statement.action);
    return [{ line: statement.line, command, depth, state: 'waiting', runs: 0, elapsedMs: 0, answer: '' }];
  });
}

export interface ScriptSessionOptions {
  readonly name: string;
  readonly script: Script;
  readonly execute: (line: string) => Promise<CommandResult>;
  readonly show: (view: ScriptView) => void;
}

export class ScriptSession {
  readonly #options: ScriptSessionOptions;
  #view: ScriptView;
  #isStopped = false;
  /** Steps that may begin while paused. */
  #allowed = 0;
  #wake: () => void = () => {};

  constructor(options: ScriptSessionOptions) {
    this.#options = options;
    const steps = stepsOf(options.script.statements);
    this.#view = { name: options.name, steps, isPaused: false, state: 'running', elapsedMs: 0 };
  }

  get view(): ScriptView {
    return this.#view;
  }

  togglePause(): void {
    this.#show({ isPaused: !this.#view.isPaused });
    this.#wake();
  }

  /** Pauses, and lets one more step through. */
  step(): void {
    this.#allowed++;
    if (!this.#view.isPaused) this.#show({ isPaused: true });
    this.#wake();
  }

  /** The step under way ends, no other begins. */
  stop(): void {
    this.#isStopped = true;
    this.#wake();
  }

  async run(): Promise<ScriptView> {
    const startMs = performance.now();
    const elapsedMs = (): number => performance.now() - startMs;
    let at = -1;
    const report = await runScript(this.#options.script, {
      sleep: ms => new Promise(resolve => setTimeout(resolve, ms)),
      now: () => performance.now(),
      execute: async command => {
        at = this.#nextStep(at, command);
        await this.#gate();
        if (this.#isStopped) return { kind: 'failed', text: 'stopped', code: 'stopped' };
        this.#showStep(at, { state: 'running' }, elapsedMs());
        return this.#options.execute(command);
      },
      onStep: ({ line, command, elapsedMs: stepMs, result }) => {
        const index = this.#view.steps.findIndex(step => step.line === line && step.command === command);
        const runs = (this.#view.steps[index]?.runs ?? 0) + 1;
        const state = result.kind === 'done' ? 'done' : 'failed';
        const answer = result.text.split('\n', 1)[0] ?? '';
        this.#showStep(index, { state, runs, elapsedMs: stepMs, answer }, elapsedMs());
      },
    });
    const state = this.#isStopped ? 'stopped' : report.ok ? 'done' : 'failed';
    this.#show({ state, isPaused: false, elapsedMs: elapsedMs() });
    return this.#view;
  }

  /** The next step with this command, after the one before or from the top (a repeat). */
  #nextStep(before: number, command: string): number {
    const { steps } = this.#view;
    const after = steps.findIndex((step, index) => index > before && step.command === command);
    return after === -1 ? steps.findIndex(step => step.command === command) : after;
  }

  async #gate(): Promise<void> {
    while (this.#view.isPaused && this.#allowed === 0 && !this.#isStopped) {
      await new Promise<void>(resolve => {
        this.#wake = resolve;
      });
    }
    this.#allowed = Math.max(0, this.#allowed - 1);
  }

  #showStep(index: number, changed: Partial<ScriptStepView>, elapsedMs: number): void {
    const steps = this.#view.steps.map((step, at) => (at === index ? { ...step, ...changed } : step));
    this.#show({ steps, elapsedMs });
  }

  #show(changed: Partial<ScriptView>): void {
    this.#view = { ...this.#view, ...changed };
    this.#options.show(this.#view);
  }
}
