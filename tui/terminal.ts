/**
 * The program's hold on its terminal: raw input, signals, suspension, and giving everything back.
 *
 * @module
 */
import { InputDecoder, type InputEvent } from './input.js';
import type { Screen } from './screen.js';

/** An Escape that begins nothing is a key of its own after this. */
const ESCAPE_WAIT_MS = 30;
/** Where the shell cannot stop us (no job control), the screen comes back after this. */
const STOP_WAIT_MS = 300;

const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

export interface TerminalEvents {
  onInput(events: readonly InputEvent[]): void;
  onResize(): void;
  /** A signal asks to end, with the exit code that belongs to it; or the terminal is gone. */
  onEnd(exitCode: number): void;
}

export class Terminal {
  readonly #screen: Screen;
  readonly #events: TerminalEvents;
  readonly #decoder = new InputDecoder();
  readonly #cleanUp: (() => void)[] = [];
  #flush: NodeJS.Timeout | null = null;
  #isSuspended = false;

  constructor(screen: Screen, events: TerminalEvents) {
    this.#screen = screen;
    this.#events = events;
  }

  open(): void {
    const { stdin, stdout } = process;
    stdin.setEncoding('utf8');
    this.#listen(stdin, 'data', (chunk: string) => this.#onData(chunk));
    this.#listen(stdin, 'end', () => this.#events.onEnd(EXIT_CODES.SIGHUP));
    this.#listen(stdin, 'error', () => this.#events.onEnd(EXIT_CODES.SIGHUP));
    this.#listen(stdout, 'error', () => this.#events.onEnd(EXIT_CODES.SIGHUP));
    this.#listen(stdout, 'resize', () => this.#events.onResize());
    for (const [signal, code] of Object.entries(EXIT_CODES)) {
      this.#listen(process, signal, () => this.#events.onEnd(code));
    }
    this.#listen(process, 'SIGTSTP', () => this.suspend());
    this.#listen(process, 'SIGCONT', () => this.#resume());
    this.#listen(process, 'exit', () => this.release());
    this.#take();
  }

  /** Gives the terminal back; input is not read any more. */
  close(): void {
    this.release();
    if (this.#flush !== null) clearTimeout(this.#flush);
    for (const remove of this.#cleanUp.splice(0)) remove();
    process.stdin.pause();
    process.stdin.unref();
  }

  /** Gives the terminal back at once, from anywhere. */
  release(): void {
    if (process.stdin.isTTY) process.stdin.setRawMode(false);
    this.#screen.close();
  }

  /** Stops the whole job, as Ctrl-Z does in a program that does not read keys itself. */
  suspend(): void {
    if (this.#isSuspended) return;
    this.#isSuspended = true;
    this.release();
    process.removeAllListeners('SIGTSTP');
    process.kill(0, 'SIGTSTP');
    setTimeout(() => this.#resume(), STOP_WAIT_MS).unref();
  }

  #take(): void {
    process.stdin.setRawMode(true);
    process.stdin.resume();
    this.#screen.open();
  }

  #resume(): void {
    if (!this.#isSuspended) return;
    this.#isSuspended = false;
    this.#listen(process, 'SIGTSTP', () => this.suspend());
    this.#take();
    this.#events.onResize();
  }

  #onData(chunk: string): void {
    if (this.#flush !== null) clearTimeout(this.#flush);
    this.#flush = null;
    this.#emit(this.#decoder.push(chunk));
    if (!this.#decoder.pending) return;
    this.#flush = setTimeout(() => this.#emit(this.#decoder.flush()), ESCAPE_WAIT_MS);
  }

  #emit(events: readonly InputEvent[]): void {
    if (events.length > 0) this.#events.onInput(events);
  }

  #listen(source: NodeJS.EventEmitter, name: string, listener: (...args: never[]) => void): void {
    const typed = listener as (...args: unknown[]) => void;
    source.on(name, typed);
    this.#cleanUp.push(() => source.off(name, typed));
  }
}
