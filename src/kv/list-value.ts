/**
 * A Redis list: a double-ended queue on a ring whose size is a power of two.
 *
 * @module
 */
import { hashText, mix, RADIX, RADIX_INVERSE } from './content-hash.js';

const SMALLEST_RING = 8;

/** Pushes and pops at both ends and access by position in constant time. */
export class ListValue {
  readonly type = 'list';
  #ring: (string | undefined)[] = new Array<string | undefined>(SMALLEST_RING).fill(undefined);
  #head = 0;
  #length = 0;
  /** `sum of h(item[i]) * RADIX^i`: depends on content and order only, not on how the list came about. */
  #hash = 0;
  /** `RADIX^length`. */
  #power = 1;
  #byteSize = 0;

  get length(): number {
    return this.#length;
  }

  get contentHash(): number {
    return this.#hash;
  }

  get byteSize(): number {
    return this.#byteSize;
  }

  pushHead(item: string): void {
    this.#grow();
    this.#head = (this.#head - 1) & (this.#ring.length - 1);
    this.#ring[this.#head] = item;
    this.#hash = (Math.imul(this.#hash, RADIX) + itemHash(item)) | 0;
    this.#added(item);
  }

  pushTail(item: string): void {
    this.#grow();
    this.#ring[(this.#head + this.#length) & (this.#ring.length - 1)] = item;
    this.#hash = (this.#hash + Math.imul(itemHash(item), this.#power)) | 0;
    this.#added(item);
  }

  /** Undefined when the list is empty. */
  popHead(): string | undefined {
    const item = this.at(0);
    if (item === undefined) return undefined;
    this.#ring[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#ring.length - 1);
    this.#removed(item);
    this.#hash = Math.imul(this.#hash - itemHash(item), RADIX_INVERSE);
    return item;
  }

  /** Undefined when the list is empty. */
  popTail(): string | undefined {
    const item = this.at(this.#length - 1);
    if (item === undefined) return undefined;
    this.#ring[(this.#head + this.#length - 1) & (this.#ring.length - 1)] = undefined;
    this.#removed(item);
    this.#hash = (this.#hash - Math.imul(itemHash(item), this.#power)) | 0;
    return item;
  }

  /** By position from the head; undefined outside the list. */
  at(position: number): string | undefined {
    if (position < 0 || position >= this.#length) return undefined;
    return this.#ring[(this.#head + position) & (this.#ring.length - 1)];
  }

  /** Items from `start` (included) to `end` (not included). */
  slice(start: number, end: number): string[] {
    const items: string[] = [];
    for (let position = start; position < end; position++) {
      const item = this.at(position);
      if (item !== undefined) items.push(item);
    }
    return items;
  }

  copy(): ListValue {
    const list = new ListValue();
    for (let position = 0; position < this.#length; position++) {
      const item = this.at(position);
      if (item !== undefined) list.pushTail(item);
    }
    return list;
  }

  #added(item: string): void {
    this.#length++;
    this.#power = Math.imul(this.#power, RADIX);
    this.#byteSize += item.length;
  }

  #removed(item: string): void {
    this.#length--;
    this.#power = Math.imul(this.#power, RADIX_INVERSE);
    this.#byteSize -= item.length;
    const ring = this.#ring.length;
    if (ring > SMALLEST_RING && this.#length < ring / 4) this.#resize(ring / 2);
  }

  #grow(): void {
    if (this.#length === this.#ring.length) this.#resize(2 * this.#length);
  }

  #resize(size: number): void {
    const ring: (string | undefined)[] = [];
    for (let position = 0; position < size; position++) ring.push(this.at(position));
    this.#ring = ring;
    this.#head = 0;
  }
}

function itemHash(item: string): number {
  return mix(hashText(item), item.length);
}
