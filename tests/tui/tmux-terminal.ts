/**
 * A real terminal for tests: a shell inside tmux, on a server of its own.
 *
 * @module
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

export function hasTmux(): boolean {
  try {
    execFileSync('tmux', ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

let count = 0;

export class TmuxTerminal {
  readonly #socket = `raftkv-test-${process.pid}-${++count}`;

  /** Starts a shell with job control and this environment; variables given as undefined are removed. */
  constructor(columns: number, rows: number, environment: Readonly<Record<string, string | undefined>>) {
    const settings = Object.entries(environment).flatMap(([name, value]) =>
      value === undefined ? ['-u', name] : [`${name}=${value}`],
    );
    const unset = settings.filter((word, at) => word === '-u' || settings[at - 1] === '-u');
    const set = settings.filter(word => !unset.includes(word));
    const shell = ['env', ...unset, ...set, '/bin/sh', '-i'];
    this.#tmux(
      '-f',
      '/dev/null',
      'new-session',
      '-d',
      '-s',
      't',
      '-x',
      `${columns}`,
      '-y',
      `${rows}`,
      ...shell,
    );
  }

  /** Types text as it is. */
  type(text: string): void {
    this.#tmux('send-keys', '-t', 't', '-l', text);
  }

  /** Presses keys by tmux's names: `Enter`, `C-c`, `Escape`, `Up`. */
  press(...keys: readonly string[]): void {
    this.#tmux('send-keys', '-t', 't', ...keys);
  }

  run(line: string): void {
    this.type(line);
    this.press('Enter');
  }

  paste(text: string, isBracketed: boolean): void {
    this.#tmux('set-buffer', text);
    this.#tmux('paste-buffer', '-t', 't', ...(isBracketed ? ['-p'] : []));
  }

  resize(columns: number, rows: number): void {
    this.#tmux('resize-window', '-t', 't', '-x', `${columns}`, '-y', `${rows}`);
  }

  screen(): string {
    return this.#tmux('capture-pane', '-p', '-t', 't');
  }

  /** `1` or `0`, or another of tmux's facts about the pane: `alternate_on`, `cursor_flag`, `pane_pid`. */
  fact(name: string): string {
    return this.#tmux('display-message', '-p', '-t', 't', `#{${name}}`).trim();
  }

  /** Processes the shell has started and that still run. */
  children(): readonly number[] {
    const pid = this.fact('pane_pid');
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return text.split(' ').filter(Boolean).map(Number);
  }

  /** The screen once the condition holds. @throws with the screen when it does not in time */
  async waitFor(what: string, holds: (screen: string) => boolean, limitMs = 20_000): Promise<string> {
    const endMs = performance.now() + limitMs;
    for (;;) {
      const screen = this.screen();
      if (holds(screen)) return screen;
      if (performance.now() > endMs) throw new Error(`waited for ${what}; the screen is\n${screen}`);
      await delay(40);
    }
  }

  close(): void {
    try {
      this.#tmux('kill-server');
    } catch {
      // It has ended already.
    }
  }

  #tmux(...args: readonly string[]): string {
    return execFileSync('tmux', ['-L', this.#socket, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }
}
