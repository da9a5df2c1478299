/**
 * Records what is written to the terminal as an asciicast, version 2: a header, then one JSON line an output.
 *
 * @module
 */
import { closeSync, openSync, writeSync } from 'node:fs';

export interface CastSize {
  readonly columns: number;
  readonly rows: number;
}

export class CastFile {
  readonly #descriptor: number;
  readonly #now: () => number;
  readonly #startMs: number;
  #isClosed = false;

  /** @throws the error of opening the file */
  constructor(path: string, { columns, rows }: CastSize, now: () => number = () => performance.now()) {
    this.#descriptor = openSync(path, 'w');
    this.#now = now;
    this.#startMs = now();
    const timestamp = Math.floor(Date.now() / 1000);
    this.#line({ version: 2, width: columns, height: rows, timestamp, title: 'raftkv-tui' });
  }

  output(text: string): void {
    this.#event('o', text);
  }

  resized({ columns, rows }: CastSize): void {
    this.#event('r', `${columns}x${rows}`);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    closeSync(this.#descriptor);
  }

  #event(kind: 'o' | 'r', text: string): void {
    if (this.#isClosed) return;
    const seconds = Math.round(this.#now() - this.#startMs) / 1000;
    this.#line([seconds, kind, text]);
  }

  #line(value: unknown): void {
    writeSync(this.#descriptor, `${JSON.stringify(value)}\n`);
  }
}
