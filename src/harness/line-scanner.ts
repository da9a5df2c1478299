/**
 * Reads operations straight from the bytes of a history, for lines in the form this project writes: one flat object of plain ASCII
 * without escapes that begins with `client`, `op` and `key`. Of any other line it says so, and the reader of JSON takes it.
 *
 * A line of somebody else's share costs its first three fields only, and no text is made of it.
 *
 * @module
 */
import type { Operation, OperationOutcome, OperationOutput } from './history.js';
import { TextPool } from './text-pool.js';

const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN = 0x7b;
const CLOSE = 0x7d;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const LAST_ASCII = 0x7f;
/** More digits than a double holds exactly. */
const MAX_DIGITS = 15;

/** What a line is: another's, one for the reader of JSON, or an operation. */
export type Scanned = 'foreign' | 'other-form' | Operation;

type Scalar = string | number | boolean | null | readonly string[];
/** The bytes there are no scalar this scanner reads. */
const NO_SCALAR = Symbol('no scalar');

/** The fields of a line as they come, each once. */
class Draft {
  key: string | null = null;
  #client: number | null = null;
  #op: string | null = null;
  #value: Operation['value'];
  #output: OperationOutput | undefined;
  #ok: OperationOutcome | null = null;
  #callNs = -1;
  #returnNs: number | null | undefined;

