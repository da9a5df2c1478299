/**
 * Reads what `ByteWriter` wrote.
 *
 * @module
 */

interface Latin1Source {
  latin1Slice(start: number, end: number): string;
}

/** Numbers beyond the end throw a RangeError; texts beyond the end come out shorter. */
export class ByteReader {
  readonly #latin1: Latin1Source;
  readonly #view: DataView;
  #at: number;

  constructor(data: Uint8Array, start = 0) {
    const buffer = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    // Buffer has had this method for ever, but the type definitions leave it out; toString('latin1') adds a dispatch.
    this.#latin1 = buffer as unknown as Latin1Source;
    this.#view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    this.#at = start;
  }

  get position(): number {
    return this.#at;
  }

  u8(): number {
    return this.#view.getUint8(this.#at++);
  }

  u16(): number {
    const at = this.#at;
    this.#at = at + 2;
    return this.#view.getUint16(at, true);
  }

  u32(): number {
    const at = this.#at;
    this.#at = at + 4;
    return this.#view.getUint32(at, true);
  }

  f64(): number {
    const at = this.#at;
    this.#at = at + 8;
    return this.#view.getFloat64(at, true);
  }

  /** A length-prefixed latin1 string. */
  text(): string {
    const length = this.u32();
    const start = this.#at;
    this.#at = start + length;
    return this.#latin1.latin1Slice(start, start + length);
  }

  /** A count, then so many texts. */
  texts(): string[] {
    const count = this.u32();
    const texts: string[] = [];
    for (let i = 0; i < count; i++) texts.push(this.text());
    return texts;
  }
}
