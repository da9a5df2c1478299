/**
 * Judges a history file on a thread of its own: for callers whose thread must not stand still.
 *
 * @module
 */
import { Piscina } from 'piscina';
import type { CheckResult } from './check.js';
import { checkHistoryFile } from './check-file.js';
import type { LostWrite } from './lost-writes.js';

export class HistoryJudge {
  readonly #path: string;
  #pool: Piscina<string, readonly LostWrite[]> | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  /** @throws as `checkHistoryFile` */
  check(): Promise<CheckResult> {
    return checkHistoryFile(this.#path, { threads: 1 });
  }

  lostWrites(): Promise<readonly LostWrite[]> {
    this.#pool ??= new Piscina({
      filename: new URL('../../workers/check.js', import.meta.url).href,
      maxThreads: 1,
      execArgv: [],
    });
    return this.#pool.run(this.#path, { name: 'lostWrites' });
  }

  async close(): Promise<void> {
    await this.#pool?.destroy();
  }
}
