/**
 * Where typed lines are kept between runs. A history that cannot be read or written never stops the program.
 *
 * @module
 */
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { MAX_HISTORY } from './command-history.js';

/** `$XDG_STATE_HOME/raftkv/history`, by default under `~/.local/state`. */
export function historyPath(env: NodeJS.ProcessEnv): string {
  const base = env.XDG_STATE_HOME || join(homedir(), '.local', 'state');
  return join(base, 'raftkv', 'history');
}

export class HistoryFile {
  readonly #path: string;
  #writable = true;

  constructor(path: string) {
    this.#path = path;
  }

  /** Oldest first; none when there is no readable file. A file grown to twice the limit is shortened. */
  load(): readonly string[] {
    try {
      const lines = readFileSync(this.#path, 'utf8').split('\n').filter(Boolean);
      const kept = lines.slice(-MAX_HISTORY);
      if (lines.length > 2 * MAX_HISTORY) {
        writeFileSync(this.#path, `${kept.join('\n')}\n`, { mode: 0o600 });
      }
      return kept;
    } catch {
      return [];
    }
  }

  append(line: string): void {
    if (!this.#writable || line.trim() === '') return;
    try {
      mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
      appendFileSync(this.#path, `${line}\n`, { mode: 0o600 });
    } catch {
      this.#writable = false;
    }
  }
}
