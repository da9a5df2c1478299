/**
 * A key as it was found in etcd, and how many of them are fetched at once.
 *
 * @module
 */
import type { IKeyValue, IRequestOp, IResponseOp, ITxnResponse } from 'etcd3';
import { NO_DEADLINE } from '../../kv/entry.js';
import type { FetchedKey } from '../../kv/key-run.js';
import { deadlineOfLease, NO_LEASE } from './deadline-lease.js';
import type { EtcdClient } from './etcd-client.js';
import type { KeyRange } from './key-range.js';
import { decodeValue } from './value-format.js';

export interface StoredKey extends FetchedKey {
  readonly lease: string;
}

/** Keys of one moment. */
export interface FetchedKeys {
  /** Of etcd: nothing later has been seen. */
  readonly revision: number;
  /** Those that exist. */
  readonly keys: ReadonlyMap<string, StoredKey>;
}

/** How many transactions of reads are under way at once for one batch. */
const PARALLEL_READS = 4;

export class KeyFetcher {
  readonly #client: EtcdClient;
  readonly #range: KeyRange;
  readonly #maxOperations: number;

  constructor(client: EtcdClient, range: KeyRange, maxOperations: number) {
    this.#client = client;
    this.#range = range;
    this.#maxOperations = maxOperations;
  }

  /** Fetches keys as they were at one moment, however many. `revision` 0: now. */
  async fetch(
    wanted: readonly string[],
    revision: number,
    serializable: boolean,
    untilMs: number,
  ): Promise<FetchedKeys> {
    const first = await this.#fetchSome(
      wanted.slice(0, this.#maxOperations),
      revision,
      serializable,
      untilMs,
    );
    const keys = new Map(first.keys);
    const step = this.#maxOperations * PARALLEL_READS;
    for (let at = this.#maxOperations; at < wanted.length; at += step) {
      const parts: string[][] = [];
      for (let from = at; from < Math.min(at + step, wanted.length); from += this.#maxOperations) {
        parts.push(wanted.slice(from, from + this.#maxOperations));
      }
      const fetched = await Promise.all(
        parts.map(part => this.#fetchSome(part, first.revision, serializable, untilMs)),
      );
      for (const part of fetched) for (const [key, stored] of part.keys) keys.set(key, stored);
    }
    return { revision: first.revision, keys };
  }

  /** What asks for these keys, as part of a transaction. */
  requestsFor(wanted: readonly string[], revision = 0, serializable = false): IRequestOp[] {
    return wanted.map(key => ({ request_range: { key: this.#range.toEtcd(key), revision, serializable } }));
  }

  /** The keys from the answers to `requestsFor`. */
  async keysIn(response: ITxnResponse, untilMs: number): Promise<FetchedKeys> {
    const keys = new Map<string, StoredKey>();
    for (const { response_range } of response.responses as readonly Partial<IResponseOp>[]) {
      for (const found of response_range?.kvs ?? []) {
        const stored = await this.#storedKey(found, untilMs);
        keys.set(stored.key, stored);
      }
    }
    return { revision: Number(response.header.revision), keys };
  }

  async #fetchSome(
    wanted: readonly string[],
    revision: number,
    serializable: boolean,
    untilMs: number,
  ): Promise<FetchedKeys> {
    const success = this.requestsFor(wanted, revision, serializable);
    const response = await this.#client.repeatably(untilMs, (etcd, limit) => etcd.kv.txn({ success }, limit));
    const fetched = await this.keysIn(response, untilMs);
    return revision === 0 ? fetched : { ...fetched, revision };
  }

  async #storedKey(found: IKeyValue, untilMs: number): Promise<StoredKey> {
    const { lease } = found;
    const deadlineMs =
      lease === NO_LEASE
        ? NO_DEADLINE
        : (deadlineOfLease(lease) ?? (await this.#deadlineOfForeign(lease, untilMs)));
    return {
      key: this.#range.fromEtcd(found.key),
      value: decodeValue(found.value),
      deadlineMs,
      version: Number(found.mod_revision),
      lease,
    };
  }

  /** Some other program's lease: etcd tells the seconds that are left. */
  async #deadlineOfForeign(lease: string, untilMs: number): Promise<number> {
    const { TTL } = await this.#client.repeatably(untilMs, (etcd, limit) =>
      etcd.leaseClient.leaseTimeToLive({ ID: lease }, limit),
    );
    return Date.now() + Math.max(0, Number(TTL)) * 1000;
  }
}
