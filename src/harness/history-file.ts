/**
 * Histories on disk: read line by line, so that a file may be larger than memory, and written by several threads at once.
 *
 * @module
 */
import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { formatOperation, type Operation, parseOperation } from './history.js';

const CHUNK_BYTES = 1024 * 1024;
const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** UTF-8, at the beginning of a file. */
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

interface ByteReader {
  /** The line is `bytes` from `start` to `end`, valid during the call; `line` is 1-based. */
  readonly onLine: (bytes: Buffer, start: number, end: number, line: number) => void;
  /** After every chunk; true ends the reading. */
  readonly onChunk?: () => boolean;
}

/** Calls `onLine` for every line of the file, without its line end; what `onLine` throws ends the reading. */
export function readLineBytes(path: string, { onLine, onChunk }: ByteReader): void {
  const file = openSync(path, 'r');
  try {
    let bytes = Buffer.allocUnsafe(CHUNK_BYTES);
    let line = 0;
    /** Bytes of a line whose end is not read yet, at the beginning of `bytes`. */
    let left = 0;
    const give = (start: number, end: number): void => {
      line += 1;
      const isMarked = line === 1 && bytes.subarray(start, start + 3).equals(BYTE_ORDER_MARK);
      const last = end > start && bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
      onLine(bytes, isMarked ? start + BYTE_ORDER_MARK.length : start, last, line);
    };
    for (;;) {
      if (left === bytes.length) bytes = Buffer.concat([bytes, Buffer.allocUnsafe(bytes.length)]);
      const length = readSync(file, bytes, left, bytes.length - left, null);
      if (length === 0) break;
      const filled = left + length;
      let start = 0;
      for (let end = bytes.indexOf(NEWLINE, left); end !== -1 && end < filled; ) {
        give(start, end);
        start = end + 1;
        end = bytes.indexOf(NEWLINE, start);
      }
      bytes.copyWithin(0, start, filled);
      left = filled - start;
      if (onChunk?.() === true) return;
    }
    if (left > 0) give(0, left);
  } finally {
    closeSync(file);
  }
}

/** `line` is 1-based. */
type OnLine = (text: string, line: number) => void;

/** As `readLineBytes`, with the text of each line. */
export function readLines(path: string, { onLine }: { readonly onLine: OnLine }): void {
  readLineBytes(path, {
    onLine: (bytes, start, end, line) => onLine(bytes.toString('utf8', start, end), line),
  });
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
