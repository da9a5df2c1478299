/**
 * What the store keeps for a key.
 *
 * @module
 */
import { hashText, mix, mixNumber } from './content-hash.js';
import type { HashValue } from './hash-value.js';
import type { ListValue } from './list-value.js';
import type { SetValue } from './set-value.js';

/** Strings are latin1: one char is one byte. */
export type Value = string | ListValue | HashValue | SetValue;
export type ValueType = 'string' | 'list' | 'hash' | 'set';

/** Deadline of a key that does not expire. */
export const NO_DEADLINE = 0;

export const NO_SLOT = -1;

/** What the store's hash has of an entry: nothing, nothing yet (it waits), or the entry as it is, by `hashHigh` and `hashLow`. */
export type Counting = typeof UNCOUNTED | typeof WAITING | typeof COUNTED;
export const UNCOUNTED = 0;
export const WAITING = 1;
export const COUNTED = 2;

/** What most commands look at comes first: it shares a line or two of the processor's cache. */
export class Entry {
  readonly key: string;
  value: Value;
  /** Number of the last change to this key, counted over the whole store: never reused, so WATCH can compare it. */
  version = 0;
  /** As the store has counted it: a change need not look at the value it replaces. */
  byteSize = 0;
  /** Log time in ms from which the key no longer exists; `NO_DEADLINE`: never. */
  deadlineMs = NO_DEADLINE;
  /** Position in the store's list of entries; `NO_SLOT` once it has left. */
  slot = 0;
  isValueHashed = false;
  counting: Counting = UNCOUNTED;
  /** The last snapshot that has this entry's state, or that began before the entry existed. */
  capturedBy = 0;
  readonly keyHash: number;
  /** Of a string; means nothing unless `isValueHashed`. Collections keep their own. */
  valueHash = 0;
  /** Two halves of what the store's hash has of it. */
  hashHigh = 0;
  hashLow = 0;
  /** Position in the expiry heap; negative: not in it. */
  heapSlot = -1;

  constructor(key: string, value: Value) {
    this.key = key;
    this.keyHash = hashText(key);
    this.value = value;
  }
}

export function typeOf(value: Value): ValueType {
  return typeof value === 'string' ? 'string' : value.type;
}

/** Takes time in the length of a string that was not hashed yet, none for the others: they keep theirs up to date. */
function contentHash(entry: Entry): number {
  const { value } = entry;
  if (typeof value !== 'string') return value.contentHash;
  if (!entry.isValueHashed) {
    entry.valueHash = hashText(value);
    entry.isValueHashed = true;
  }
  return entry.valueHash;
}

/** Bytes of content, without overhead. */
export function valueSize(value: Value): number {
  return typeof value === 'string' ? value.length : value.byteSize;
}

/** Number of list items, fields or members; undefined for a string. */
export function elementCount(value: Exclude<Value, string>): number {
  return value.type === 'list' ? value.length : value.size;
}

/** First half of an entry's hash: everything that replicas must agree on. */
export function entryHashHigh(entry: Entry): number {
  const { value } = entry;
  const kind = typeof value === 'string' ? value.length : -elementCount(value);
  const content = mix(mix(mix(1, entry.keyHash), contentHash(entry)), kind);
  return mixNumber(mixNumber(content, entry.deadlineMs), entry.version);
}

/** Second half: key and value once more, mixed differently. */
export function entryHashLow(entry: Entry): number {
  return mix(mix(2, contentHash(entry)), entry.keyHash);
}
