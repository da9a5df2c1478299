/**
 * One connection to one node: pipelined commands, replies in order, and for each command one outcome that is certain
 * or says that it is not.
 *
 * @module
 */
import { createConnection, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { ClientError } from './client-error.js';
import type { ClientReply } from './reply.js';
import { ReplyParser, type TextEncoding } from './reply-parser.js';
import { type ClientArgument, encodeRequest } from './request.js';

export interface ConnectOptions {
  readonly host: string;
  readonly port: number;
  /** For connecting, and for each command. */
  readonly timeoutMs: number;
  /** How text arguments and bulk replies are encoded; default `utf8`. */
  readonly encoding?: TextEncoding;
  readonly password?: string;
  readonly username?: string;
  /** Encrypts the connection. PEM texts; without `ca` the system's authorities are trusted. */
  readonly tls?: ClientTls;
}

export interface ClientTls {
  readonly ca?: string;
  /** This client's own certificate and its key, for servers that ask for one. */
  readonly cert?: string;
  readonly key?: string;
}

/** What became of a command. `failed`: it certainly had no effect. `unknown`: it may have had one. */
export type CommandOutcome =
  | { readonly kind: 'ok'; readonly reply: ClientReply }
  | { readonly kind: 'failed'; readonly error: ClientError }
  | { readonly kind: 'unknown'; readonly error: ClientError };

interface PendingCommand {
  readonly settle: (result: ClientReply | ClientError) => void;
  readonly deadlineMs: number;
}

export class ClientConnection {
  readonly #socket: Socket;
  readonly #parser: ReplyParser;
  readonly #encoding: TextEncoding;
  readonly #timeoutMs: number;
  #pending: PendingCommand[] = [];
  #timer: NodeJS.Timeout | null = null;
  #closed = false;

  /** Use `connect`. */
  constructor(socket: Socket, timeoutMs: number, encoding: TextEncoding) {
    this.#socket = socket;
    this.#timeoutMs = timeoutMs;
    this.#encoding = encoding;
    this.#parser = new ReplyParser(encoding);
    socket.on('data', chunk => this.#receive(chunk));
    socket.on('error', error => this.#fail(new ClientError('closed', error.message)));
    socket.on('close', () => this.#fail(new ClientError('closed', 'the connection was closed')));
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Sends a command without waiting for earlier ones; resolves for every outcome. */
  execute(args: readonly ClientArgument[]): Promise<CommandOutcome> {
    return new Promise(resolve => {
      this.#send(args, result => resolve(outcomeOf(result)));
    });
  }

  /** Sends a command; resolves with its reply. @throws ClientError also for an error reply */
  command(args: readonly ClientArgument[]): Promise<ClientReply> {
    return new Promise((resolve, reject) => {
      this.#send(args, result => {
        const outcome = outcomeOf(result);
        if (outcome.kind === 'ok') resolve(outcome.reply);
        else reject(outcome.error);
      });
    });
  }

  /** Ends the connection; what is still pending has an unknown outcome. */
  close(): void {
    this.#fail(new ClientError('closed', 'the connection was closed by the client'));
  }

  #send(args: readonly ClientArgument[], settle: PendingCommand['settle']): void {
    if (this.#closed) {
      settle(new ClientError('not-connected', 'the connection is closed'));
      return;
    }
    let request: Buffer;
    try {
      request = encodeRequest(args, this.#encoding);
    } catch (error) {
      settle(error instanceof ClientError ? error : new ClientError('bad-argument', String(error)));
      return;
    }
    this.#pending.push({ settle, deadlineMs: performance.now() + this.#timeoutMs });
    this.#socket.write(request);
    this.#timer ??= setTimeout(() => this.#expire(), this.#timeoutMs);
  }

  #receive(chunk: Buffer): void {
    try {
      this.#parser.feed(chunk);
      for (let reply = this.#parser.next(); reply !== null; reply = this.#parser.next()) {
        const command = this.#pending.shift();
        if (command === undefined) throw new ClientError('protocol', 'a reply nobody waits for');
        command.settle(reply);
      }
    } catch (error) {
      this.#fail(error instanceof ClientError ? error : new ClientError('protocol', String(error)));
    }
  }

  /** Replies come in order, so only the oldest command can be the one that is late. */
  #expire(): void {
    this.#timer = null;
    const oldest = this.#pending[0];
    if (oldest === undefined) return;
    const leftMs = oldest.deadlineMs - performance.now();
    if (leftMs > 0) this.#timer = setTimeout(() => this.#expire(), leftMs);
    else this.#fail(new ClientError('timeout', `no reply within ${this.#timeoutMs} ms`));
  }

  #fail(error: ClientError): void {
    this.#closed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#socket.destroy();
    const pending = this.#pending;
    this.#pending = [];
    for (const command of pending) command.settle(error);
  }
}

