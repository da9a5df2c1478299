/**
 * `raftkv serve`: a cluster without a terminal UI.
 *
 * @module
 */
import { Command, Option } from 'commander';
import { type ClusterConfig, nodeCountOf } from '../config/cluster-config.js';
import { loadLinkSecret } from '../config/link-secret.js';
import { loadUsers } from '../config/users.js';
import type { Cluster, ClusterOptions } from '../index.js';
import type { MetricsServer } from '../metrics/metrics-server.js';
import type { ClusterStatus } from '../runtime/status.js';
import { CONFIG_ARGUMENT_HELP, configOf, matrixOf, wholeNumber } from './arguments.js';
import { InvalidOperation, OperationFailed } from './cli-error.js';
import { type EtcdFlags, serveEtcd, withEtcdOptions } from './serve-etcd.js';
import { print, printError } from './terminal.js';

interface ServeFlags extends EtcdFlags {
  readonly engine: 'embedded' | 'etcd';
  readonly spawn?: number;
  readonly nodes?: number;
  readonly data?: string;
  readonly memory?: true;
  readonly matrix?: string;
  readonly seed?: number;
  readonly trace?: string;
  readonly host?: string;
  readonly redirect?: true;
  readonly reads?: ClusterConfig['reads'];
  readonly metricsPort?: number;
}

const DEFAULT_DATA_DIRECTORY = 'raftkv-data';

export const serveCommand = (): Command => withEtcdOptions(plainCommand()).action(serve);

const plainCommand = (): Command =>
  new Command('serve')
    .description('Start a cluster and serve Redis clients at the port of every node.')
    .argument('[config]', CONFIG_ARGUMENT_HELP)
    .option('--nodes <count>', 'number of nodes, whatever the config says', wholeNumber(1, 255))
    .option('--data <directory>', `where the nodes keep their data (default: ${DEFAULT_DATA_DIRECTORY})`)
    .option('--memory', 'keep everything in memory; it ends with the program')
    .option('--matrix <file>', 'connection matrix to begin with')
    .option('--seed <number>', 'seed of all random choices', wholeNumber(0, 4_294_967_295))
    .option('--trace <file>', 'append what the nodes do to a file, as JSON lines')
    .option('--redirect', 'followers answer -MOVED instead of handing commands to the leader')
    .addOption(
      new Option(
        '--reads <how>',
        'what a leader’s reads rely on: a majority asked anew, or its lease (clock rates less than 20 % apart)',
      ).choices(['read-index', 'lease']),
    )
    .option('--metrics-port <port>', 'HTTP port for /metrics and /health', wholeNumber(1, 65_535))
    .option('--host <name>', 'which server of the config this is: only its nodes are started')
    .addOption(
      new Option(
        '--engine <name>',
        'what stores the data: the nodes of this program, or an etcd that runs already or is started with --spawn',
      )
        .choices(['embedded', 'etcd'])
        .default('embedded'),
    )
    .option(
      '--spawn <count>',
      'with --engine etcd: start so many members of a real etcd, with faults between them',
      wholeNumber(1, 9),
    );

const serve = async (path: string | undefined, flags: ServeFlags): Promise<void> => {
  if (flags.memory && flags.data !== undefined) {
    throw new InvalidOperation('--memory and --data cannot both be given');
  }
  checkSpawn(flags);
  const { config } = configOf(path, flags.spawn ?? flags.nodes);
  const stopped = untilSignal();
  if (flags.engine === 'etcd' && flags.spawn === undefined) {
    checkForEtcd(flags);
    await serveEtcd(config, flags, stopped);
    return;
  }
  if (flags.endpoints !== undefined) throw new InvalidOperation('--endpoints needs --engine etcd');
  if (flags.spawn === undefined) checkHost(config, flags.host);
  const startedAt = performance.now();
  const start = await loadStart(flags);
  const cluster = await startUnlessStopped(start, optionsOf(config, flags), stopped);
  if (cluster === null) return;
  let metrics: MetricsServer | null = null;
  try {
    metrics = await openMetrics(config, flags, cluster);
    const status = await cluster.status();
    const ports = ownPorts(status, flags.host);
    print(
      `ready: ${flags.spawn === undefined ? '' : 'etcd, '}${nodesOnPorts(ports)}${ofHost(config, flags)}, ` +
        `leader ${status.leader ?? 'none'}, term ${status.term}, ${whereOf(flags)}, seed ${status.seed}, ` +
        `after ${((performance.now() - startedAt) / 1000).toFixed(1)} s`,
    );
    for (const { node, state, lastError } of status.nodes) {
      if (state === 'faulty') printError(`node ${node} takes no part: ${lastError}; see raftkv repair`);
    }
    await endOf(cluster, stopped);
  } finally {
    await metrics?.close();
    await cluster.stop();
  }
};

/** Loaded only here: commands that talk to a running cluster start faster without it. */
const loadStart = async ({ spawn }: ServeFlags): Promise<StartCluster> => {
  if (spawn === undefined) return (await import('../index.js')).startCluster;
  return (await import('../etcd-cluster/start-etcd-cluster.js')).startEtcdCluster;
};

/** Null: nothing is kept. */
const dataDirectoryOf = ({ spawn, memory, data }: ServeFlags): string | null =>
  memory ? null : (data ?? (spawn === undefined ? DEFAULT_DATA_DIRECTORY : null));

