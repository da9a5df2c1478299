/**
 * Histories on disk: read line by line, so that a file may be larger than memory, and written by several threads at once.
 *
 * @module
 */
import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { formatOperation, type Operation, parseOperation } from './history.js';

const CHUNK_BYTES = 1024 * 1024;
const NEWLINE = 0x0a;

export interface LineReader {
  /** `line` is 1-based. */
  readonly onLine: (text: string, line: number) => void;
  /** After every chunk, with the bytes read so far; true ends the reading. */
  readonly onChunk?: (bytesRead: number) => boolean;
}

/** Calls `onLine` for every line of the file; what `onLine` throws ends the reading. */
export function readLines(path: string, { onLine, onChunk }: LineReader): void {
  const file = openSync(path, 'r');
  try {
    let rest = Buffer.alloc(0);
    let line = 0;
    let bytesRead = 0;
    for (;;) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      const length = readSync(file, chunk, 0, CHUNK_BYTES, null);
      if (length === 0) break;
      bytesRead += length;
      const bytes =
        rest.length === 0 ? chunk.subarray(0, length) : Buffer.concat([rest, chunk.subarray(0, length)]);
      const end = bytes.lastIndexOf(NEWLINE) + 1;
      for (const text of bytes.toString('utf8', 0, end).split('\n').slice(0, -1)) {
        line += 1;
        onLine(text, line);
      }
      rest = bytes.subarray(end);
      if (onChunk?.(bytesRead) === true) return;
    }
    if (rest.length > 0) onLine(rest.toString('utf8'), line + 1);
  } finally {
    closeSync(file);
  }
}

export function fileBytes(path: string): number {
  const file = openSync(path, 'r');
  try {
    return fstatSync(file).size;
  } finally {
    closeSync(file);
  }
}

/** All operations of a file. @throws HistoryError for the first line that cannot be used */
export function readHistory(path: string): Operation[] {
  const operations: Operation[] = [];
  readLines(path, {
    onLine: (text, line) => {
      if (text.trim() !== '') operations.push(parseOperation(text, line));
    },
  });
  return operations;
}

/** Lines wait for one write of about this size. */
const BUFFER_CHARACTERS = 64 * 1024;

/**
 * Appends operations to a file. Several writers may share one file: each write is whole lines, and the file is open for
 * appending.
 */
export class HistoryWriter {
  readonly #file: number;
  #lines: string[] = [];
  #characters = 0;

  constructor(path: string) {
    this.#file = openSync(path, 'a');
  }

  write(operation: Operation): void {
    const line = formatOperation(operation);
    this.#lines.push(line);
    this.#characters += line.length + 1;
    if (this.#characters >= BUFFER_CHARACTERS) this.flush();
  }

  flush(): void {
    if (this.#lines.length === 0) return;
    const bytes = Buffer.from(`${this.#lines.join('\n')}\n`);
    this.#lines = [];
    this.#characters = 0;
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at);
  }

  close(): void {
    this.flush();
    closeSync(this.#file);
  }
}
