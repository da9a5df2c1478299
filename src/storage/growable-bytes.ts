/**
 * Bytes of one in-memory file: read and written at any position, zeros where nothing was written.
 *
 * @module
 */
export class GrowableBytes {
  #bytes = new Uint8Array(0);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  read(target: Uint8Array, position: number): number {
    const length = Math.max(0, Math.min(target.length, this.#size - position));
    target.set(this.#bytes.subarray(position, position + length));
    return length;
  }

  write(bytes: Uint8Array, position: number): void {
    const end = position + bytes.length;
    this.#reserve(end);
    this.#bytes.set(bytes, position);
    this.#size = Math.max(this.#size, end);
  }

  /** The same bytes as `other` has from `start` (included) to `end` (not included). */
  writeFrom(other: GrowableBytes, start: number, end: number): void {
    this.#reserve(end);
    this.#bytes.set(other.#bytes.subarray(start, end), start);
    this.#size = Math.max(this.#size, end);
  }

  /** A copy. */
  slice(start: number, end: number): Uint8Array {
    return this.#bytes.slice(start, end);
  }

  truncate(size: number): void {
    this.#reserve(size);
    if (size < this.#size) this.#bytes.fill(0, size, this.#size);
    this.#size = size;
    if (size * 4 < this.#bytes.length) this.#bytes = this.#bytes.slice(0, size);
  }

  /** Becomes a copy of `other`. */
  assign(other: GrowableBytes): void {
    this.#bytes = other.#bytes.slice(0, other.#size);
    this.#size = other.#size;
  }

  #reserve(size: number): void {
    if (size <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(size, this.#bytes.length * 2, 4096));
    grown.set(this.#bytes.subarray(0, this.#size));
    this.#bytes = grown;
  }
}
