/**
 * The gateway of one node: listens for Redis clients and executes what they ask through an engine.
 *
 * @module
 */
import { createServer, type Server, type ServerOpts, type Socket } from 'node:net';
import { createServer as createTlsServer, Server as TlsServer } from 'node:tls';
import type { Engine } from '../engine/engine.js';
import type { GatewayCounters } from '../runtime/status.js';
import { Batches } from './batches.js';
import { ClientState } from './client-state.js';
import type { GatewayAdmin, GatewayServices } from './commands/gateway-command.js';
import { COMMAND_TABLE } from './commands/lookup.js';
import { Connection } from './connection.js';
import { GatewayError } from './gateway-error.js';
import { GatewayMetrics, type GatewayReport } from './metrics.js';
import type { GatewayOptions } from './options.js';
import { PubSub } from './pubsub.js';
import { type Settings, settingsOf } from './settings.js';
import { SlowLog } from './slow-log.js';
import { Tap } from './tap.js';
import { CertificateWatch, readTlsMaterial, type TlsMaterial, type TlsOptions } from './tls.js';

const TOO_MANY_CLIENTS = '-ERR max number of clients reached\r\n';
const BACKLOG = 511;
/** As Redis: finds out that a silent client's host is gone. */
const KEEP_ALIVE_MS = 300_000;

const SOCKET_OPTIONS: ServerOpts = {
  allowHalfOpen: true,
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: KEEP_ALIVE_MS,
};
const HANDSHAKE_TIMEOUT_MS = 10_000;
const MAX_HANDSHAKES = 512;

export class Gateway {
  readonly #settings: Settings;
  readonly #servers: Server[] = [];
  readonly #tls: TlsOptions | null;
  #certificates: CertificateWatch | null = null;
  readonly #connections = new Map<number, Connection>();
  /** The sockets under TLS, those among them that have not finished the handshake. */
  readonly #encrypted = new Set<Socket>();
  readonly #batches: Batches;
  readonly #pubsub: PubSub;
  readonly #services: GatewayServices;
  readonly #metrics = new GatewayMetrics();
  #nextClientId = 1;

