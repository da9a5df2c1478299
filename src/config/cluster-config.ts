/**
 * What a cluster is made of: servers, nodes, ports, timings and limits.
 *
 * Node index = server index × `nodesPerServer` + i; the node's port is `portStart` + i on that server.
 *
 * @module
 */

/** Node numbers fit the low byte of a raft id, with 0 left free. */
export const MAX_CONFIG_NODES = 255;

export interface ClusterConfig {
  /** Host names or addresses, in node order. */
  readonly servers: readonly string[];
  readonly nodesPerServer: number;
  readonly portStart: number;
  readonly heartbeatMs: number;
  /** A follower waits for a random time between the two before it asks for votes. */
  readonly electionTimeoutMinMs: number;
  readonly electionTimeoutMaxMs: number;
  /** How long one request may wait for its answer before its outcome counts as unknown. */
  readonly rpcTimeoutMs: number;
  readonly maxKeyBytes: number;
  readonly maxValueBytes: number;
  /** Connections one node accepts at the same time. */
  readonly maxClients: number;
  /** A node snapshots its state and shortens its log after so many entries. */
  readonly snapshotEntries: number;
  /** Keys and values may take so much in all; then writes that could add to them are refused. 0: no limit. */
  readonly dataLimitMb: number;
  /** What becomes of a node whose disk failed: left down for an operator, or started again from what is on its disk. */
  readonly afterDiskError: 'stay-down' | 'restart';
  /** What a follower does with a write: hand it to the leader, or answer `-MOVED`. */
  readonly followerWrites: 'forward' | 'redirect';
  /**
   * How the leader makes sure that a read is not stale: it asks a majority (ReadIndex), or it counts on its lease, which supposes
   * that no two nodes' clocks run at rates more than 20 % apart.
   */
  readonly reads: 'read-index' | 'lease';
  /**
   * What cores of this machine do while clients are served and they have nothing to do. Awake: threads start sooner, at the price of
   * power. Linux only, as root or with the right to write `/dev/cpu_dma_latency`. `auto`: awake where that may be done, the machine is
   * small, and clients call often.
   */
  readonly idleCores: 'auto' | 'sleep' | 'awake';
  /** Files, empty where there is none: the password of the user `default`; further users with their roles. */
  readonly passwordFile: string;
  readonly usersFile: string;
  /** PEM files of the gateways; with a certificate they speak TLS only. */
  readonly tlsCertFile: string;
  readonly tlsKeyFile: string;
  /** Who signed the gateways' certificates and, where clients must have one, theirs. */
  readonly tlsCaFile: string;
  /** `certified`: only clients with a certificate of the authority are let in. */
  readonly tlsClients: 'any' | 'certified';
  /** HTTP port for metrics and health; 0: none. */
  readonly metricsPort: number;
  /** Where that port is open. Nobody is asked for a password there, so by default to this machine only. */
  readonly metricsHost: string;
  /** Where each server listens for the other servers; 0: `portStart` + 10000. */
  readonly linkPort: number;
  /** Files, empty where there is none: the secret that servers share, and PEM files for TLS between them. */
  readonly linkSecretFile: string;
  readonly linkTlsCertFile: string;
  readonly linkTlsKeyFile: string;
  readonly linkTlsCaFile: string;
}

/** The original's defaults, which hold for keys a file leaves out; limits are ours. */
export const DEFAULT_CONFIG: ClusterConfig = {
  servers: ['localhost'],
  nodesPerServer: 5,
  portStart: 5001,
  heartbeatMs: 1000,
  electionTimeoutMinMs: 3000,
  electionTimeoutMaxMs: 5000,
  rpcTimeoutMs: 1000,
  maxKeyBytes: 64 * 1024,
  maxValueBytes: 8 * 1024 * 1024,
  maxClients: 10_000,
  snapshotEntries: 50_000,
  dataLimitMb: 0,
  afterDiskError: 'stay-down',
  followerWrites: 'forward',
  reads: 'read-index',
  idleCores: 'auto',
  passwordFile: '',
  usersFile: '',
  tlsCertFile: '',
  tlsKeyFile: '',
  tlsCaFile: '',
  tlsClients: 'any',
  metricsPort: 0,
  metricsHost: '127.0.0.1',
  linkPort: 0,
  linkSecretFile: '',
  linkTlsCertFile: '',
  linkTlsKeyFile: '',
  linkTlsCaFile: '',
};

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

export const nodeCountOf = (config: ClusterConfig): number => config.servers.length * config.nodesPerServer;

/** Where the gateway of each node listens, by node index. */
export const endpointsOf = (config: ClusterConfig): readonly Endpoint[] =>
  config.servers.flatMap(host =>
    Array.from({ length: config.nodesPerServer }, (_, i) => ({ host, port: config.portStart + i })),
  );

/** The server a node of the config begins on; one that is added later follows the last server. */
export const hostOfFounder = (config: ClusterConfig, node: number): string =>
  config.servers[Math.floor(node / config.nodesPerServer)] ?? config.servers.at(-1) ?? 'localhost';

/** Where a node that moved to another server listens: clear of the ports that the server's own nodes have. */
const MOVED_PORT_OFFSET = 256;

/** Where a node listens that lives on `host`. `portStart` 0: at a free port of the system's choice. */
export const nodeAddress = (config: ClusterConfig, node: number, host: string): Endpoint => {
  const founded = endpointsOf(config)[node];
  if (config.portStart === 0) return { host, port: 0 };
  if (founded === undefined) return { host, port: config.portStart + node };
  return founded.host === host ? founded : { host, port: config.portStart + MOVED_PORT_OFFSET + node };
};

/** As Redis' cluster bus: clear of the nodes' ports. */
const LINK_PORT_OFFSET = 10_000;

/** Where each server listens for the others. */
export const linkPortOf = ({ linkPort, portStart }: ClusterConfig): number =>
  linkPort === 0 ? portStart + LINK_PORT_OFFSET : linkPort;

/** Indexes of the nodes that run on the server of this name; empty when there is no such server. */
export const nodesOnServer = (config: ClusterConfig, server: string): readonly number[] => {
  const first = config.servers.indexOf(server) * config.nodesPerServer;
  return first < 0 ? [] : Array.from({ length: config.nodesPerServer }, (_, i) => first + i);
};

/**
 * The same cluster with `nodes` nodes in all, spread evenly over its servers.
 *
 * @throws RangeError when they cannot be spread so, or ports or node numbers run out
 */
export const withNodeCount = (config: ClusterConfig, nodes: number): ClusterConfig => {
  const servers = config.servers.length;
  if (!Number.isInteger(nodes) || nodes < 1 || nodes > MAX_CONFIG_NODES) {
    throw new RangeError(`expected a number of nodes 1–${MAX_CONFIG_NODES}, found ${nodes}`);
  }
  if (nodes % servers !== 0) {
    throw new RangeError(`${nodes} nodes cannot be spread evenly over ${servers} servers`);
  }
  if (config.portStart + nodes / servers - 1 > 65_535) {
    throw new RangeError(`${nodes} nodes from port ${config.portStart} on go past port 65535`);
  }
  return { ...config, nodesPerServer: nodes / servers };
};
