/**
 * Encodes replies as RESP2 or RESP3 text, one character a byte.
 *
 * Replies collect in one string, so that a connection needs one socket write a turn; a string of short pieces is what
 * the JavaScript engine concatenates fastest.
 *
 * @module
 */
import type { MapReply, Reply, SetReply, TaggedReply } from '../../kv/reply.js';

export type Protocol = 2 | 3;

const CACHED_HEADERS = 1024;
const BULK_HEADERS = Array.from({ length: CACHED_HEADERS }, (_, length) => `$${length}\r\n`);
const INTEGERS = Array.from({ length: CACHED_HEADERS }, (_, value) => `:${value}\r\n`);

/** Text is handed to `onFull` in the middle of a reply once it is this long, so that no string grows without bound. */
const FULL_CHARACTERS = 1024 * 1024;

export class ReplyWriter {
  protocol: Protocol = 2;
  readonly #onFull: (text: string) => void;
  #text = '';

  /** @param onFull gets what has collected when it grows large; it comes before anything `take` returns later */
  constructor(onFull: (text: string) => void) {
    this.#onFull = onFull;
  }

  get length(): number {
    return this.#text.length;
  }

  /** Everything written since the last `take`. */
  take(): string {
    const text = this.#text;
    this.#text = '';
    return text;
  }

  write(reply: Reply): void {
    if (typeof reply === 'string') {
      this.#bulk(reply);
    } else if (typeof reply === 'number') {
      this.#text += INTEGERS[reply] ?? `:${reply}\r\n`;
    } else if (reply === null) {
      this.#text += this.protocol === 2 ? '$-1\r\n' : '_\r\n';
    } else if (typeof reply === 'bigint') {
      this.#text += `:${reply}\r\n`;
    } else if ('kind' in reply) {
      this.#tagged(reply);
    } else {
      this.#items('*', reply.length, reply);
    }
  }

  /** A server push (RESP3) or the array that stands for it in RESP2. */
  push(items: readonly Reply[]): void {
    this.#items(this.protocol === 2 ? '*' : '>', items.length, items);
  }

  #bulk(text: string): void {
    const length = text.length;
    this.#text += `${BULK_HEADERS[length] ?? `$${length}\r\n`}${text}\r\n`;
  }

  #items(marker: string, count: number, items: readonly Reply[]): void {
    this.#text += `${marker}${count}\r\n`;
    for (const item of items) {
      this.write(item);
      if (this.#text.length >= FULL_CHARACTERS) this.#onFull(this.take());
    }
  }

  #tagged(reply: TaggedReply): void {
    switch (reply.kind) {
      case 'simple':
        this.#text += `+${oneLine(reply.text)}\r\n`;
        return;
      case 'error':
        this.#text += `-${oneLine(reply.text)}\r\n`;
        return;
      case 'null-array':
        this.#text += this.protocol === 2 ? '*-1\r\n' : '_\r\n';
        return;
      case 'map':
      case 'set':
        this.#aggregate(reply);
        return;
      case 'double':
        this.#double(reply.value);
        return;
      case 'boolean':
        this.#text += this.protocol === 2 ? `:${reply.value ? 1 : 0}\r\n` : `#${reply.value ? 't' : 'f'}\r\n`;
        return;
      case 'verbatim':
        if (this.protocol === 2) this.#bulk(reply.text);
        else this.#text += `=${reply.text.length + 4}\r\n${reply.format}:${reply.text}\r\n`;
        return;
    }
  }

  #aggregate(reply: MapReply | SetReply): void {
    const { kind, items } = reply;
    if (this.protocol === 2) this.#items('*', items.length, items);
    else if (kind === 'map') this.#items('%', items.length / 2, items);
    else this.#items('~', items.length, items);
  }

  #double(value: number): void {
    const text = Number.isFinite(value) ? String(value) : notFinite(value);
    if (this.protocol === 2) this.#bulk(text);
    else this.#text += `,${text}\r\n`;
  }
}

function notFinite(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  return value > 0 ? 'inf' : '-inf';
}

/** A line end inside a one-line reply would let data pose as a reply. */
function oneLine(text: string): string {
  return /[\r\n]/.test(text) ? text.replace(/[\r\n]/g, ' ') : text;
}
