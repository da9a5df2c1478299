/**
 * Writes numbers (little-endian) and latin1 texts into a buffer that grows.
 *
 * @module
 */

/** Below this a copy in JavaScript is cheaper than a call into the engine. */
const SHORT_BYTES = 48;

export class ByteWriter {
  readonly #initialBytes: number;
  readonly #retainedBytes: number;
  #bytes: Buffer;
  #at = 0;

  /** After `clear`, a buffer larger than `retainedBytes` is given back. */
  constructor(initialBytes: number, retainedBytes: number) {
    this.#initialBytes = initialBytes;
    this.#retainedBytes = retainedBytes;
    this.#bytes = Buffer.allocUnsafeSlow(initialBytes);
  }

  get length(): number {
    return this.#at;
  }

  u8(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#at++] = value;
  }

  u16(value: number): void {
    this.#reserve(2);
    this.#bytes[this.#at++] = value;
    this.#bytes[this.#at++] = value >>> 8;
  }

  u32(value: number): void {
    this.#reserve(4);
    this.#putU32(value);
  }

  f64(value: number): void {
    this.#reserve(8);
    this.#bytes.writeDoubleLE(value, this.#at);
    this.#at += 8;
  }

  /** Length-prefixed; one char is one byte. */
  text(text: string): void {
    const length = text.length;
    this.#reserve(4 + length);
    this.#putU32(length);
    const bytes = this.#bytes;
    const at = this.#at;
    if (length > SHORT_BYTES) bytes.write(text, at, length, 'latin1');
    else for (let i = 0; i < length; i++) bytes[at + i] = text.charCodeAt(i);
    this.#at += length;
  }

  /** Length-prefixed; `source` from `start` (included) to `end` (not included). */
  bytes(source: Uint8Array, start: number, end: number): void {
    const length = end - start;
    this.#reserve(4 + length);
    this.#putU32(length);
    const bytes = this.#bytes;
    const at = this.#at;
    if (length > SHORT_BYTES) bytes.set(source.subarray(start, end), at);
    else for (let i = 0; i < length; i++) bytes[at + i] = source[start + i] ?? 0;
    this.#at += length;
  }

  /** Leaves room, to be filled by `patchU32`. Returns where. */
  hole(bytes: number): number {
    this.#reserve(bytes);
    const at = this.#at;
    this.#bytes.fill(0, at, at + bytes);
    this.#at += bytes;
    return at;
  }

  patchU32(at: number, value: number): void {
    this.#bytes.writeUInt32LE(value, at);
  }

  /** A copy of what was written, in memory of its own. */
  copy(): Buffer {
    const copy = Buffer.allocUnsafeSlow(this.#at);
    this.#bytes.copy(copy, 0, 0, this.#at);
    return copy;
  }

  /** Forgets what was written after `length`. */
  truncate(length: number): void {
    this.#at = length;
    if (this.#bytes.byteLength > this.#retainedBytes && length <= this.#initialBytes) {
      const smaller = Buffer.allocUnsafeSlow(this.#initialBytes);
      this.#bytes.copy(smaller, 0, 0, length);
      this.#bytes = smaller;
    }
  }

  #putU32(value: number): void {
    const bytes = this.#bytes;
    bytes[this.#at++] = value;
    bytes[this.#at++] = value >>> 8;
    bytes[this.#at++] = value >>> 16;
    bytes[this.#at++] = value >>> 24;
  }

  #reserve(bytes: number): void {
    const needed = this.#at + bytes;
    if (needed <= this.#bytes.byteLength) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.byteLength));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }
}
