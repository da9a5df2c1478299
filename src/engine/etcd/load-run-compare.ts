/**
 * Executes commands on etcd: fetches the keys they name, runs them here by the store's own code, and writes what changed
 * in one transaction that fails when one of these keys has changed in the meantime. Then it begins again.
 *
 * @module
 */
import type { ICompare, IRequestOp, ITxnRequest, ITxnResponse } from 'etcd3';
import { type BatchRecord, batchOf } from '../../kv/batch-records.js';
import { NO_DEADLINE } from '../../kv/entry.js';
import { type KeyChange, KeyRun } from '../../kv/key-run.js';
import type { Reply } from '../../kv/reply.js';
import { leaseOfDeadline, MAX_DEADLINE_MS, NO_LEASE, secondsToLive } from './deadline-lease.js';
import type { EtcdClient } from './etcd-client.js';
import { EtcdFailure, failureOf } from './etcd-failure.js';
import type { KeyRange } from './key-range.js';
import type { FetchedKeys, KeyFetcher, StoredKey } from './stored-key.js';
import { encodeValue } from './value-format.js';

/** Others may change the same keys all the time: after so many attempts the commands are refused. */
const MAX_ATTEMPTS = 64;
const MAX_PAUSE_MS = 20;
/** What a transaction is given even when most of the time went by before: cut short, its outcome would be unknown. */
const LEAST_COMMIT_MS = 1_000;
/** What an operation costs beside key and value, roughly. */
const OPERATION_BYTES = 64;
const SEEDS = 2 ** 31;

/** What a key is to become. */
interface KeyWrite {
  readonly key: string;
  /** Null: it is removed. */
  readonly value: Buffer | null;
  readonly lease: string;
  /** Deadline of a lease that has to be granted first; null: it is there already. */
  readonly grantMs: number | null;
}

export interface TransactionLimits {
  readonly timeoutMs: number;
  readonly maxRequestBytes: number;
}

export class LoadRunCompare {
  readonly #client: EtcdClient;
  readonly #range: KeyRange;
  readonly #fetcher: KeyFetcher;
  readonly #limits: TransactionLimits;
  #lastMs = 0;
  /** Transactions that failed because somebody else had changed a key. */
  conflicts = 0;

  constructor(client: EtcdClient, range: KeyRange, fetcher: KeyFetcher, limits: TransactionLimits) {
    this.#client = client;
    this.#range = range;
    this.#fetcher = fetcher;
    this.#limits = limits;
  }

  /**
   * Executes records as one transaction; one reply for each.
   *
   * @param batch the batch the records are of
   * @throws EtcdFailure; all but `unknown` are certain: nothing was executed, nor will be
   */
  async run(batch: Uint8Array, records: readonly BatchRecord[]): Promise<readonly Reply[]> {
    const untilMs = performance.now() + this.#limits.timeoutMs;
    const keys = [...new Set(records.flatMap(record => record.keys))];
    // One time for all attempts: a repeated EXPIRE ends up with the same deadline, hence the same lease.
    const nowMs = this.#now();
    const stamped = batchOf(batch, records, nowMs);
    let fetched = await certainly(this.#fetcher.fetch(keys, 0, false, untilMs));
    for (let attempt = 1; attempt <= MAX_ATTEMPTS && performance.now() < untilMs; attempt++) {
      const run = new KeyRun([...fetched.keys.values()], {
        nowMs,
        lastVersion: fetched.revision,
        seed: Math.floor(Math.random() * SEEDS),
      });
      const { replies, changes } = run.execute(stamped);
      const writes = writesOf(changes, fetched.keys);
      if (writes.length === 0) return replies;
      await this.#grantLeases(writes, nowMs, untilMs);
      const response = await this.#commit(this.#transactionOf(keys, fetched, writes), untilMs);
      if (response?.succeeded === true) return replies;
      this.conflicts++;
      if (attempt > 1) await pause(Math.min(MAX_PAUSE_MS, attempt));
      fetched = await certainly(
        response === null
          ? this.#fetcher.fetch(keys, 0, false, untilMs)
          : this.#fetcher.keysIn(response, untilMs),
      );
    }
    throw new EtcdFailure('refused', 'others keep changing these keys; not executed', 'overloaded');
  }

  /** Never goes back. */
  #now(): number {
    this.#lastMs = Math.max(this.#lastMs, Date.now());
    return this.#lastMs;
  }

