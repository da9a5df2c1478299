/**
 * The links of this host to all others: listens, dials, checks who is there, and passes on what comes.
 *
 * Of two hosts the one that the config names first dials; it tries again for ever.
 *
 * @module
 */
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Frame } from '../../node/frame.js';
import { describeError } from '../rpc.js';
import { Backoff } from './backoff.js';
import { HostPeer } from './host-peer.js';
import { type HostIdentity, refusalOf } from './identity.js';
import {
  DEFAULT_LINK_TIMES,
  DEFAULT_QUEUED_BYTES,
  LinkConnection,
  type LinkConnectionOptions,
  type LinkTimes,
  type QueuedBytes,
} from './link-connection.js';
import { LinkError } from './link-error.js';
import { certificateRefusal, dial, dialError, type LinkSecurity } from './link-security.js';
import { decodeMessages } from './messages-codec.js';
import type { CallAnswer, CallRequest } from './peer-calls.js';
import { RefusalLog } from './refusal-log.js';
import { type FrameType, LANES, type Lane } from './wire.js';

export interface HostAddress {
  /** Its name in the config; also where it is reached, unless `address` says otherwise. */
  readonly host: string;
  readonly port: number;
  readonly address?: string;
}

export interface HostLinkEvents {
  readonly onUp: (host: string, identity: HostIdentity) => void;
  readonly onDown: (host: string) => void;
  readonly onFrame: (host: string, frame: Frame) => void;
  /** Its answer, or what it throws, goes back to the host that asks. */
  readonly onCall: (host: string, operation: string, args: readonly unknown[]) => unknown;
  readonly onNotice: (host: string, notice: Readonly<Record<string, unknown>>) => void;
  /** For people: a peer is kept out, or keeps this host out. Once for each peer and cause. */
  readonly onRefusal: (text: string) => void;
}

export interface HostLinksOptions {
  readonly self: HostAddress;
  /** All hosts in the config's order, this one included. */
  readonly hosts: readonly HostAddress[];
  readonly security: LinkSecurity;
  readonly identity: () => HostIdentity;
  readonly events: HostLinkEvents;
  readonly times?: LinkTimes;
  readonly queuedBytes?: QueuedBytes;
}

/** Connections that have not greeted yet; more are closed at once. */
const MAX_STRANGERS = 64;

export class HostLinks {
  readonly #options: HostLinksOptions;
  readonly #peers = new Map<string, HostPeer>();
  readonly #refusals: RefusalLog;
  readonly #strangers = new Set<LinkConnection>();
  readonly #redials = new Map<string, NodeJS.Timeout>();
  readonly #backoffs = new Map<string, Backoff>();
  #server: Server | null = null;
  #isClosed = false;

