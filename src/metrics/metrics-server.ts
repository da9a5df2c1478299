/**
 * The optional HTTP port for machines that watch: `/metrics` for Prometheus, `/health` for load balancers.
 *
 * Health is the cluster's: 200 while a majority follows a leader, 503 while not.
 *
 * @module
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { ClusterStatus } from '../runtime/status.js';
import { clusterMetrics, METRICS_CONTENT_TYPE } from './cluster-metrics.js';

export interface MetricsServerOptions {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly status: () => Promise<ClusterStatus>;
}

export interface MetricsServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Beyond it connections are closed at once. */
const MAX_CONNECTIONS = 64;
const REQUEST_TIMEOUT_MS = 5_000;

interface Answer {
  readonly code: number;
  readonly type: string;
  readonly body: string;
}

/** What is told to whoever asks. */
export interface MetricsSource {
  /** Prometheus' text. */
  metrics(): Promise<string>;
  health(): Promise<Health>;
}

export interface Health {
  readonly isHealthy: boolean;
  /** JSON-able. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Tells about a cluster. @throws Error with the code of the socket, `EADDRINUSE` say */
export function startMetricsServer({ host, port, status }: MetricsServerOptions): Promise<MetricsServer> {
  return serveMetrics(host, port, {
    metrics: async () => clusterMetrics(await status()),
    health: async () => healthOf(await status()),
  });
}

/** @throws Error with the code of the socket, `EADDRINUSE` say */
export async function serveMetrics(
  host: string,
  port: number,
  source: MetricsSource,
): Promise<MetricsServer> {
  const server = createServer({ requestTimeout: REQUEST_TIMEOUT_MS }, (request, response) => {
    void answer(request, source).then(given => send(response, given, request.method === 'HEAD'));
  });
  server.maxConnections = MAX_CONNECTIONS;
  await listen(server, host, port);
  const address = server.address();
  return {
    port: address !== null && typeof address === 'object' ? address.port : port,
    close: () => close(server),
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.removeListener('error', reject);
      // Too many open files, say: this scrape is lost, the cluster is not.
      server.on('error', () => undefined);
      resolve();
    });
  });
}

function close(server: Server): Promise<void> {
  const closed = new Promise<void>(resolve => server.close(() => resolve()));
  server.closeAllConnections();
  return closed;
}

const text = (code: number, body: string): Answer => ({ code, type: 'text/plain; charset=utf-8', body });
const json = (code: number, data: unknown): Answer => ({
  code,
  type: 'application/json',
  body: `${JSON.stringify(data)}\n`,
});

async function answer(request: IncomingMessage, source: MetricsSource): Promise<Answer> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return text(405, 'GET and HEAD only\n');
  const path = (request.url ?? '/').split('?', 1)[0];
  if (path !== '/metrics' && path !== '/health') return text(404, 'there are /metrics and /health\n');
  try {
    if (path === '/metrics') return { code: 200, type: METRICS_CONTENT_TYPE, body: await source.metrics() };
    const { isHealthy, facts } = await source.health();
    return json(isHealthy ? 200 : 503, facts);
  } catch {
    return json(503, { status: 'down' });
  }
}

function healthOf({ leader, term, quorum, nodes }: ClusterStatus): Health {
  const up = nodes.filter(({ state }) => state === 'up').length;
  const status = leader === null ? 'no-leader' : 'ok';
  return { isHealthy: leader !== null, facts: { status, leader, term, quorum, nodesUp: up } };
}

function send(response: ServerResponse, { code, type, body }: Answer, headOnly: boolean): void {
  response.writeHead(code, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  });
  response.end(headOnly ? undefined : body);
}
