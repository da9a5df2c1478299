/**
 * A Redis hash: fields in the order in which they were first set.
 *
 * @module
 */
import { hashText, mix } from './content-hash.js';

export class HashValue {
  readonly type = 'hash';
  readonly #fields = new Map<string, string>();
  #hash = 0;
  #byteSize = 0;

  get size(): number {
    return this.#fields.size;
  }

  /** Independent of the order of the fields. */
  get contentHash(): number {
    return this.#hash;
  }

  get byteSize(): number {
    return this.#byteSize;
  }

  get(field: string): string | undefined {
    return this.#fields.get(field);
  }

  has(field: string): boolean {
    return this.#fields.has(field);
  }

  /** True when the field is new. */
  set(field: string, value: string): boolean {
    const before = this.#fields.get(field);
    if (before === undefined) this.#byteSize += field.length;
    else this.#take(field, before);
    this.#fields.set(field, value);
    this.#hash = (this.#hash + fieldHash(field, value)) | 0;
    this.#byteSize += value.length;
    return before === undefined;
  }

  delete(field: string): boolean {
    const before = this.#fields.get(field);
    if (before === undefined) return false;
    this.#take(field, before);
    this.#byteSize -= field.length;
    return this.#fields.delete(field);
  }

  entries(): IterableIterator<[string, string]> {
    return this.#fields.entries();
  }

  copy(): HashValue {
    const hash = new HashValue();
    for (const [field, value] of this.#fields) hash.set(field, value);
    return hash;
  }

  #take(field: string, value: string): void {
    this.#hash = (this.#hash - fieldHash(field, value)) | 0;
    this.#byteSize -= value.length;
  }
}

function fieldHash(field: string, value: string): number {
  return mix(mix(hashText(field), hashText(value)), value.length);
}
