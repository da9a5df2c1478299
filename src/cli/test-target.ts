/**
 * What a test runs against: a cluster of its own, one that runs already, or another Redis-protocol server.
 *
 * @module
 */
import { type ClientReply, connect, type NodeAddress, plain } from '../client/index.js';
import { clientAccess } from '../config/client-access.js';
import { endpointsOf } from '../config/cluster-config.js';
import type { Access, ClusterControls, ClusterUnderTest } from '../harness/cluster-under-test.js';
import type { Cluster, ClusterOptions } from '../index.js';
import type { ClusterStatus } from '../runtime/status.js';
import { configOf } from './arguments.js';
import { AttachedControls } from './attached-controls.js';
import { InvalidOperation, OperationFailed } from './cli-error.js';
import { isClusterStatus, parseStatus } from './gateway-status.js';

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

const CONNECT_TIMEOUT_MS = 2_000;
const DEFAULT_REDIS_PORT = 6_379;

/** @throws InvalidOperation for a bad address, OperationFailed when nobody answers */
export const openTarget = async (flags: TargetFlags, own: ClusterOptions): Promise<OpenTarget> => {
  const given = [flags.config, flags.connect, flags.target].filter(value => value !== undefined);
  if (given.length > 1) throw new InvalidOperation('give one of --config, --connect and --target');
  if (flags.target !== undefined) return openServer(flags.target);
  if (flags.config !== undefined) {
    const { config } = configOf(flags.config);
    const access = clientAccess(config, process.env);
    return attach(await firstAnswer(endpointsOf(config), access), access);
  }
  if (flags.connect !== undefined) {
    const access = clientAccess(null, process.env);
    return attach(await nodesBehind(addressOf(flags.connect), access), access);
  }
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
      access: {},
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

/** The nodes as the config says, once one of them answers. @throws OperationFailed as the first one did */
const firstAnswer = async (
  nodes: readonly NodeAddress[],
  access: Access,
): Promise<readonly NodeAddress[]> => {
  let firstError: unknown;
  for (const node of nodes) {
    try {
      await askOnce(node, ['PING'], access);
      return nodes;
    } catch (error) {
      firstError ??= error;
    }
  }
  throw firstError;
};

const attach = (nodes: readonly NodeAddress[], access: Access): OpenTarget => {
  const controls = new AttachedControls(nodes, access);
  return {
    cluster: {
      label: `cluster of ${nodes.length} nodes at ${nameOf(nodes[0])}`,
      nodes,
      controls,
      swap: 'ifeq',
      access,
    },
    livesOn: true,
    close: async () => controls.close(),
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
const nodesBehind = async (address: NodeAddress, access: Access): Promise<readonly NodeAddress[]> => {
  const reply = await askOnce(address, ['RAFT', 'STATUS'], access);
  const status = parseStatus(String(plain(reply)));
  if (isClusterStatus(status)) return addressesOf(status);
  const url = `redis://${nameOf(address)}`;
  throw new OperationFailed(
    `${nameOf(address)} is a gateway in front of ${status.engine}: give it as --target ${url}`,
  );
};

const askOnce = async (node: NodeAddress, args: readonly string[], access: Access): Promise<ClientReply> => {
  try {
    const connection = await connect({ ...access, ...node, timeoutMs: CONNECT_TIMEOUT_MS });
    try {
      return await connection.command(args);
    } finally {
      connection.close();
    }
  } catch (error) {
    throw new OperationFailed(error instanceof Error ? error.message : String(error));
  }
};

/** `redis://[[USER]:PASSWORD@]HOST[:PORT]`; `rediss:` encrypts. */
const openServer = async (text: string): Promise<OpenTarget> => {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isKnown = url?.protocol === 'redis:' || url?.protocol === 'rediss:';
  if (url === null || !isKnown || url.hostname === '') {
    throw new InvalidOperation(`--target: expected redis://HOST:PORT, found ${withoutPassword(text)}`);
  }
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const node: NodeAddress = { host, port: Number(url.port || DEFAULT_REDIS_PORT) };
  const access = accessOf(url);
  await askOnce(node, ['PING'], access);
  return {
    cluster: { label: `server at ${nameOf(node)}`, nodes: [node], controls: null, swap: 'watch', access },
    livesOn: true,
    close: async () => undefined,
  };
};

/** A word of a command line as it may be shown: who to be at a server is left out. */
export const withoutPassword = (text: string): string => text.replace(/(\brediss?:\/\/)[^@]*@/, '$1…@');

/** Who to be is said by the address alone: this cluster's own password is nothing for others' servers. */
const accessOf = (url: URL): Access => {
  const { tls = {} } = url.protocol === 'rediss:' ? clientAccess(null, process.env) : {};
  return {
    ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
    ...(url.protocol === 'rediss:' ? { tls } : {}),
  };
};
