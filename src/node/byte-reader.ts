/**
 * Reads what `ByteWriter` wrote, out of bytes that nobody has checked.
 *
 * @module
 */
import { NodeError } from './node-error.js';

const HIGH_WORD = 0x1_0000_0000;
const HIGH_WORD_LIMIT = 0x20_0000;

/** Every method throws `malformed-message` instead of reading past the end or returning what cannot have been written. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  /** A flag: 0 or 1. */
  flag(): boolean {
    const value = this.u8();
    if (value > 1) throw new NodeError('malformed-message', `flag ${value}`);
    return value === 1;
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  u53(): number {
    const start = this.#advance(8);
    const high = this.#view.getUint32(start + 4, true);
    if (high >= HIGH_WORD_LIMIT) throw new NodeError('malformed-message', 'number beyond 2^53');
    return this.#view.getUint32(start, true) + high * HIGH_WORD;
  }

  /** A view of the message, not a copy. */
  bytes(): Uint8Array {
    const length = this.u32();
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  /** @throws malformed-message also when it is longer than `maxLength` */
  text(maxLength: number): string {
    const bytes = this.bytes();
    if (bytes.length > maxLength) throw new NodeError('malformed-message', 'text too long');
    let text = '';
    for (const byte of bytes) text += String.fromCharCode(byte);
    return text;
  }

  /** A count of items of at least `itemBytes` each: one that cannot fit is refused before anything is allocated. */
  count(itemBytes: number): number {
    const count = this.u32();
    if (count * itemBytes > this.#bytes.length - this.#position) {
      throw new NodeError('malformed-message', `${count} items do not fit`);
    }
    return count;
  }

  /** Nothing may follow. */
  end(): void {
    if (this.#position !== this.#bytes.length) {
      throw new NodeError('malformed-message', 'bytes after the end of the message');
    }
  }

  #advance(count: number): number {
    const start = this.#position;
    if (start + count > this.#bytes.length) {
      throw new NodeError('malformed-message', 'the message is cut short');
    }
    this.#position = start + count;
    return start;
  }
}
