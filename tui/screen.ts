/**
 * The terminal as a surface: whole frames go in, only the cells that changed go out, and the terminal is given back
 * as it was, however the program ends.
 *
 * @module
 */
import { EventEmitter } from 'node:events';
import { writeSync } from 'node:fs';
import { lineDiff } from './line-diff.js';

/** The part of a terminal's output stream that is used. */
export interface TerminalOutput extends NodeJS.EventEmitter {
  readonly columns: number;
  readonly rows: number;
  readonly writableNeedDrain: boolean;
  write(text: string): boolean;
}

/** Alternate screen, cursor hidden, no line wrap, bracketed paste, cleared. */
const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[?2004h\x1b[2J\x1b[H';
/** Cleared before it is left: tmux moves lines of an alternate screen that was resized to the normal one. */
const LEAVE = '\x1b[?1006l\x1b[?1000l\x1b[?2026l\x1b[0m\x1b[2J\x1b[H\x1b[?2004l\x1b[?7h\x1b[?25h\x1b[?1049l';
/** Reports of presses and the wheel, with coordinates of any size. */
const MOUSE_ON = '\x1b[?1000h\x1b[?1006h';
const MOUSE_OFF = '\x1b[?1006l\x1b[?1000l';
/** Synchronized output (DEC 2026): the terminal shows a frame at once; terminals without it ignore this. */
const BEGIN = '\x1b[?2026h';
const END = '\x1b[?2026l';

export interface ScreenOptions {
  readonly output: TerminalOutput;
  /** Writes at once, when the event loop will not run any more. */
  readonly writeNow?: (text: string) => void;
  /** Told everything that is written. */
  readonly onWrite?: (text: string) => void;
}

function writeToTerminal(text: string): void {
  try {
    writeSync(1, text);
  } catch {
    // The terminal is gone (hang-up), or its buffer is full: there is nobody left to tell.
  }
}

export class Screen {
  readonly #output: TerminalOutput;
  readonly #writeNow: (text: string) => void;
  readonly #onWrite: (text: string) => void;
  /** The lines on the terminal; empty: unknown, everything is to be drawn. */
  #drawn: readonly string[] = [];
  #latest: readonly string[] = [];
  #isOpen = false;
  #hasMouse = false;
  #isWaiting = false;

  constructor({ output, writeNow = writeToTerminal, onWrite = () => {} }: ScreenOptions) {
    this.#output = output;
    this.#writeNow = writeNow;
    this.#onWrite = onWrite;
  }

  get columns(): number {
    return this.#output.columns || 80;
  }

  get rows(): number {
    return this.#output.rows || 24;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#drawn = [];
    this.#write(ENTER + (this.#hasMouse ? MOUSE_ON : ''));
  }

  /** Whether the terminal reports the mouse; it then selects text only with Shift. */
  setMouse(on: boolean): void {
    this.#hasMouse = on;
    if (this.#isOpen) this.#write(on ? MOUSE_ON : MOUSE_OFF);
  }

  /** Gives the terminal back. May be called at any moment, again and again. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#onWrite(LEAVE);
    this.#writeNow(LEAVE);
  }

  /** Draws everything again, for when something else wrote to the terminal. */
  repaint(): void {
    this.#drawn = [];
    if (!this.#isOpen) return;
    this.#write('\x1b[2J');
    this.present(this.#latest);
  }

  /** The terminal has another size: frames made for the old one are not shown on it, the next one draws everything. */
  resized(): void {
    this.#latest = [];
    this.repaint();
  }

  /** Shows a frame. When the terminal is slow, frames in between are left out, the newest comes. */
  present(lines: readonly string[]): void {
    this.#latest = lines;
    if (!this.#isOpen) return;
    if (this.#output.writableNeedDrain) {
      this.#awaitDrain();
      return;
    }
    const shown = lines.slice(0, this.rows);
    let text = '';
    shown.forEach((line, index) => {
      text += lineDiff(this.#drawn[index] ?? null, line, index + 1);
    });
    if (shown.length < this.#drawn.length) text += `\x1b[${shown.length + 1};1H\x1b[J`;
    this.#drawn = shown;
    if (text !== '') this.#write(BEGIN + text + END);
  }

  #write(text: string): void {
    this.#onWrite(text);
    this.#output.write(text);
  }

  #awaitDrain(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.#output.once('drain', () => {
      this.#isWaiting = false;
      this.present(this.#latest);
    });
  }
}

/**
 * What Ink is given as its terminal: it has a size, and what is written to it is not shown. Ink lays out the screen, the
 * cells come from the panels.
 */
export class InkOutput extends EventEmitter {
  /** So that Ink moves no cursor. */
  readonly isTTY = false;
  readonly #size: { readonly columns: number; readonly rows: number };

  constructor(size: { readonly columns: number; readonly rows: number }) {
    super();
    this.#size = size;
  }

  get columns(): number {
    return this.#size.columns;
  }

  get rows(): number {
    return this.#size.rows;
  }

  write(_text: string): boolean {
    return true;
  }
}
