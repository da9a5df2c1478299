/**
 * Growing buffer of little-endian numbers and bytes.
 *
 * @module
 */
const INITIAL_BYTES = 4096;
/** Above this much the buffer itself is handed out instead of a copy of its content. */
const HAND_OVER_BYTES = 64 * 1024;
const HIGH_WORD = 0x1_0000_0000;

export class ByteWriter {
  #bytes = new Uint8Array(INITIAL_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  u8(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length] = value;
    this.#length += 1;
  }

  u32(value: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.#length, value, true);
    this.#length += 4;
  }

  /** A safe integer, 0 or more, in 8 bytes. */
  u53(value: number): void {
    this.#reserve(8);
    this.#view.setUint32(this.#length, value % HIGH_WORD, true);
    this.#view.setUint32(this.#length + 4, Math.floor(value / HIGH_WORD), true);
    this.#length += 8;
  }

  /** Length (u32), then the bytes. */
  bytes(value: Uint8Array): void {
    this.u32(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  /** Length (u32), then one byte a character (latin1). */
  text(value: string): void {
    this.u32(value.length);
    this.#reserve(value.length);
    for (let i = 0; i < value.length; i++) this.#bytes[this.#length + i] = value.charCodeAt(i);
    this.#length += value.length;
  }

  /** What was written, in an ArrayBuffer that nobody else holds; the writer is empty again. */
  take(): Uint8Array<ArrayBuffer> {
    const length = this.#length;
    this.#length = 0;
    if (length < HAND_OVER_BYTES) return this.#bytes.slice(0, length);
    const taken = this.#bytes.subarray(0, length);
    this.#bytes = new Uint8Array(INITIAL_BYTES);
    this.#view = new DataView(this.#bytes.buffer);
    return taken;
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}