  constructor(options: HostLinksOptions) {
    this.#options = options;
    this.#refusals = new RefusalLog(options.events.onRefusal);
    for (const { host } of this.#others()) this.#peers.set(host, this.#createPeer(host));
  }

  /** Names of all other hosts. */
  get peers(): readonly string[] {
    return [...this.#peers.keys()];
  }

  get port(): number {
    const address = this.#server?.address();
    return typeof address === 'object' && address !== null ? address.port : this.#options.self.port;
  }

  isUp(host: string): boolean {
    return this.#peers.get(host)?.isUp ?? false;
  }

  peer(host: string): HostPeer | null {
    return this.#peers.get(host) ?? null;
  }

  /** Attempts that came to nothing, of either side, since the start. */
  get refusalCount(): number {
    return this.#refusals.count;
  }

  /** Frames that full or broken links did not take, since the start. */
  get lostFrames(): number {
    return [...this.#peers.values()].reduce((total, peer) => total + peer.lostFrames, 0);
  }

  /** Listens, then begins to dial. @throws an error with code `port-in-use` or `cannot-listen` */
  async open(): Promise<void> {
    await this.#listen();
    const own = this.#options.hosts.findIndex(({ host }) => host === this.#options.self.host);
    for (const peer of this.#options.hosts.slice(own + 1)) this.#dialAll(peer);
  }

  /** To all hosts that are reached. */
  notify(notice: object): void {
    const up = [...this.#peers.values()].filter(({ isUp }) => isUp);
    if (up.length === 0) return;
    const bytes = Buffer.from(JSON.stringify(notice));
    for (const peer of up) peer.notify(bytes);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const timer of this.#redials.values()) clearTimeout(timer);
    for (const stranger of this.#strangers) stranger.close(null);
    for (const peer of this.#peers.values()) peer.close();
    const server = this.#server;
    if (server !== null) await new Promise<void>(resolve => server.close(() => resolve()));
  }

  #others(): readonly HostAddress[] {
    return this.#options.hosts.filter(({ host }) => host !== this.#options.self.host);
  }

  #createPeer(host: string): HostPeer {
    const { events } = this.#options;
    return new HostPeer(host, {
      onUp: identity => {
        this.#refusals.forget(host);
        this.#backoffs.get(host)?.reset();
        events.onUp(host, identity);
      },
      onDown: () => {
        if (!this.#isClosed) events.onDown(host);
      },
    });
  }

  #listen(): Promise<void> {
    const { self, security, times = DEFAULT_LINK_TIMES } = this.#options;
    const { tls } = security;
    const certified = { requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.2' } as const;
    const server =
      tls === null
        ? createServer(socket => this.#accept(socket))
        : createTlsServer({ ...tls, ...certified, handshakeTimeout: times.greetingMs }, socket =>
            this.#accept(socket),
          );
    server.on('tlsClientError', (error: NodeJS.ErrnoException, socket: Socket) => {
      this.#refusals.add(socket.remoteAddress ?? 'a stranger', handshakeError(error));
      socket.destroy();
    });
    server.maxConnections = MAX_STRANGERS + LANES.length * this.#peers.size;
    this.#server = server;
    return new Promise((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        const code = error.code === 'EADDRINUSE' ? 'port-in-use' : 'cannot-listen';
        const why = code === 'port-in-use' ? `port ${self.port} is in use` : error.message;
        reject(
          Object.assign(new Error(`cannot listen for other hosts on ${self.host}:${self.port}: ${why}`), {
            code,
          }),
        );
      });
      server.listen({ host: self.host, port: self.port }, () => {
        server.removeAllListeners('error');
        // Out of file descriptors, say: the connection is lost, the host is not.
        server.on('error', () => {});
        resolve();
      });
    });
  }

  #accept(socket: Socket): void {
    if (this.#isClosed || this.#strangers.size >= MAX_STRANGERS) {
      socket.destroy();
      return;
    }
    const address = socket.remoteAddress ?? 'a stranger';
    const connection = this.#connection(socket, 'listener', null, address, () => {});
    this.#strangers.add(connection);
  }

  #dialAll(address: HostAddress): void {
    if (this.#isClosed) return;
    const { host } = address;
    this.#redials.delete(host);
    for (const lane of LANES) if (!this.#peers.get(host)?.has(lane)) this.#dial(address, lane);
  }

  #dial(address: HostAddress, lane: Lane): void {
    const { security, times = DEFAULT_LINK_TIMES } = this.#options;
    const { host } = address;
    const socket = dial(security.tls, address.address ?? host, address.port);
    const fail = (error: LinkError): void => {
      clearTimeout(timer);
      socket.destroy();
      this.#refusals.add(host, error);
      this.#redialLater(address);
    };
    const timer = setTimeout(
      () => fail(new LinkError('unreachable', 'not reached: no answer')),
      times.greetingMs,
    );
    socket.once('error', error => fail(dialError(error)));
    socket.once(security.tls === null ? 'connect' : 'secureConnect', () => {
      clearTimeout(timer);
      socket.removeAllListeners('error');
      const connection = this.#connection(socket, 'dialer', lane, host, () => this.#redialLater(address));
      this.#strangers.add(connection);
    });
  }

  #redialLater(address: HostAddress): void {
    const { host } = address;
    // One attempt brings back all lanes.
    if (this.#isClosed || this.#redials.has(host)) return;
    const backoff = this.#backoffs.get(host) ?? new Backoff();
    this.#backoffs.set(host, backoff);
    this.#redials.set(
      host,
      setTimeout(() => this.#dialAll(address), backoff.takeMs()),
    );
  }

  #connection(
    socket: Socket,
    role: LinkConnectionOptions['role'],
    lane: Lane | null,
    peerName: string,
    onClosed: () => void,
  ): LinkConnection {
    const { security, identity } = this.#options;
    const { times = DEFAULT_LINK_TIMES, queuedBytes = DEFAULT_QUEUED_BYTES } = this.#options;
    return new LinkConnection({
      socket,
      role,
      lane,
      times,
      queuedBytes,
      secret: security.secret,
      ownIdentity: identity,
      judge: (claim, connection) => this.#judge(claim, connection, role === 'dialer' ? peerName : null),
      onOpen: (claim, connection) => {
        this.#strangers.delete(connection);
        this.#peers.get(claim.host)?.add(connection, claim);
      },
      onFrame: (type, payload, connection) => this.#onFrame(type, payload, connection),
      onClose: (error, connection) => {
        this.#strangers.delete(connection);
        const { identity: known } = connection;
        if (error !== null) this.#refusals.add(connection.claimedHost ?? peerName, error);
        if (known !== null) this.#peers.get(known.host)?.remove(connection);
        onClosed();
      },
    });
  }

  /** `dialled`: whom this host meant to reach. */
  #judge(claim: HostIdentity, connection: LinkConnection, dialled: string | null): LinkError | null {
    const refusal = refusalOf(claim, {
      own: this.#options.identity(),
      peers: this.peers,
      instanceOf: host => this.#peers.get(host)?.instance ?? null,
    });
    if (refusal !== null) return refusal;
    if (dialled !== null && dialled !== claim.host) {
      return new LinkError('host-claimed', `it says that it is ${claim.host}, not ${dialled}`);
    }
    const wrongName = certificateRefusal(connection.socket, claim.host);
    // The same process again: it has noticed before this host that its connections are gone.
    const peer = this.#peers.get(claim.host);
    if (wrongName === null && peer?.has(connection.lane)) peer.close();
    return wrongName;
  }

  /** @throws LinkError `garbage` */
  #onFrame(type: FrameType, payload: Buffer, connection: LinkConnection): void {
    const peer = this.#peers.get(connection.identity?.host ?? '');
    if (peer === undefined) return;
    const { events } = this.#options;
    switch (type) {
      case 'messages':
        events.onFrame(peer.host, decodeMessages(payload));
        return;
      case 'call':
        void this.#serve(peer, objectIn(payload) as unknown as CallRequest);
        return;
      case 'answer':
        peer.settle(objectIn(payload) as unknown as CallAnswer);
        return;
      case 'notice':
        events.onNotice(peer.host, objectIn(payload));
        return;
      default:
        throw new LinkError('garbage', `a frame of type ${type} has no place here`);
    }
  }

  async #serve(peer: HostPeer, { id, operation, args }: CallRequest): Promise<void> {
    try {
      const value = await this.#options.events.onCall(peer.host, operation, args);
      peer.answer({ id, ok: true, value });
    } catch (error) {
      peer.answer({ id, ok: false, ...describeError(error) });
    }
  }
}

function handshakeError({ code, message }: NodeJS.ErrnoException): LinkError {
  if (code === 'ERR_TLS_HANDSHAKE_TIMEOUT') return new LinkError('silent', 'it did not finish the handshake');
  return new LinkError('wrong-certificate', `its certificate is refused: ${message}`);
}

/** @throws LinkError `garbage` */
function objectIn(payload: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(payload.toString());
    if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>;
  } catch {
    // Reported below.
  }
  throw new LinkError('garbage', 'a message between hosts cannot be read');
}
