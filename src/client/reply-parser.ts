/**
 * Incremental parser of RESP2 replies.
 *
 * @module
 */
import { ClientError } from './client-error.js';
import type { ClientReply } from './reply.js';

const LF = 10;

/** An array whose items are still coming. */
interface OpenArray {
  readonly items: ClientReply[];
  missing: number;
}

export type TextEncoding = 'utf8' | 'latin1';

export class ReplyParser {
  readonly #encoding: TextEncoding;
  #bytes: Buffer = Buffer.alloc(0);
  #position = 0;
  readonly #waiting: Buffer[] = [];
  #waitingBytes = 0;
  /** Bytes without which the next token cannot be complete. */
  #needed = 1;
  readonly #open: OpenArray[] = [];

  /** @param encoding how bulk strings become text; `latin1` keeps every byte apart */
  constructor(encoding: TextEncoding = 'utf8') {
    this.#encoding = encoding;
  }

  feed(chunk: Buffer): void {
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
  }

  /**
   * The next complete reply; null: more bytes are needed.
   *
   * @throws ClientError `protocol`
   */
  next(): ClientReply | null {
    if (this.#bytes.length - this.#position + this.#waitingBytes < this.#needed) return null;
    if (this.#waitingBytes > 0) {
      this.#bytes = Buffer.concat([this.#bytes.subarray(this.#position), ...this.#waiting]);
      this.#position = 0;
      this.#waiting.length = 0;
      this.#waitingBytes = 0;
    }
    for (;;) {
      const token = this.#token();
      if (token === null) return null;
      const reply = this.#place(token);
      if (reply !== null) return reply;
    }
  }

  /** Puts a complete value where it belongs; returns it, or the array it completed, when nothing is open above. */
  #place(value: ClientReply | OpenArray): ClientReply | null {
    if ('missing' in value) {
      this.#open.push(value);
      return null;
    }
    let complete = value;
    for (;;) {
      const parent = this.#open.at(-1);
      if (parent === undefined) return complete;
      parent.items.push(complete);
      if (--parent.missing > 0) return null;
      this.#open.pop();
      complete = { kind: 'array', items: parent.items };
    }
  }

  #token(): ClientReply | OpenArray | null {
    const lineEnd = this.#bytes.indexOf(LF, this.#position);
    if (lineEnd === -1) {
      this.#needed = this.#bytes.length - this.#position + 1;
      return null;
    }
    const line = this.#bytes.toString('utf8', this.#position + 1, lineEnd - 1);
    const marker = String.fromCharCode(this.#bytes[this.#position] ?? 0);
    if (marker === '$') return this.#bulk(lengthOf(line), lineEnd + 1);
    this.#position = lineEnd + 1;
    this.#needed = 1;
    switch (marker) {
      case '+':
        return { kind: 'simple', text: line };
      case '-':
        return { kind: 'error', text: line };
      case ':':
        return { kind: 'integer', value: integerOf(line) };
      case '*':
        return arrayOf(lengthOf(line));
      default:
        throw new ClientError('protocol', `unexpected reply type ${JSON.stringify(marker)}`);
    }
  }

  #bulk(length: number, start: number): ClientReply | null {
    if (length < 0) {
      this.#position = start;
      this.#needed = 1;
      return { kind: 'nil' };
    }
    const end = start + length;
    if (this.#bytes.length < end + 2) {
      this.#needed = end + 2 - this.#position;
      return null;
    }
    this.#position = end + 2;
    this.#needed = 1;
    return { kind: 'bulk', text: this.#bytes.toString(this.#encoding, start, end) };
  }
}

function arrayOf(length: number): ClientReply | OpenArray {
  if (length < 0) return { kind: 'nil' };
  return length === 0 ? { kind: 'array', items: [] } : { items: [], missing: length };
}

function lengthOf(line: string): number {
  if (!/^(-1|\d{1,15})$/.test(line)) throw new ClientError('protocol', `bad length ${JSON.stringify(line)}`);
  return Number(line);
}

function integerOf(line: string): bigint {
  if (!/^[-+]?\d{1,20}$/.test(line)) throw new ClientError('protocol', `bad integer ${JSON.stringify(line)}`);
  return BigInt(line);
}
