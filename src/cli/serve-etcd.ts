/**
 * `raftkv serve --engine etcd`: the gateway alone, in front of an etcd cluster that runs already.
 *
 * @module
 */
import type { Command } from 'commander';
import type { ClusterConfig } from '../config/cluster-config.js';
import { loadUsers } from '../config/users.js';
import type { GatewayFacts } from '../metrics/gateway-metrics.js';
import type { MetricsServer } from '../metrics/metrics-server.js';
import { wholeNumber } from './arguments.js';
import { InvalidOperation, OperationFailed } from './cli-error.js';
import { type EtcdAccessFlags, etcdAccessOf, withEtcdAccess } from './etcd-flags.js';
import type { EtcdFront } from './etcd-front.js';
import { print, printError } from './terminal.js';

export interface EtcdFlags extends EtcdAccessFlags {
  readonly endpoints?: string;
  readonly port?: number;
  readonly metricsPort?: number;
}

export const withEtcdOptions = (command: Command): Command =>
  withEtcdAccess(
    command
      .option(
        '--endpoints <list>',
        'with --engine etcd: client addresses of its members, host:port,host:port',
      )
      .option(
        '--port <port>',
        'with --engine etcd: where to listen (default: port_start)',
        wholeNumber(0, 65_535),
      ),
  );

/** Serves until `stopped` settles. */
export const serveEtcd = async (
  config: ClusterConfig,
  flags: EtcdFlags,
  stopped: Promise<NodeJS.Signals>,
): Promise<void> => {
  if (flags.endpoints === undefined) throw new InvalidOperation('--engine etcd needs --endpoints or --spawn');
  const etcd = etcdAccessOf(flags.endpoints, flags, process.env);
  const { openEtcdFront } = await import('./etcd-front.js');
  const [host = 'localhost'] = config.servers;
  const port = flags.port ?? config.portStart;
  const front = await openEtcdFront({ etcd, host, port, config, users: loadUsers(config, process.env) });
  let metrics: MetricsServer | null = null;
  try {
    metrics = await openMetrics(front, config, flags);
    print(`ready: gateway at ${host}:${front.port} in front of ${shown(front)}`);
    printError(`${await stopped}: stopping`);
  } finally {
    await metrics?.close();
    await front.close();
  }
};

const openMetrics = async (
  front: EtcdFront,
  config: ClusterConfig,
  flags: EtcdFlags,
): Promise<MetricsServer | null> => {
  const port = flags.metricsPort ?? config.metricsPort;
  if (port === 0) return null;
  const { gatewayMetrics, hasLeader } = await import('../metrics/gateway-metrics.js');
  const { serveMetrics } = await import('../metrics/metrics-server.js');
  const facts = () => factsOf(front);
  try {
    const server = await serveMetrics(config.metricsHost, port, {
      metrics: () => gatewayMetrics(facts()),
      health: async () => {
        const isHealthy = hasLeader(facts());
        return { isHealthy, facts: { status: isHealthy ? 'ok' : 'no-leader', engine: 'etcd' } };
      },
    });
    print(`metrics: http://${config.metricsHost}:${server.port}/metrics and /health`);
    return server;
  } catch (error) {
    throw new OperationFailed(`cannot serve metrics on port ${port}: ${messageOf(error)}`);
  }
};

const factsOf = ({ gateway, engine }: EtcdFront): GatewayFacts => ({
  ...gateway.metrics(),
  conflicts: engine.conflicts,
  members: engine.members.map(member => ({
    endpoint: member.endpoint,
    isUp: member.reachable,
    isLeader: member.reachable && member.leader === member.member,
  })),
});

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const shown = ({ engine }: EtcdFront): string => {
  const reachable = engine.members.filter(member => member.reachable);
  const [first] = reachable;
  const version = first?.reachable === true ? first.version : '?';
  const endpoints = engine.members.map(({ endpoint }) => endpoint).join(', ');
  return `etcd ${version} at ${endpoints}, ${reachable.length} of ${engine.members.length} members reachable`;
};
