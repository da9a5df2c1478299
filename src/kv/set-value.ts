/**
 * A Redis set: members in the order in which they were added, the same on every replica.
 *
 * @module
 */
import { hashText, mix } from './content-hash.js';

export class SetValue {
  readonly type = 'set';
  readonly #members = new Set<string>();
  #hash = 0;
  #byteSize = 0;

  get size(): number {
    return this.#members.size;
  }

  /** Independent of the order of the members. */
  get contentHash(): number {
    return this.#hash;
  }

  get byteSize(): number {
    return this.#byteSize;
  }

  has(member: string): boolean {
    return this.#members.has(member);
  }

  /** True when the member is new. */
  add(member: string): boolean {
    if (this.#members.has(member)) return false;
    this.#members.add(member);
    this.#hash = (this.#hash + memberHash(member)) | 0;
    this.#byteSize += member.length;
    return true;
  }

  delete(member: string): boolean {
    if (!this.#members.delete(member)) return false;
    this.#hash = (this.#hash - memberHash(member)) | 0;
    this.#byteSize -= member.length;
    return true;
  }

  values(): IterableIterator<string> {
    return this.#members.values();
  }

  copy(): SetValue {
    const set = new SetValue();
    for (const member of this.#members) set.add(member);
    return set;
  }
}

function memberHash(member: string): number {
  return mix(hashText(member), member.length);
}
