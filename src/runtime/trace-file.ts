/**
 * The trace of a run: one JSON object a line, from all threads into one file.
 *
 * Each thread appends whole lines in a single write; the system keeps appends of one file apart. All threads read the same
 * monotonic clock.
 *
 * @module
 */
import { closeSync, openSync, writeSync } from 'node:fs';

export interface TraceFields {
  readonly ev: string;
  readonly [field: string]: unknown;
}

export class TraceFile {
  readonly #descriptor: number;
  #lines = '';

  constructor(path: string) {
    this.#descriptor = openSync(path, 'a');
  }

  /** Remembers an event with the present time; nothing is written before `flush`. */
  add(node: number, fields: TraceFields): void {
    const { ev, ...others } = fields;
    const rest = JSON.stringify(others).slice(1);
    const head = `{"t":${process.hrtime.bigint()},"node":${node},"ev":${JSON.stringify(ev)}`;
    this.#lines += rest === '}' ? `${head}}\n` : `${head},${rest}\n`;
  }

  flush(): void {
    if (this.#lines === '') return;
    const bytes = Buffer.from(this.#lines);
    this.#lines = '';
    let written = 0;
    while (written < bytes.length) written += writeSync(this.#descriptor, bytes, written);
  }

  close(): void {
    this.flush();
    closeSync(this.#descriptor);
  }
}
