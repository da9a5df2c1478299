/**
 * Copies all keys of one store to another, in the order of their bytes, and then reads both and compares them.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { OperationFailed } from '../cli-error.js';
import type { ProgressLine } from '../progress-line.js';
import type { Checkpoint } from './checkpoint.js';
import type { StoreEnd } from './store-end.js';
import {
  byBytes,
  canonicalOf,
  commandsFor,
  type RecordType,
  readRecords,
  type StoredRecord,
  shown,
} from './stored-record.js';

export interface MigrationOptions {
  readonly from: StoreEnd;
  readonly to: StoreEnd;
  readonly checkpoint: Checkpoint;
  readonly progress: ProgressLine;
  /** The target may hold keys; those of the same name are replaced, the others stay. */
  readonly overwrite: boolean;
}

export interface MigrationResult {
  /** Keys that are now in both stores, compared. */
  readonly keys: number;
  readonly byType: Readonly<Record<RecordType, number>>;
  /** Copied by an earlier run. */
  readonly resumedAfter: number;
  /** Over all keys, types, values and deadlines; the same for both stores. */
  readonly sha256: string;
}

const SCAN_COUNT = '1000';
const MOST_KEYS = 512;
const FEWEST_KEYS = 8;
const LARGE_PAGE_BYTES = 4 * 1024 * 1024;
const SMALL_PAGE_BYTES = 1024 * 1024;
/** Copying and comparing each count for half of the way. */
const HALF = 0.5;
/** Clocks of stores differ; a key this close to its end may be gone on one side only. */
const EXPIRY_SLACK_MS = 2_000;

/** @throws OperationFailed; what was copied stays, and the checkpoint says how far that is */
export async function migrate(options: MigrationOptions): Promise<MigrationResult> {
  const { from, to, checkpoint, progress, overwrite } = options;
  const earlier = checkpoint.read();
  if (earlier === null && !overwrite) await mustBeEmpty(to);
  progress.update(null, `listing the keys of ${from.name}`);
  const keys = await listKeys(from);
  const left = earlier === null ? keys : keys.filter(key => key > earlier.lastKey);
  await copy(options, left, earlier?.copied ?? 0, keys.length);
  const result = await compare(options, keys);
  if (!overwrite) await mustHoldNoMore(to, keys);
  checkpoint.remove();
  return { ...result, resumedAfter: earlier?.copied ?? 0 };
}

async function mustBeEmpty(to: StoreEnd): Promise<void> {
  const [size] = await to.read([['DBSIZE']]);
  if (Number(size) > 0) {
    throw new OperationFailed(
      `${to.name} holds ${size} keys already; --overwrite writes into it all the same`,
    );
  }
}

/** Sorted by their bytes, each once: the order in which they are copied. */
async function listKeys(store: StoreEnd): Promise<string[]> {
  const keys = new Set<string>();
  let cursor = '0';
  do {
    const [page] = await store.read([['SCAN', cursor, 'COUNT', SCAN_COUNT]]);
    if (!Array.isArray(page)) throw new OperationFailed(`${store.name}: SCAN gave no list of keys`);
    const [next, found] = page;
    cursor = String(next);
    for (const key of Array.isArray(found) ? found : []) keys.add(String(key));
  } while (cursor !== '0');
  return [...keys].sort(byBytes);
}

async function copy(
  { from, to, checkpoint, progress }: MigrationOptions,
  keys: readonly string[],
  before: number,
  total: number,
): Promise<void> {
  let copied = before;
  for await (const page of pagesOf(from, keys)) {
    const nowMs = Date.now();
    await to.write(page.records.filter(record => isAlive(record, nowMs)).flatMap(commandsFor));
    copied += page.keys.length;
    checkpoint.write({ lastKey: page.keys.at(-1) ?? '', copied });
    progress.update((HALF * copied) / Math.max(1, total), `copied ${copied} of ${total} keys`);
  }
}

/** Reads both stores and compares key by key. */
async function compare(
  { from, to, progress }: MigrationOptions,
  keys: readonly string[],
): Promise<Omit<MigrationResult, 'resumedAfter'>> {
  const digest = createHash('sha256');
  const byType = { string: 0, list: 0, hash: 0, set: 0 };
  let compared = 0;
  for await (const page of pagesOf(from, keys)) {
    const theirs = new Map((await readRecords(to, page.keys)).map(record => [record.key, record]));
    const ours = new Map(page.records.map(record => [record.key, record]));
    for (const key of page.keys) {
      const record = sameOnBothSides(key, ours.get(key), theirs.get(key));
      if (record === null) continue;
      byType[record.type]++;
      digest.update(canonicalOf(record), 'latin1');
    }
    compared += page.keys.length;
    progress.update(
      HALF + (HALF * compared) / Math.max(1, keys.length),
      `compared ${compared} of ${keys.length} keys`,
    );
  }
  const count = byType.string + byType.list + byType.hash + byType.set;
  return { keys: count, byType, sha256: digest.digest('hex') };
}

/** Null: its time has come, on one side at least. @throws OperationFailed when the two differ */
function sameOnBothSides(
  key: string,
  ours: StoredRecord | undefined,
  theirs: StoredRecord | undefined,
): StoredRecord | null {
  if (ours !== undefined && theirs !== undefined && canonicalOf(ours) === canonicalOf(theirs)) return ours;
  const endMs = Date.now() + EXPIRY_SLACK_MS;
  const isOver = [ours, theirs].every(record => record === undefined || !isAlive(record, endMs));
  if (isOver) return null;
  const what =
    theirs === undefined
      ? 'is missing in the target'
      : ours === undefined
        ? 'is gone from the source'
        : 'differs';
  throw new OperationFailed(
    `key ${shown(key)} ${what}: did something else write meanwhile? Run it again with --overwrite`,
  );
}

async function mustHoldNoMore(to: StoreEnd, keys: readonly string[]): Promise<void> {
  const known = new Set(keys);
  const extra = (await listKeys(to)).find(key => !known.has(key));
  if (extra !== undefined) {
    throw new OperationFailed(
      `the target holds a key the source has not: ${shown(extra)}; something else writes there`,
    );
  }
}

interface Page {
  readonly keys: readonly string[];
  readonly records: readonly StoredRecord[];
}

/** All records of these keys, in order; the next page is read while the last is worked on. */
async function* pagesOf(store: StoreEnd, keys: readonly string[]): AsyncGenerator<Page> {
  let size = MOST_KEYS / 8;
  let next = 0;
  const read = async (): Promise<Page | null> => {
    const some = keys.slice(next, next + size);
    if (some.length === 0) return null;
    next += some.length;
    const records = await readRecords(store, some);
    size = sizeAfter(size, records);
    return { keys: some, records };
  };
  let reading = read();
  for (let page = await reading; page !== null; page = await reading) {
    reading = read();
    // Whoever waits for it hears of its failure; nobody does when the work on this page fails.
    reading.catch(() => undefined);
    yield page;
  }
}

/** Keys of the next page: fewer where values are large. */
function sizeAfter(size: number, records: readonly StoredRecord[]): number {
  let bytes = 0;
  for (const { texts } of records) for (const text of texts) bytes += text.length;
  if (bytes > LARGE_PAGE_BYTES) return Math.max(FEWEST_KEYS, size >> 1);
  return bytes < SMALL_PAGE_BYTES ? Math.min(MOST_KEYS, size << 1) : size;
}

const isAlive = ({ deadlineMs }: StoredRecord, nowMs: number): boolean =>
  deadlineMs === null || deadlineMs > nowMs;
