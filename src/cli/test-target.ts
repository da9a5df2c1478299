/**
 * What a test runs against: a cluster of its own, one that runs already, or another Redis-protocol server.
 *
 * @module
 */
import { type ClientReply, ClusterClient, connect, type NodeAddress, plain } from '../client/index.js';
import { endpointsOf } from '../config/cluster-config.js';
import type { ClusterControls, ClusterUnderTest, ObservedStatus } from '../harness/cluster-under-test.js';
import type { Cluster, ClusterOptions } from '../index.js';
import type { ClusterStatus } from '../runtime/status.js';
import { configOf } from './arguments.js';
import { InvalidOperation, OperationFailed } from './cli-error.js';

export interface TargetFlags {
  readonly config?: string;
  readonly connect?: string;
  readonly target?: string;
  readonly trace?: string;
  readonly data?: string;
}

export interface OpenTarget {
  readonly cluster: ClusterUnderTest;
  /** True: keys of the test must not stay. */
  readonly livesOn: boolean;
  close(): Promise<void>;
}

const ASK_TIMEOUT_MS = 40_000;
const CONNECT_TIMEOUT_MS = 2_000;

/** @throws InvalidOperation for a bad address, OperationFailed when nobody answers */
export const openTarget = async (flags: TargetFlags, own: ClusterOptions): Promise<OpenTarget> => {
  const given = [flags.config, flags.connect, flags.target].filter(value => value !== undefined);
  if (given.length > 1) throw new InvalidOperation('give one of --config, --connect and --target');
  if (flags.target !== undefined) return openServer(flags.target);
  if (flags.config !== undefined) return attach(endpointsOf(configOf(flags.config).config));
  if (flags.connect !== undefined) return attach(await nodesBehind(addressOf(flags.connect)));
  return startOwn(own);
};

const startOwn = async (options: ClusterOptions): Promise<OpenTarget> => {
  const { startCluster } = await import('../index.js');
  const cluster = await startCluster(options);
  const status = await cluster.status();
  const where = options.dataDirectory === undefined ? 'in memory' : 'on disk';
  return {
    cluster: {
      label: `${status.nodes.length} nodes of its own, ${where}`,
      nodes: addressesOf(status),
      controls: controlsOf(cluster),
      swap: 'ifeq',
    },
    livesOn: false,
    close: () => cluster.stop(),
  };
};

const addressesOf = ({ nodes }: Pick<ClusterStatus, 'nodes'>): readonly NodeAddress[] =>
  nodes.filter(({ state }) => state !== 'removed').map(({ host, port }) => ({ host, port }));

const controlsOf = (cluster: Cluster): ClusterControls => ({
  execute: async line => {
    const { kind, text } = await cluster.execute(line, 'script');
    return { ok: kind === 'done', text };
  },
  status: () => cluster.status(),
});

const attach = (nodes: readonly NodeAddress[]): OpenTarget => {
  const asker = new ClusterClient({ nodes, timeoutMs: ASK_TIMEOUT_MS, deadlineMs: ASK_TIMEOUT_MS });
  const watcher = new ClusterClient({ nodes, timeoutMs: 1_000, deadlineMs: 1_000 });
  const controls: ClusterControls = {
    execute: async line => {
      const outcome = await asker.execute(['CHAOS', line]);
      if (outcome.kind === 'ok') return { ok: true, text: String(plain(outcome.reply)) };
      return { ok: false, text: outcome.error.message };
    },
    status: async () => {
      const outcome = await watcher.execute(['RAFT', 'STATUS']);
      return outcome.kind === 'ok' ? (JSON.parse(String(plain(outcome.reply))) as ObservedStatus) : null;
    },
  };
  return {
    cluster: {
      label: `cluster of ${nodes.length} nodes at ${nameOf(nodes[0])}`,
      nodes,
      controls,
      swap: 'ifeq',
    },
    livesOn: true,
    close: async () => {
      asker.close();
      watcher.close();
    },
  };
};

const nameOf = (node: NodeAddress | undefined): string =>
  node === undefined ? '?' : `${node.host}:${node.port}`;

const addressOf = (text: string): NodeAddress => {
  const match = /^(.+):(\d+)$/.exec(text);
  const port = Number(match?.[2]);
  if (match?.[1] === undefined || port < 1 || port > 65_535) {
    throw new InvalidOperation(`--connect: expected HOST:PORT, found ${text}`);
  }
  return { host: match[1], port };
};

/** All nodes of the cluster one of whose nodes is at this address. */
const nodesBehind = async (address: NodeAddress): Promise<readonly NodeAddress[]> => {
  const reply = await askOnce(address, ['RAFT', 'STATUS']);
  const status = JSON.parse(String(plain(reply))) as ClusterStatus;
  return addressesOf(status);
};

const askOnce = async (
  node: NodeAddress,
  args: readonly string[],
  password?: string,
): Promise<ClientReply> => {
  try {
    const connection = await connect({
      ...node,
      timeoutMs: CONNECT_TIMEOUT_MS,
      ...(password === undefined ? {} : { password }),
    });
    try {
      return await connection.command(args);
    } finally {
      connection.close();
    }
  } catch (error) {
    throw new OperationFailed(error instanceof Error ? error.message : String(error));
  }
};

/** `redis://[[USER:]PASSWORD@]HOST[:PORT]`. */
const openServer = async (text: string): Promise<OpenTarget> => {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== 'redis:' || url.hostname === '') {
    throw new InvalidOperation(`--target: expected redis://HOST:PORT, found ${text}`);
  }
  const node: NodeAddress = { host: url.hostname, port: Number(url.port || 6379) };
  const password = url.password === '' ? undefined : decodeURIComponent(url.password);
  await askOnce(node, ['PING'], password);
  return {
    cluster: {
      label: `server at ${nameOf(node)}`,
      nodes: [node],
      controls: null,
      swap: 'watch',
      ...(password === undefined ? {} : { password }),
    },
    livesOn: true,
    close: async () => undefined,
  };
};
