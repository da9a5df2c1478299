/**
 * What the etcd engine is told when it starts.
 *
 * @module
 */

export interface EtcdTls {
  /** PEM texts. Without `ca` the system's authorities are trusted. */
  readonly ca?: string;
  /** This client's own certificate and its key, for servers that ask for one. */
  readonly cert?: string;
  readonly key?: string;
}

export interface EtcdOptions {
  /** `host:port` of the members' client ports. */
  readonly endpoints: readonly string[];
  /** Before every key, one character a byte; empty: the whole of etcd is the store. Default `raftkv/`. */
  readonly prefix?: string;
  readonly username?: string;
  readonly password?: string;
  readonly tls?: EtcdTls;
  /** For everything one transaction takes, with its repetitions; default 5000. */
  readonly timeoutMs?: number;
  /** What the members were started with as `--max-txn-ops`; default 128, which is etcd's. */
  readonly maxOperations?: number;
  /** What the members were started with as `--max-request-bytes`; default 1.5 MiB, which is etcd's. */
  readonly maxRequestBytes?: number;
}

export const DEFAULT_PREFIX = 'raftkv/';

export const ETCD_DEFAULTS = {
  timeoutMs: 5_000,
  maxOperations: 128,
  maxRequestBytes: 1_572_864,
} as const;
