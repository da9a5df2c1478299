/**
 * What a command works with. One object lives as long as the state machine; its fields say what holds for the command
 * being executed.
 *
 * @module
 */
import { mix } from './content-hash.js';
import type { HashValue } from './hash-value.js';
import type { ListValue } from './list-value.js';
import type { Sessions } from './sessions.js';
import type { SetValue } from './set-value.js';
import type { Store } from './store.js';

export class Context {
  readonly store: Store;
  readonly sessions: Sessions;
  /** Clock for TTL replies of reads: log time, or the reader's clock where that is ahead. */
  clockMs = 0;
  /** How long a string value may grow, in bytes. */
  valueLimit = 0;
  #seed = 0;

  constructor(store: Store, sessions: Sessions) {
    this.store = store;
    this.sessions = sessions;
  }

  /** Log time in ms. */
  get nowMs(): number {
    return this.store.nowMs;
  }

  seedRandom(seed: number): void {
    this.#seed = seed;
  }

  /** From 0 to `bound - 1`; for commands in the log the same on every replica. */
  random(bound: number): number {
    this.#seed = (this.#seed + 0x9e3779b9) | 0;
    return (mix(0x2545f491, this.#seed) >>> 0) % bound;
  }

  /** The string at `key`; undefined: missing; `'wrong-type'`: another type. */
  string(key: string): string | WrongType | undefined {
    const entry = this.store.get(key);
    if (entry === undefined) return undefined;
    return typeof entry.value === 'string' ? entry.value : WRONG;
  }

  list(key: string): ListValue | WrongType | undefined {
    const value = this.store.get(key)?.value;
    if (value === undefined) return undefined;
    return typeof value !== 'string' && value.type === 'list' ? value : WRONG;
  }

  hash(key: string): HashValue | WrongType | undefined {
    const value = this.store.get(key)?.value;
    if (value === undefined) return undefined;
    return typeof value !== 'string' && value.type === 'hash' ? value : WRONG;
  }

  set(key: string): SetValue | WrongType | undefined {
    const value = this.store.get(key)?.value;
    if (value === undefined) return undefined;
    return typeof value !== 'string' && value.type === 'set' ? value : WRONG;
  }
}

/** Marks a key that holds another type than the command works on. */
export const WRONG: unique symbol = Symbol('wrong type');
export type WrongType = typeof WRONG;
