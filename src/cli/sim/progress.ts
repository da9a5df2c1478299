/**
 * How far a long run is: one line that is rewritten on a terminal, now and then a line of its own elsewhere.
 *
 * @module
 */
import { printError } from '../terminal.js';

const TERMINAL_EVERY_MS = 200;
const PLAIN_EVERY_MS = 5000;

export class Progress {
  readonly #total: number;
  readonly #startedMs = performance.now();
  readonly #isTerminal = process.stderr.isTTY === true;
  #shownMs: number;
  #isOpen = false;

  constructor(total: number) {
    this.#total = total;
    this.#shownMs = this.#startedMs;
  }

  /** `done` of the total; `note` is appended. */
  show(done: number, note = ''): void {
    const nowMs = performance.now();
    if (nowMs - this.#shownMs < (this.#isTerminal ? TERMINAL_EVERY_MS : PLAIN_EVERY_MS)) return;
    this.#shownMs = nowMs;
    const line = this.#line(done, nowMs - this.#startedMs) + note;
    if (this.#isTerminal) process.stderr.write(`\r${line}\x1b[K`);
    else printError(line);
    this.#isOpen = this.#isTerminal;
  }

  /** Clears the line. */
  end(): void {
    if (this.#isOpen) process.stderr.write('\r\x1b[K');
    this.#isOpen = false;
  }

  #line(done: number, elapsedMs: number): string {
    const rate = done / (elapsedMs / 1000);
    const leftSeconds = rate === 0 ? 0 : Math.ceil((this.#total - done) / rate);
    const share = ((100 * done) / Math.max(1, this.#total)).toFixed(0);
    return `${done}/${this.#total} (${share} %), ${rate.toFixed(1)}/s, ${leftSeconds} s left`;
  }
}