  #transactionOf(keys: readonly string[], fetched: FetchedKeys, writes: readonly KeyWrite[]): ITxnRequest {
    const compare: ICompare[] = keys.map(key => ({
      key: this.#range.toEtcd(key),
      target: 'Mod',
      result: 'Equal',
      mod_revision: fetched.keys.get(key)?.version ?? 0,
    }));
    const success: IRequestOp[] = writes.map(({ key, value, lease }) =>
      value === null
        ? { request_delete_range: { key: this.#range.toEtcd(key) } }
        : { request_put: { key: this.#range.toEtcd(key), value, lease } },
    );
    const request = { compare, success, failure: this.#fetcher.requestsFor(keys) };
    this.#checkSize(request, keys, writes);
    return request;
  }

  #checkSize(
    { compare, success, failure }: ITxnRequest,
    keys: readonly string[],
    writes: readonly KeyWrite[],
  ): void {
    const operations = (compare?.length ?? 0) + (success?.length ?? 0) + (failure?.length ?? 0);
    let bytes = operations * (OPERATION_BYTES + this.#range.prefix.length);
    for (const key of keys) bytes += 2 * key.length;
    for (const { key, value } of writes) bytes += key.length + (value?.length ?? 0);
    const { maxRequestBytes } = this.#limits;
    if (bytes <= maxRequestBytes) return;
    const message = `a request of ${bytes} bytes: etcd takes up to ${maxRequestBytes}`;
    throw new EtcdFailure('refused', message, 'too-large');
  }

  /** Null: a lease ended before it was used. @throws EtcdFailure */
  async #commit(request: ITxnRequest, untilMs: number): Promise<ITxnResponse | null> {
    try {
      return await this.#client.once(Math.max(untilMs, performance.now() + LEAST_COMMIT_MS), (etcd, limit) =>
        etcd.kv.txn(request, limit),
      );
    } catch (error) {
      const failure = failureOf(error);
      if (failure.code === 'lease-gone') return null;
      throw failure;
    }
  }

  /** Leases of other transactions with the same deadline will do as well. */
  async #grantLeases(writes: readonly KeyWrite[], nowMs: number, untilMs: number): Promise<void> {
    const deadlines = new Set<number>();
    for (const { grantMs } of writes) if (grantMs !== null) deadlines.add(grantMs);
    await certainly(Promise.all([...deadlines].map(deadlineMs => this.#grant(deadlineMs, nowMs, untilMs))));
  }

  async #grant(deadlineMs: number, nowMs: number, untilMs: number): Promise<void> {
    const request = { ID: leaseOfDeadline(deadlineMs), TTL: secondsToLive(deadlineMs, nowMs) };
    try {
      await this.#client.repeatably(untilMs, (etcd, limit) => etcd.leaseClient.leaseGrant(request, limit));
    } catch (error) {
      if (!(error instanceof Error && error.message.includes('lease already exists'))) throw error;
    }
  }
}

/** A key that is as missing as before needs no write. */
function writesOf(
  changes: ReadonlyMap<string, KeyChange>,
  before: ReadonlyMap<string, StoredKey>,
): KeyWrite[] {
  const writes: KeyWrite[] = [];
  for (const [key, change] of changes) {
    const stored = before.get(key);
    if (change !== null)
      writes.push({ key, value: encodeValue(change.value), ...leaseFor(change.deadlineMs, stored) });
    else if (stored !== undefined) writes.push({ key, value: null, lease: NO_LEASE, grantMs: null });
  }
  return writes;
}

/** A deadline that stays keeps its lease, which may be some other program's. */
function leaseFor(deadlineMs: number, stored: StoredKey | undefined): Pick<KeyWrite, 'lease' | 'grantMs'> {
  if (deadlineMs === NO_DEADLINE) return { lease: NO_LEASE, grantMs: null };
  if (stored?.deadlineMs === deadlineMs) return { lease: stored.lease, grantMs: null };
  if (deadlineMs > MAX_DEADLINE_MS) {
    throw new EtcdFailure('refused', 'etcd cannot carry an expiry that far in the future', 'not-offered');
  }
  return { lease: leaseOfDeadline(deadlineMs), grantMs: deadlineMs };
}

/** For what changes nothing a client could see: if it fails, nothing was executed. */
async function certainly<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const { code, message, refusal } = failureOf(error);
    throw new EtcdFailure(code === 'unknown' ? 'refused' : code, message, refusal);
  }
}

const pause = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms * Math.random()));