const whereOf = (flags: ServeFlags): string => {
  const directory = dataDirectoryOf(flags);
  if (directory !== null) return `data in ${directory}`;
  return flags.spawn === undefined ? 'in memory' : 'data kept until the end';
};

type StartCluster = (options: ClusterOptions) => Promise<Cluster>;

/** A host may wait for others as long as it takes; null: it was told to stop meanwhile. */
const startUnlessStopped = async (
  startCluster: StartCluster,
  options: ClusterOptions,
  stopped: Promise<NodeJS.Signals>,
): Promise<Cluster | null> => {
  const abort = new AbortController();
  let isStarting = true;
  void stopped.then(signal => {
    if (!isStarting) return;
    printError(`${signal}: stopping`);
    abort.abort();
  });
  try {
    return await startCluster({ ...options, onNotice: printError, signal: abort.signal });
  } catch (error) {
    if (!abort.signal.aborted) throw error;
    return null;
  } finally {
    isStarting = false;
  }
};

/** Of the nodes that run in this program. */
const ownPorts = ({ nodes }: ClusterStatus, host: string | undefined): readonly number[] =>
  nodes
    .filter(node => node.state !== 'removed' && (host === undefined || node.host === host))
    .map(({ port }) => port);

const nodesOnPorts = (ports: readonly number[]): string =>
  ports.length === 0
    ? 'no nodes'
    : `${ports.length} nodes on ports ${Math.min(...ports)}–${Math.max(...ports)}`;

const ofHost = (config: ClusterConfig, { host }: ServeFlags): string =>
  host === undefined ? '' : ` of ${host}, ${nodeCountOf(config)} on ${config.servers.length} hosts`;

const openMetrics = async (
  config: ClusterConfig,
  flags: ServeFlags,
  cluster: Cluster,
): Promise<MetricsServer | null> => {
  const port = flags.metricsPort ?? config.metricsPort;
  if (port === 0) return null;
  const { startMetricsServer } = await import('../metrics/metrics-server.js');
  try {
    const host = config.metricsHost;
    const server = await startMetricsServer({ host, port, status: () => cluster.status() });
    print(`metrics: http://${host}:${server.port}/metrics and /health`);
    return server;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new OperationFailed(`cannot serve metrics on port ${port}: ${why}`);
  }
};

const keptIn = (dataDirectory: string | null): Pick<ClusterOptions, 'dataDirectory'> =>
  dataDirectory === null ? {} : { dataDirectory };

const optionsOf = (config: ClusterConfig, flags: ServeFlags): ClusterOptions => ({
  config: {
    ...config,
    ...(flags.redirect ? { followerWrites: 'redirect' as const } : {}),
    ...(flags.reads === undefined ? {} : { reads: flags.reads }),
  },
  users: loadUsers(config, process.env),
  ...(flags.host === undefined ? {} : { host: flags.host, linkSecret: loadLinkSecret(config, process.env) }),
  ...keptIn(dataDirectoryOf(flags)),
  ...(flags.matrix === undefined ? {} : { matrix: matrixOf(flags.matrix, config) }),
  ...(flags.seed === undefined ? {} : { seed: flags.seed }),
  ...(flags.trace === undefined ? {} : { traceFile: flags.trace }),
});

/** What is about nodes of our own. */
const EMBEDDED_ONLY = [
  'nodes',
  'data',
  'memory',
  'matrix',
  'seed',
  'trace',
  'host',
  'redirect',
  'reads',
] as const;

const checkForEtcd = (flags: ServeFlags): void => {
  const given = EMBEDDED_ONLY.find(name => flags[name] !== undefined);
  if (given !== undefined) throw new InvalidOperation(`--${given} has no meaning with --engine etcd`);
};

/** What members of etcd do not know, or what is about an etcd that runs already. */
const NOT_SPAWNED = [
  'nodes',
  'trace',
  'host',
  'redirect',
  'reads',
  'endpoints',
  'port',
  'etcdPrefix',
  'etcdUser',
  'etcdTls',
  'etcdCa',
  'etcdCert',
  'etcdKey',
  'etcdMaxOperations',
] as const;

const checkSpawn = (flags: ServeFlags): void => {
  if (flags.spawn === undefined) return;
  if (flags.engine !== 'etcd') throw new InvalidOperation('--spawn needs --engine etcd');
  const given = NOT_SPAWNED.find(name => flags[name] !== undefined);
  if (given === undefined) return;
  const option = given.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`);
  throw new InvalidOperation(`--${option} has no meaning with --spawn`);
};

/** With several servers in the config each runs the nodes of one. */
const checkHost = ({ servers }: ClusterConfig, host: string | undefined): void => {
  if (host !== undefined && !servers.includes(host)) {
    throw new InvalidOperation(`--host: expected one of ${servers.join(', ')}, found ${host}`);
  }
  if (host === undefined && servers.length > 1) {
    throw new InvalidOperation(`--host: expected which of ${servers.join(', ')} this is, found nothing`);
  }
};

/** Settles at the first SIGINT or SIGTERM; a second one ends the program at once. */
const untilSignal = (): Promise<NodeJS.Signals> =>
  new Promise(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
  });

const endOf = async (cluster: Cluster, stopped: Promise<NodeJS.Signals>): Promise<void> => {
  const end = await Promise.race([stopped, cluster.ended]);
  if (end instanceof Error) throw new OperationFailed(`the cluster ended: ${end.message}`);
  if (end !== null) printError(`${end}: stopping`);
};
