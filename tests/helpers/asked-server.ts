/**
 * A real server for the length of one function, with a client of its cluster.
 *
 * @module
 */
import { ClusterClient, plain } from '../../src/client/index.js';
import { type Server, startServer, type Workspace } from './serve.js';

/** One command, by a client that finds the node that can answer. */
export type Ask = (...args: string[]) => Promise<ReturnType<typeof plain>>;

export interface AskedServerOptions {
  readonly place: Workspace;
  readonly portStart: number;
  readonly nodes: number;
  /** Default: the workspace's. */
  readonly data?: string;
}

/** Starts `raftkv serve`, runs `use`, and ends it with SIGINT. */
export async function withAskedServer(
  { place, portStart, nodes, data = place.data }: AskedServerOptions,
  use: (ask: Ask, server: Server) => Promise<void>,
): Promise<void> {
  const server = await startServer([place.config, '--data', data, '--nodes', String(nodes)]);
  const addresses = Array.from({ length: nodes }, (_, node) => ({
    host: '127.0.0.1',
    port: portStart + node,
  }));
  const client = new ClusterClient({ nodes: addresses, timeoutMs: 5_000, deadlineMs: 10_000 });
  try {
    await use(async (...args) => plain(await client.command(args)), server);
  } finally {
    client.close();
    await server.end('SIGINT');
  }
}
