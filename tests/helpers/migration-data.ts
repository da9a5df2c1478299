/**
 * Keys of every type, of any bytes, some with a time to live: what a migration has to bring over.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import type { StoreEnd } from '../../src/cli/migrate/store-end.js';
import {
  canonicalOf,
  commandsFor,
  readRecords,
  type StoredRecord,
} from '../../src/cli/migrate/stored-record.js';

const BATCH_KEYS = 500;
const HOUR_MS = 3_600_000;

const repeat = (count: number, text: (at: number) => string): string[] =>
  Array.from({ length: count }, (_, at) => text(at));

/** Record number `at`, always the same but for its deadline, which is hours away. */
function recordOf(at: number): StoredRecord {
  const key = `key\0\xff${at}\r\n`;
  const deadlineMs = at % 7 === 0 ? Date.now() + HOUR_MS + at : null;
  switch (at % 16) {
    case 0:
      return { key, type: 'list', texts: repeat(1 + (at % 40), item => `\0raftkv\0${item % 5}`), deadlineMs };
    case 1:
      return { key, type: 'hash', texts: repeat(2 * (1 + (at % 20)), item => `field ${item}`), deadlineMs };
    case 2:
      return { key, type: 'set', texts: repeat(1 + (at % 30), item => `${(item * 37) % 101}`), deadlineMs };
    case 3:
      return { key, type: 'string', texts: [`\0raftkv\0S${at}`], deadlineMs };
    default:
      return { key, type: 'string', texts: [String.fromCharCode(at % 256).repeat(at % 120)], deadlineMs };
  }
}

export async function fillStore(store: StoreEnd, count: number): Promise<void> {
  for (let from = 0; from < count; from += BATCH_KEYS) {
    const records = repeat(Math.min(BATCH_KEYS, count - from), String).map(at => recordOf(from + Number(at)));
    await store.write(records.flatMap(commandsFor));
  }
}

/** Over everything in the store, read without the code that migrates. */
export async function hashOfStore(store: StoreEnd, count: number): Promise<string> {
  const digest = createHash('sha256');
  for (let from = 0; from < count; from += BATCH_KEYS) {
    const keys = repeat(Math.min(BATCH_KEYS, count - from), String).map(
      at => recordOf(from + Number(at)).key,
    );
    for (const record of await readRecords(store, keys)) digest.update(canonicalOf(record), 'latin1');
  }
  const [size] = await store.read([['DBSIZE']]);
  return `${size} ${digest.digest('hex')}`;
}
