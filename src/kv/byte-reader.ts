/**
 * Reads what `ByteWriter` wrote.
 *
 * @module
 */

interface Latin1Source {
  latin1Slice(start: number, end: number): string;
}

// Buffer has had this method for ever, but the type definitions leave it out; it takes any Uint8Array for `this`.
const { latin1Slice } = Buffer.prototype as unknown as Latin1Source;

/** Numbers beyond the end throw a RangeError; texts beyond the end do so or come out shorter. */
export class ByteReader {
  readonly #data: Uint8Array;
  readonly #view: DataView;
  #at: number;

  /** `view`: of `data`, where the caller has one. */
  constructor(
    data: Uint8Array,
    start = 0,
    view = new DataView(data.buffer, data.byteOffset, data.byteLength),
  ) {
    this.#data = data;
    this.#view = view;
    this.#at = start;
  }

  get position(): number {
    return this.#at;
  }

  /** Goes on reading at `position`. */
  moveTo(position: number): void {
    this.#at = position;
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
    return latin1Slice.call(this.#data, start, start + length);
  }

  /** A count, then so many texts. `first`: what the first one is known to be. */
  texts(first?: string): string[] {
    const count = this.u32();
    // An array that grows takes room for seventeen.
    if (count === 2) return [this.#textOr(first), this.text()];
    if (count === 1) return [this.#textOr(first)];
    const texts: string[] = [];
    for (let i = 0; i < count; i++) texts.push(i === 0 ? this.#textOr(first) : this.text());
    return texts;
  }

  #textOr(known: string | undefined): string {
    if (known === undefined) return this.text();
    this.skipText();
    return known;
  }

  skipText(): void {
    const length = this.u32();
    this.#at += length;
  }
}