function outcomeOf(result: ClientReply | ClientError): CommandOutcome {
  if (!(result instanceof ClientError)) {
    if (result.kind !== 'error') return { kind: 'ok', reply: result };
    return outcomeOf(new ClientError('reply', result.text));
  }
  return { kind: result.certain ? 'failed' : 'unknown', error: result };
}

/**
 * Connects and, with a password, authenticates.
 *
 * @throws ClientError `refused`, `unreachable` or `untrusted` (nothing was sent), or `reply` when the password is wrong
 */
export async function connect(options: ConnectOptions): Promise<ClientConnection> {
  const socket = await openSocket(options);
  const connection = new ClientConnection(socket, options.timeoutMs, options.encoding ?? 'utf8');
  try {
    await introduce(connection, options);
    return connection;
  } catch (error) {
    connection.close();
    throw neverSent(error, options);
  }
}

async function introduce(connection: ClientConnection, options: ConnectOptions): Promise<void> {
  const { username, password, tls } = options;
  if (password !== undefined) {
    await connection.command(['AUTH', ...(username === undefined ? [] : [username]), password]);
  } else if (tls !== undefined) {
    // A server that does not like our certificate says so only after the handshake.
    const answer = await connection.execute(['PING']);
    if (answer.kind === 'unknown') throw answer.error;
  }
}

/** No command was sent yet, whatever became of the greeting. */
function neverSent(error: unknown, { host, port }: ConnectOptions): unknown {
  if (!(error instanceof ClientError) || error.certain) return error;
  const code = isCertificateTrouble(error.message) ? 'untrusted' : 'unreachable';
  return new ClientError(code, `cannot connect to ${host}:${port}: ${error.message}`);
}

const isCertificateTrouble = (text: string): boolean =>
  /certificate|self[- ]signed|altnames|unknown ca|\balert\b/i.test(text);

function createSocket({ host, port, tls }: ConnectOptions): Socket {
  if (tls === undefined) return createConnection({ host, port, noDelay: true });
  const name = isIP(host) === 0 ? { servername: host } : {};
  const socket = connectTls({ host, port, ...name, ...tls });
  socket.setNoDelay(true);
  return socket;
}

function openSocket(options: ConnectOptions): Promise<Socket> {
  const { host, port, timeoutMs, tls } = options;
  return new Promise((resolve, reject) => {
    const socket = createSocket(options);
    const giveUp = (code: 'refused' | 'unreachable' | 'untrusted', why: string) => {
      clearTimeout(timer);
      socket.destroy();
      reject(new ClientError(code, `cannot connect to ${host}:${port}: ${why}`));
    };
    const timer = setTimeout(() => giveUp('unreachable', `no answer within ${timeoutMs} ms`), timeoutMs);
    socket.once('error', (error: NodeJS.ErrnoException) => {
      const refused = error.code === 'ECONNREFUSED';
      const untrusted = tls !== undefined && isCertificateTrouble(`${error.code} ${error.message}`);
      const code = refused ? 'refused' : untrusted ? 'untrusted' : 'unreachable';
      giveUp(code, refused ? 'connection refused' : error.message);
    });
    socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
      clearTimeout(timer);
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}
