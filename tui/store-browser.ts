/**
 * Looks into the store through the nodes' ports: keys with the beginnings of their values, and one key as each replica
 * has it. All reads are stale ones: they cost no quorum and show what is there, also where it lags.
 *
 * @module
 */
import { type ClientConnection, type ClientReply, connect } from '../src/client/index.js';
import type { ClientAccess } from '../src/config/client-access.js';
import type { ClusterStatus } from '../src/runtime/status.js';

export interface StoredKey {
  readonly key: string;
  /** Its beginning; of what is no string, its type in brackets. */
  readonly value: string;
  /** Bytes; null of what is no string. */
  readonly bytes: number | null;
}

export interface ReplicaValue {
  readonly node: number;
  /** Null: no such key there. */
  readonly value: string | null;
  /** Why there is no answer; empty: there is one. */
  readonly problem: string;
}

export interface StoreView {
  readonly prefix: string;
  readonly keys: readonly StoredKey[];
  /** All keys the node has, of any prefix. */
  readonly total: number;
  /** Whose replica this is; null: nobody answered. */
  readonly node: number | null;
  readonly problem: string;
  readonly watch: { readonly key: string; readonly replicas: readonly ReplicaValue[] } | null;
}

const EMPTY_STORE: StoreView = {
  prefix: '',
  keys: [],
  total: 0,
  node: null,
  problem: '',
  watch: null,
};

const TIMEOUT_MS = 1_000;
/** More keys than a screen has lines are not read. */
const MAX_KEYS = 100;
/** `SCAN` steps for one view, so that a prefix that fits nothing ends. */
const MAX_SCANS = 20;
const SCAN_COUNT = 500;
const VALUE_BYTES = 120;

function textOf(reply: ClientReply): string | null {
  return reply.kind === 'bulk' || reply.kind === 'simple' ? reply.text : null;
}

/** Characters a pattern gives a meaning. */
function literal(text: string): string {
  return text.replace(/[*?[\]\\]/g, '\\$&');
}

export class StoreBrowser {
  readonly #access: ClientAccess;
  readonly #connections = new Map<number, Promise<ClientConnection>>();

  constructor(access: ClientAccess) {
    this.#access = access;
  }

  async look(status: ClusterStatus, prefix: string, watched: string | null): Promise<StoreView> {
    const up = status.nodes.filter(node => node.state === 'up').map(({ node }) => node);
    const node = status.leader ?? up[0] ?? null;
    const watch = watched === null ? null : { key: watched, replicas: await this.#replicas(status, watched) };
    if (node === null) return { ...EMPTY_STORE, prefix, watch, problem: 'no node is up' };
    try {
      const connection = await this.#connection(status, node);
      const total = await connection.command(['DBSIZE']);
      const keys = await this.#keys(connection, prefix);
      return {
        prefix,
        keys,
        total: total.kind === 'integer' ? Number(total.value) : 0,
        node,
        problem: '',
        watch,
      };
    } catch (error) {
      return { ...EMPTY_STORE, prefix, node, watch, problem: messageOf(error) };
    }
  }

  close(): void {
    for (const connection of this.#connections.values()) {
      connection.then(
        opened => opened.close(),
        () => {},
      );
    }
    this.#connections.clear();
  }

  async #keys(connection: ClientConnection, prefix: string): Promise<readonly StoredKey[]> {
    const names: string[] = [];
    let cursor = '0';
    for (let scan = 0; scan < MAX_SCANS && names.length < MAX_KEYS; scan++) {
      const args = ['SCAN', cursor, 'MATCH', `${literal(prefix)}*`, 'COUNT', String(SCAN_COUNT)];
      const reply = await connection.command(args);
      if (reply.kind !== 'array') break;
      const [next, found] = reply.items;
      cursor = (next && textOf(next)) ?? '0';
      if (found?.kind === 'array') names.push(...found.items.map(item => textOf(item) ?? ''));
      if (cursor === '0') break;
    }
    names.sort();
    return Promise.all(names.slice(0, MAX_KEYS).map(key => this.#entry(connection, key)));
  }

  async #entry(connection: ClientConnection, key: string): Promise<StoredKey> {
    const [start, length] = await Promise.all([
      connection.execute(['GETRANGE', key, '0', String(VALUE_BYTES - 1)]),
      connection.execute(['STRLEN', key]),
    ]);
    if (start.kind === 'ok' && length.kind === 'ok' && length.reply.kind === 'integer') {
      return { key, value: textOf(start.reply) ?? '', bytes: Number(length.reply.value) };
    }
    const type = await connection.command(['TYPE', key]);
    return { key, value: `(${textOf(type) ?? '?'})`, bytes: null };
  }

  #replicas(status: ClusterStatus, key: string): Promise<readonly ReplicaValue[]> {
    const members = status.nodes.filter(node => node.state !== 'removed');
    return Promise.all(
      members.map(async ({ node, state }): Promise<ReplicaValue> => {
        if (state !== 'up') return { node, value: null, problem: state };
        try {
          const connection = await this.#connection(status, node);
          const exists = await connection.command(['EXISTS', key]);
          if (exists.kind === 'integer' && exists.value === 0n) return { node, value: null, problem: '' };
          return { node, value: (await this.#entry(connection, key)).value, problem: '' };
        } catch (error) {
          return { node, value: null, problem: messageOf(error) };
        }
      }),
    );
  }

  /** A connection whose reads are answered by the node itself. */
  async #connection(status: ClusterStatus, node: number): Promise<ClientConnection> {
    const known = this.#connections.get(node);
    if (known !== undefined) {
      const opened = await known.catch(() => null);
      if (opened !== null && !opened.closed) return opened;
    }
    const { host = '', port = 0 } = status.nodes[node] ?? {};
    const opening = connect({ ...this.#access, host, port, timeoutMs: TIMEOUT_MS, encoding: 'latin1' }).then(
      async connection => {
        await connection.command(['READONLY']);
        return connection;
      },
    );
    this.#connections.set(node, opening);
    return opening;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
