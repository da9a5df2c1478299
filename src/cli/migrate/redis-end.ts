/**
 * A store behind a port that speaks Redis's protocol: a gateway of this project, or Redis.
 *
 * @module
 */
import type { ConnectOptions } from '../../client/connection.js';
import { type ClientConnection, ClientError, connect, plain } from '../../client/index.js';
import { clientAccess } from '../../config/client-access.js';
import { InvalidOperation, OperationFailed } from '../cli-error.js';
import type { CommandWords, PlainReply, StoreEnd } from './store-end.js';

const CONNECT_TIMEOUT_MS = 5_000;
/** A large store takes its time to answer. */
const ANSWER_TIMEOUT_MS = 60_000;
const DEFAULT_PORT = 6379;

/** Where a store is, and who one is there. */
export type RedisAddress = Omit<ConnectOptions, 'timeoutMs' | 'encoding'>;

/**
 * @param text `redis://[[USER:]PASSWORD@]HOST[:PORT]`, or `rediss://` for TLS
 * @throws InvalidOperation when it is none
 */
export function redisAddressOf(text: string): RedisAddress {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isPlain = (url?.pathname ?? '') === '' || url?.pathname === '/' || url?.pathname === '/0';
  if (url === null || url.hostname === '' || !isPlain || url.search !== '') {
    throw new InvalidOperation(`expected redis://HOST:PORT, found ${JSON.stringify(withoutPassword(text))}`);
  }
  const tls = clientAccess(null, { ...process.env, RAFTKV_TLS: '1' }).tls ?? {};
  return {
    ...clientAccess(null, process.env),
    ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
    ...(url.protocol === 'rediss:' ? { tls } : {}),
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || DEFAULT_PORT),
  };
}

/** @throws OperationFailed when nobody answers there */
export async function openRedis(address: RedisAddress): Promise<StoreEnd> {
  try {
    const probe = await connect({ ...address, timeoutMs: CONNECT_TIMEOUT_MS });
    probe.close();
    const connection = await connect({ ...address, timeoutMs: ANSWER_TIMEOUT_MS, encoding: 'latin1' });
    const scheme = address.tls === undefined ? 'redis' : 'rediss';
    return new RedisEnd(`${scheme}://${address.host}:${address.port}`, connection);
  } catch (error) {
    throw failureOf(error);
  }
}

class RedisEnd implements StoreEnd {
  readonly name: string;
  readonly #connection: ClientConnection;

  constructor(name: string, connection: ClientConnection) {
    this.name = name;
    this.#connection = connection;
  }

  async read(commands: readonly CommandWords[]): Promise<readonly PlainReply[]> {
    try {
      const replies = await Promise.all(commands.map(words => this.#connection.command(words)));
      return replies.map(plain);
    } catch (error) {
      throw failureOf(error, this.name);
    }
  }

  async write(commands: readonly CommandWords[]): Promise<void> {
    await this.read(commands);
  }

  close(): void {
    this.#connection.close();
  }
}

const withoutPassword = (text: string): string => text.replace(/\/\/[^@/]*@/, '//');

function failureOf(error: unknown, name?: string): unknown {
  if (!(error instanceof ClientError)) return error;
  return new OperationFailed(`${name === undefined ? '' : `${name}: `}${error.message.replace(/^ERR /, '')}`);
}
