/**
 * A key with everything about it, as it moves from store to store.
 *
 * @module
 */
import { OperationFailed } from '../cli-error.js';
import type { CommandWords, PlainReply, StoreEnd } from './store-end.js';

export const RECORD_TYPES = ['string', 'list', 'hash', 'set'] as const;
export type RecordType = (typeof RECORD_TYPES)[number];

export interface StoredRecord {
  readonly key: string;
  readonly type: RecordType;
  /** The string; the items; fields and values in turn, by field; the members, sorted. */
  readonly texts: readonly string[];
  /** Milliseconds since 1970; null: it does not expire. */
  readonly deadlineMs: number | null;
}

/** Of one command that writes a list, hash or set. */
const MOST_TEXTS = 512;
const MOST_BYTES = 256 * 1024;

const READERS: Readonly<Record<RecordType, (key: string) => CommandWords>> = {
  string: key => ['GET', key],
  list: key => ['LRANGE', key, '0', '-1'],
  hash: key => ['HGETALL', key],
  set: key => ['SMEMBERS', key],
};

/** The keys that exist, in the order given. @throws OperationFailed for a type this project does not have */
export async function readRecords(store: StoreEnd, keys: readonly string[]): Promise<StoredRecord[]> {
  const asked = await store.read(
    keys.flatMap(key => [
      ['TYPE', key],
      ['PEXPIRETIME', key],
    ]),
  );
  const found: { readonly key: string; readonly type: RecordType; readonly deadlineMs: number | null }[] = [];
  for (const [at, key] of keys.entries()) {
    const type = String(asked[2 * at]);
    const deadline = Number(asked[2 * at + 1]);
    if (type === 'none') continue;
    if (!isRecordType(type)) {
      throw new OperationFailed(
        `${store.name}: key ${shown(key)} is a ${type}: only strings, lists, hashes and sets move`,
      );
    }
    found.push({ key, type, deadlineMs: deadline < 0 ? null : deadline });
  }
  const values = await store.read(found.map(({ key, type }) => READERS[type](key)));
  return found.flatMap((record, at) => {
    const texts = textsOf(record.type, values[at] ?? null);
    // It may have gone between the two questions.
    return texts.length === 0 ? [] : [{ ...record, texts }];
  });
}

/** Commands that make a key what it is, whatever it was before; they may be repeated. */
export function commandsFor({ key, type, texts, deadlineMs }: StoredRecord): CommandWords[] {
  if (type === 'string') {
    return [['SET', key, texts[0] ?? '', ...(deadlineMs === null ? [] : ['PXAT', String(deadlineMs)])]];
  }
  const name = { list: 'RPUSH', hash: 'HSET', set: 'SADD' }[type];
  const expiry = deadlineMs === null ? [] : [['PEXPIREAT', key, String(deadlineMs)]];
  return [['DEL', key], ...partsOf(texts).map(part => [name, key, ...part]), ...expiry];
}

/** The same for equal records, and only for them. */
export function canonicalOf({ key, type, texts, deadlineMs }: StoredRecord): string {
  const parts = [key, ...texts].map(text => `${text.length}:${text}`);
  return `${type} ${deadlineMs ?? 'never'} ${parts.length} ${parts.join('')}\n`;
}

export const shown = (key: string): string => JSON.stringify(key.length > 64 ? `${key.slice(0, 64)}…` : key);

const isRecordType = (type: string): type is RecordType => (RECORD_TYPES as readonly string[]).includes(type);

function textsOf(type: RecordType, value: PlainReply): readonly string[] {
  if (value === null) return [];
  const texts = (Array.isArray(value) ? value : [value]).map(String);
  if (type === 'set') return texts.sort(byBytes);
  return type === 'hash' ? byField(texts) : texts;
}

function byField(texts: readonly string[]): string[] {
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < texts.length; at += 2) pairs.push([texts[at] ?? '', texts[at + 1] ?? '']);
  return pairs.sort(([a], [b]) => byBytes(a, b)).flat();
}

export const byBytes = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** An even number of texts each, so that a field stays with its value. */
function partsOf(texts: readonly string[]): string[][] {
  const parts: string[][] = [];
  let part: string[] = [];
  let bytes = 0;
  for (const text of texts) {
    if (part.length % 2 === 0 && (part.length >= MOST_TEXTS || bytes >= MOST_BYTES)) {
      parts.push(part);
      part = [];
      bytes = 0;
    }
    part.push(text);
    bytes += text.length;
  }
  if (part.length > 0) parts.push(part);
  return parts;
}
