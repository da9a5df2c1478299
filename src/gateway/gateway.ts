/**
 * The gateway of one node: listens for Redis clients and executes what they ask through an engine.
 *
 * @module
 */
import { createServer, type Server, type Socket } from 'node:net';
import type { Engine } from '../engine/engine.js';
import { Batches } from './batches.js';
import { ClientState } from './client-state.js';
import type { GatewayAdmin, GatewayServices } from './commands/gateway-command.js';
import { COMMAND_TABLE } from './commands/lookup.js';
import { Connection } from './connection.js';
import { GatewayError } from './gateway-error.js';
import { GatewayMetrics, type GatewayReport } from './metrics.js';
import type { GatewayOptions } from './options.js';
import { type Settings, settingsOf } from './settings.js';

const TOO_MANY_CLIENTS = '-ERR max number of clients reached\r\n';
const BACKLOG = 511;
/** As Redis: finds out that a silent client's host is gone. */
const KEEP_ALIVE_MS = 300_000;

export class Gateway {
  readonly #settings: Settings;
  readonly #servers: Server[] = [];
  readonly #connections = new Map<number, Connection>();
  readonly #batches: Batches;
  readonly #services: GatewayServices;
  readonly #metrics = new GatewayMetrics();
  #nextClientId = 1;

  /** @param admin control of the cluster for RAFT and CHAOS; null: those answer that there is none */
  constructor(options: GatewayOptions, engine: Engine, admin: GatewayAdmin | null = null) {
    this.#settings = settingsOf(options);
    this.#batches = new Batches(engine, this.#settings, this.#metrics);
    this.#services = {
      settings: this.#settings,
      engine,
      admin,
      backups: options.backups ?? null,
      metrics: this.#metrics,
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

  /** @throws GatewayError `port-in-use`, `cannot-listen`, `unprotected` */
  async listen(): Promise<void> {
    const { host, port, users } = this.#settings;
    if (users.isOpen && !isLoopback(host)) {
      const why = `refusing to listen on ${host}: outside loopback a password is required`;
      throw new GatewayError('unprotected', port, why);
    }
    const [first = host, ...others] = addressesOf(host);
    this.#settings.port = await this.#listenOn(first, port, true);
    for (const address of others) await this.#listenOn(address, this.#settings.port, false);
  }

  /** Stops listening and closes every connection at once; what is in flight stays unanswered. */
  async close(): Promise<void> {
    const closed = this.#servers.map(server => new Promise<void>(resolve => server.close(() => resolve())));
    for (const connection of this.#connections.values()) connection.destroy();
    await Promise.all(closed);
  }

  /** Returns the port; 0 when the address does not exist on this machine and is not `required`. */
  #listenOn(host: string, port: number, required: boolean): Promise<number> {
    const keepAlive = { keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS };
    const server = createServer({ allowHalfOpen: true, noDelay: true, ...keepAlive }, socket =>
      this.#accept(socket),
    );
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

  /** Counters for the status stream; latencies are those since the last call. */
  metrics(): GatewayReport {
    const metrics = this.#metrics;
    return {
      clients: this.#connections.size,
      connections: metrics.connections,
      rejectedConnections: metrics.rejectedConnections,
      writes: metrics.writes,
      reads: metrics.reads,
      refused: metrics.refused,
      unknown: metrics.unknown,
      protocolErrors: metrics.protocolErrors,
      slowReadersClosed: metrics.slowReadersClosed,
      inFlightBytes: this.#batches.bytes,
      heldInputBytes: metrics.heldInputBytes,
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
