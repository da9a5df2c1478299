/**
 * Entries by key, spread over many maps: a single one with a million keys stops the thread for a tenth of a second each time
 * it grows.
 *
 * @module
 */
import { hashText } from './content-hash.js';
import type { Entry } from './entry.js';

const SHARDS = 256;

function shardOf(keyHash: number): number {
  return (keyHash ^ (keyHash >>> 8) ^ (keyHash >>> 19)) & (SHARDS - 1);
}

export class KeyMap {
  readonly #shards = Array.from({ length: SHARDS }, () => new Map<string, Entry>());

  get(key: string): Entry | undefined {
    return this.#shards[shardOf(hashText(key))]?.get(key);
  }

  /** @returns false: there was one with its key, and it is replaced */
  add(entry: Entry): boolean {
    const shard = this.#shards[shardOf(entry.keyHash)];
    if (shard === undefined) return false;
    const before = shard.size;
    shard.set(entry.key, entry);
    return shard.size > before;
  }

  delete(entry: Entry): void {
    this.#shards[shardOf(entry.keyHash)]?.delete(entry.key);
  }
}
