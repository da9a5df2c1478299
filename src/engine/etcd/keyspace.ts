/**
 * Commands about all keys: DBSIZE, KEYS, SCAN and FLUSHALL as ranges of etcd.
 *
 * @module
 */
import type { IKeyValue, IRangeRequest, IRangeResponse } from 'etcd3';
import { parseScanOptions, type ScanOptions } from '../../kv/commands/scan.js';
import { typeOf } from '../../kv/entry.js';
import { INVALID_CURSOR, SYNTAX_ERROR } from '../../kv/error-replies.js';
import { globMatcher } from '../../kv/glob.js';
import { OK, type Reply } from '../../kv/reply.js';
import { deadlineOfLease } from './deadline-lease.js';
import type { EtcdClient } from './etcd-client.js';
import type { KeyRange } from './key-range.js';
import { ScanCursors } from './scan-cursors.js';
import { decodeValue } from './value-format.js';

/** Which state is read. */
export interface Moment {
  /** 0: the newest. */
  readonly revision: number;
  /** What one member has, without asking the others. */
  readonly serializable: boolean;
  /** Of `performance.now()`. */
  readonly untilMs: number;
}

/** Keys of one answer to KEYS. */
const PAGE_KEYS = 10_000;

export class Keyspace {
  readonly #client: EtcdClient;
  readonly #range: KeyRange;
  readonly #cursors = new ScanCursors();

  constructor(client: EtcdClient, range: KeyRange) {
    this.#client = client;
    this.#range = range;
  }

  /** @param args without the name; their number is right. @throws EtcdFailure */
  async execute(name: string, args: readonly string[], moment: Moment): Promise<Reply> {
    switch (name) {
      case 'dbsize':
        return this.#count(moment);
      case 'keys':
        return this.#keys(args[0] ?? '', moment);
      case 'scan':
        return this.#scan(args, moment);
      default:
        return this.#flush(args, moment);
    }
  }

  /** As in the embedded store, with those that are due and not removed yet. */
  async #count(moment: Moment): Promise<Reply> {
    const { count } = await this.#fetch({ ...this.#range.beginningWith(''), count_only: true }, moment);
    return Number(count);
  }

  async #keys(pattern: string, moment: Moment): Promise<Reply> {
    const matches = globMatcher(pattern);
    const start = literalStartOf(pattern);
    const nowMs = Date.now();
    const found: string[] = [];
    let { revision } = moment;
    let after: string | null = null;
    for (let more = true; more; ) {
      const page: IRangeResponse = await this.#fetch(
        { ...this.#range.beginningWith(start, after), keys_only: true, limit: PAGE_KEYS },
        { ...moment, revision },
      );
      for (const entry of page.kvs) {
        const key = this.#range.fromEtcd(entry.key);
        if (matches(key) && !isDue(entry, nowMs)) found.push(key);
        after = key;
      }
      // All pages show the state of the first.
      if (revision === 0) revision = Number(page.header.revision);
      more = page.more;
    }
    return found;
  }

  async #scan(args: readonly string[], moment: Moment): Promise<Reply> {
    const cursor = args[0] ?? '';
    if (!/^\d{1,20}$/.test(cursor)) return INVALID_CURSOR;
    const options = parseScanOptions(args);
    if ('kind' in options) return options;
    const after = this.#cursors.find(cursor);
    if (after === undefined) return INVALID_CURSOR;
    const page = await this.#fetch(
      {
        ...this.#range.beginningWith('', after),
        keys_only: options.type === null,
        limit: Math.min(options.count, PAGE_KEYS),
      },
      moment,
    );
    const nowMs = Date.now();
    const keys = page.kvs.filter(entry => !isDue(entry, nowMs) && this.#isWanted(entry, options));
    const last = page.kvs.at(-1);
    const next = page.more && last !== undefined ? this.#cursors.open(this.#range.fromEtcd(last.key)) : '0';
    return [next, keys.map(entry => this.#range.fromEtcd(entry.key))];
  }

  #isWanted(entry: IKeyValue, { type, matches }: ScanOptions): boolean {
    if (type !== null && typeOf(decodeValue(entry.value)) !== type) return false;
    return matches(this.#range.fromEtcd(entry.key));
  }

  /** @throws EtcdFailure, `unknown` among them */
  async #flush(args: readonly string[], { untilMs }: Moment): Promise<Reply> {
    const mode = (args[0] ?? 'SYNC').toUpperCase();
    if (args.length > 1 || (mode !== 'SYNC' && mode !== 'ASYNC')) return SYNTAX_ERROR;
    const all = this.#range.beginningWith('');
    await this.#client.once(untilMs, (etcd, limit) => etcd.kv.deleteRange(all, limit));
    return OK;
  }

  #fetch(request: IRangeRequest, { revision, serializable, untilMs }: Moment): Promise<IRangeResponse> {
    return this.#client.repeatably(untilMs, (etcd, limit) =>
      etcd.kv.range({ ...request, revision, serializable }, limit),
    );
  }
}

/** Some other program's lease ends when etcd removes the key. */
function isDue({ lease }: IKeyValue, nowMs: number): boolean {
  const deadlineMs = deadlineOfLease(lease);
  return deadlineMs !== null && deadlineMs <= nowMs;
}

/** What every key that matches begins with. */
function literalStartOf(pattern: string): string {
  return /^[^*?[\\]*/.exec(pattern)?.[0] ?? '';
}
