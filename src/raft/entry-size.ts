/**
 * Sizes of entries, in bytes, as all limits of the core count them: the length of the entry in the protobuf encoding
 * of etcd-io/raft, so that limits mean the same here and there.
 *
 * @module
 */
import type { Entry } from './entry.js';

/** Bytes of `value` as a base-128 varint. */
export function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) bytes += 1;
  return bytes;
}

/** Data of the empty entry that stands in for a refused membership change; told apart by identity. */
export const REFUSED_CHANGE_DATA = new Uint8Array(0);

/** Encoded size of one entry. */
export function entryBytes(entry: Entry): number {
  const length = entry.data.length;
  const hasType = entry.type !== 'normal' || entry.data === REFUSED_CHANGE_DATA;
  const data = length > 0 ? 1 + varintBytes(length) + length : 0;
  return (hasType ? 2 : 0) + 2 + varintBytes(entry.term) + varintBytes(entry.index) + data;
}

/** Encoded size of all `entries`. */
export function entriesBytes(entries: readonly Entry[]): number {
  let bytes = 0;
  for (const entry of entries) bytes += entryBytes(entry);
  return bytes;
}

/** Bytes of client data in `entries`, without any framing. */
export function payloadBytes(entries: readonly Pick<Entry, 'data'>[]): number {
  let bytes = 0;
  for (const entry of entries) bytes += entry.data.length;
  return bytes;
}

/** Number of entries in the longest prefix of at most `maxBytes`, at least one if there is any. */
export function prefixWithin(entries: readonly Entry[], maxBytes: number): number {
  let bytes = 0;
  let count = 0;
  for (const entry of entries) {
    bytes += entryBytes(entry);
    if (count > 0 && bytes > maxBytes) return count;
    count += 1;
  }
  return count;
}