  /** @param admin control of the cluster for RAFT and CHAOS; null: those answer that there is none */
  constructor(options: GatewayOptions, engine: Engine, admin: GatewayAdmin | null = null) {
    this.#settings = settingsOf(options);
    this.#tls = options.tls ?? null;
    this.#pubsub = new PubSub(engine, admin);
    this.#batches = new Batches(engine, this.#settings, this.#metrics);
    this.#services = {
      settings: this.#settings,
      engine,
      admin,
      backups: options.backups ?? null,
      metrics: this.#metrics,
      slowLog: new SlowLog(),
      tap: new Tap(),
      pubsub: this.#pubsub,
      clients: this.#connections,
      startedAtMs: Date.now(),
      table: COMMAND_TABLE,
      inFlightBytes: () => this.#batches.bytes,
    };
  }

  /** The port listened on. */
  get port(): number {
    return this.#settings.port;
  }

  get clientCount(): number {
    return this.#connections.size;
  }

  /** @throws GatewayError `port-in-use`, `cannot-listen`, `unprotected`, `bad-certificate` */
  async listen(): Promise<void> {
    const { host, port, users } = this.#settings;
    if (users.isOpen && !isLoopback(host)) {
      const why = `refusing to listen on ${host}: outside loopback a password is required`;
      throw new GatewayError('unprotected', port, why);
    }
    const [first = host, ...others] = addressesOf(host);
    const material = this.#tls === null ? null : readTlsMaterial(this.#tls);
    this.#settings.port = await this.#listenOn(first, port, true, material);
    for (const address of others) await this.#listenOn(address, this.#settings.port, false, material);
    if (this.#tls !== null && material !== null) this.#watchCertificates(this.#tls, material);
  }

  /** Stops listening and closes every connection at once; what is in flight stays unanswered. */
  async close(): Promise<void> {
    this.#certificates?.close();
    this.#pubsub.close();
    const closed = this.#servers.map(server => new Promise<void>(resolve => server.close(() => resolve())));
    for (const connection of this.#connections.values()) connection.destroy();
    for (const raw of this.#encrypted) raw.destroy();
    await Promise.all(closed);
  }

  /** Returns the port; 0 when the address does not exist on this machine and is not `required`. */
  #listenOn(host: string, port: number, required: boolean, material: TlsMaterial | null): Promise<number> {
    const server = this.#createServer(material);
    return new Promise((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        const inUse = error.code === 'EADDRINUSE';
        if (!inUse && !required) {
          resolve(0);
          return;
        }
        const why = inUse ? `port ${port} is in use` : `cannot listen on ${host}:${port}: ${error.message}`;
        void this.close();
        reject(new GatewayError(inUse ? 'port-in-use' : 'cannot-listen', port, why));
      });
      server.listen({ host, port, backlog: BACKLOG }, () => {
        server.removeAllListeners('error');
        // Out of file descriptors, say: the connection is lost, the gateway is not.
        server.on('error', () => this.#metrics.rejectedConnections++);
        this.#servers.push(server);
        const address = server.address();
        resolve(address !== null && typeof address === 'object' ? address.port : port);
      });
    });
  }

  #createServer(material: TlsMaterial | null): Server {
    const options = SOCKET_OPTIONS;
    if (material === null) return createServer(options, socket => this.#accept(socket));
    const certified = { requestCert: material.ca !== undefined, rejectUnauthorized: true };
    const handshake = { handshakeTimeout: HANDSHAKE_TIMEOUT_MS };
    const server = createTlsServer({ ...options, ...material, ...certified, ...handshake }, socket =>
      this.#accept(socket),
    );
    // Whoever has not finished the handshake is nobody's client yet, but holds a descriptor.
    server.maxConnections = this.#settings.limits.clients + MAX_HANDSHAKES;
    server.on('tlsClientError', (_error, socket) => {
      this.#metrics.tlsFailures++;
      socket.destroy();
    });
    server.on('connection', (raw: Socket) => {
      this.#encrypted.add(raw);
      raw.once('close', () => this.#encrypted.delete(raw));
    });
    return server;
  }

  #watchCertificates(options: TlsOptions, material: TlsMaterial): void {
    this.#certificates = new CertificateWatch(options, material, {
      onChange: changed => {
        this.#metrics.tlsReloads++;
        for (const server of this.#servers) {
          if (server instanceof TlsServer) server.setSecureContext(changed);
        }
      },
      onFailure: () => this.#metrics.tlsReloadFailures++,
    });
  }

  /** Totals for the status stream. */
  counters(): GatewayCounters {
    const metrics = this.#metrics;
    return {
      connections: metrics.connections,
      rejectedConnections: metrics.rejectedConnections,
      refused: metrics.refused,
      unknown: metrics.unknown,
      protocolErrors: metrics.protocolErrors,
      slowReadersClosed: metrics.slowReadersClosed,
      authFailures: metrics.authFailures,
      tlsFailures: metrics.tlsFailures,
      inFlightBytes: this.#batches.bytes,
      heldInputBytes: metrics.heldInputBytes,
    };
  }

  /** The same with clients, executed commands and latencies, those since the last call. */
  metrics(): GatewayReport {
    const metrics = this.#metrics;
    return {
      ...this.counters(),
      clients: this.#connections.size,
      writes: metrics.writes,
      reads: metrics.reads,
      writeLatency: metrics.writeLatency.take(),
      readLatency: metrics.readLatency.take(),
    };
  }

  #accept(socket: Socket): void {
    this.#metrics.connections++;
    if (this.#connections.size >= this.#settings.limits.clients) {
      this.#metrics.rejectedConnections++;
      socket.on('error', () => socket.destroy());
      socket.end(TOO_MANY_CLIENTS, () => socket.destroy());
      return;
    }
    const id = this.#nextClientId++;
    const address = `${socket.remoteAddress}:${socket.remotePort}`;
    const local = `${socket.localAddress}:${socket.localPort}`;
    const state = new ClientState(id, address, local, this.#settings.users.initial, Date.now());
    const connection = new Connection({
      socket,
      state,
      services: this.#services,
      batches: this.#batches,
      onClose: () => this.#connections.delete(id),
    });
    this.#connections.set(id, connection);
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/** `localhost` may be one address or the other to a client, so it is listened on at both. */
function addressesOf(host: string): readonly string[] {
  return host === 'localhost' ? ['127.0.0.1', '::1'] : [host];
}