  /** False for a field that was there before or is of another kind. */
  take(name: string, scalar: Scalar | typeof NO_SCALAR): boolean {
    if (scalar === NO_SCALAR) return false;
    switch (name) {
      case 'client':
        if (this.#client !== null || typeof scalar !== 'number') return false;
        this.#client = scalar;
        return true;
      case 'op':
        if (this.#op !== null || typeof scalar !== 'string') return false;
        this.#op = scalar;
        return true;
      case 'value':
        if (this.#value !== undefined || typeof scalar === 'boolean') return false;
        this.#value = scalar;
        return true;
      case 'output':
        if (this.#output !== undefined) return false;
        this.#output = scalar;
        return true;
      case 'ok':
        if (this.#ok !== null || (typeof scalar !== 'boolean' && scalar !== 'unknown')) return false;
        this.#ok = scalar;
        return true;
      case 'call_ns':
        if (this.#callNs >= 0 || typeof scalar !== 'number') return false;
        this.#callNs = scalar;
        return true;
      case 'return_ns':
        if (this.#returnNs !== undefined || (typeof scalar !== 'number' && scalar !== null)) return false;
        this.#returnNs = scalar;
        return true;
      default:
        // Only reports use it.
        return true;
    }
  }

  /** All that is needed was there, and fits together. */
  operation(): Operation | 'other-form' {
    const client = this.#client;
    const op = this.#op;
    const { key } = this;
    const ok = this.#ok;
    const callNs = this.#callNs;
    const value = this.#value;
    const output = this.#output;
    const returnNs = ok === 'unknown' ? null : this.#returnNs;
    if (client === null || op === null || key === null || ok === null || callNs < 0) return 'other-form';
    if (returnNs === undefined || (returnNs === null && ok !== 'unknown')) return 'other-form';
    if (returnNs !== null && returnNs < callNs) return 'other-form';
    if (value === undefined) {
      if (output === undefined) return { client, op, key, ok, callNs, returnNs };
      return { client, op, key, output, ok, callNs, returnNs };
    }
    if (output === undefined) return { client, op, key, value, ok, callNs, returnNs };
    return { client, op, key, value, output, ok, callNs, returnNs };
  }
}

export class LineScanner {
  readonly #isOwn: (keyHash: number) => boolean;
  readonly #keys = new TextPool();
  readonly #names = new TextPool();
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  #end = 0;

  /** @param isOwn - told the hash of a line's key (`TextPool.hashOf`) */
  constructor(isOwn: (keyHash: number) => boolean) {
    this.#isOwn = isOwn;
  }

  /** The line from `start` to `end`, without its line end. */
  scan(bytes: Buffer, start: number, end: number): Scanned {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    if (!this.#takes(OPEN) || bytes[end - 1] !== CLOSE) return 'other-form';
    const draft = new Draft();
    do {
      const name = this.#name();
      if (name === null) return 'other-form';
      if (name !== 'key') {
        if (!draft.take(name, this.#scalar(name))) return 'other-form';
        continue;
      }
      const keyHash = this.#key(draft);
      if (keyHash === null) return 'other-form';
      if (!this.#isOwn(keyHash)) return 'foreign';
    } while (this.#takes(COMMA));
    return this.#at === end - 1 ? draft.operation() : 'other-form';
  }

  /** The hash of the key; null when it is there already, or not plain. */
  #key(draft: Draft): number | null {
    if (draft.key !== null || !this.#takes(QUOTE)) return null;
    const start = this.#at;
    const hash = this.#hashText();
    if (hash !== null) draft.key = this.#keys.text(this.#bytes, start, this.#at - 1, hash);
    return hash;
  }

  #takes(byte: number): boolean {
    if (this.#at >= this.#end || this.#bytes[this.#at] !== byte) return false;
    this.#at += 1;
    return true;
  }

  /** `"name":`; null when there is something else. */
  #name(): string | null {
    if (!this.#takes(QUOTE)) return null;
    const start = this.#at;
    const hash = this.#hashText();
    if (hash === null) return null;
    const name = this.#names.text(this.#bytes, start, this.#at - 1, hash);
    return this.#takes(COLON) ? name : null;
  }

  /** Passes over plain text and its closing quote; null when it is not plain. */
  #hashText(): number | null {
    const bytes = this.#bytes;
    const end = this.#end;
    let hash = TextPool.FIRST_HASH;
    for (let at = this.#at; at < end; at += 1) {
      const byte = bytes[at] as number;
      if (byte === QUOTE) {
        this.#at = at + 1;
        return hash >>> 0;
      }
      if (byte === BACKSLASH || byte < 0x20 || byte > LAST_ASCII) return null;
      hash = TextPool.nextHash(hash, byte);
    }
    return null;
  }

  #scalar(field: string): Scalar | typeof NO_SCALAR {
    switch (this.#bytes[this.#at]) {
      case QUOTE:
        return this.#text(field === 'op' || field === 'ok' ? this.#names : null);
      case OPEN_LIST:
        return this.#list();
      case 0x74: // t
        return this.#word('true') ? true : NO_SCALAR;
      case 0x66: // f
        return this.#word('false') ? false : NO_SCALAR;
      case 0x6e: // n
        return this.#word('null') ? null : NO_SCALAR;
      default:
        return this.#number();
    }
  }

  /** @param pool - for texts that come again and again */
  #text(pool: TextPool | null): string | typeof NO_SCALAR {
    this.#at += 1;
    const start = this.#at;
    const hash = this.#hashText();
    if (hash === null) return NO_SCALAR;
    if (pool !== null) return pool.text(this.#bytes, start, this.#at - 1, hash);
    return this.#bytes.toString('latin1', start, this.#at - 1);
  }

  /** Of plain texts. */
  #list(): readonly string[] | typeof NO_SCALAR {
    this.#at += 1;
    const items: string[] = [];
    if (this.#takes(CLOSE_LIST)) return items;
    do {
      if (this.#bytes[this.#at] !== QUOTE) return NO_SCALAR;
      const item = this.#text(null);
      if (item === NO_SCALAR) return NO_SCALAR;
      items.push(item);
    } while (this.#takes(COMMA));
    return this.#takes(CLOSE_LIST) ? items : NO_SCALAR;
  }

  #word(word: string): boolean {
    for (let index = 0; index < word.length; index += 1) {
      if (this.#bytes[this.#at + index] !== word.charCodeAt(index)) return false;
    }
    this.#at += word.length;
    return true;
  }

  /** Whole numbers as they are; the others from their text. */
  #number(): number | typeof NO_SCALAR {
    const bytes = this.#bytes;
    const start = this.#at;
    const digits = bytes[start] === MINUS ? start + 1 : start;
    let at = digits;
    let whole = 0;
    for (let byte = bytes[at] as number; byte >= DIGIT_0 && byte <= DIGIT_9; byte = bytes[at] as number) {
      whole = whole * 10 + (byte - DIGIT_0);
      at += 1;
    }
    const isWhole = bytes[at] === COMMA || bytes[at] === CLOSE;
    const isLeadingZero = bytes[digits] === DIGIT_0 && at - digits > 1;
    if (at === digits || isLeadingZero) return NO_SCALAR;
    if (isWhole && at - digits <= MAX_DIGITS) {
      this.#at = at;
      return digits === start ? whole : -whole;
    }
    if (bytes[at] !== POINT && !isWhole) return NO_SCALAR;
    while (at < this.#end && bytes[at] !== COMMA && bytes[at] !== CLOSE) at += 1;
    this.#at = at;
    const text = bytes.toString('latin1', start, at);
    return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : NO_SCALAR;
  }
}
