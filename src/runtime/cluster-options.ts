/**
 * What `startCluster` takes, and what it stands for when left out.
 *
 * @module
 */
import { type ClusterConfig, DEFAULT_CONFIG, nodeCountOf, withNodeCount } from '../config/cluster-config.js';
import { loadUsers, type UserAccount } from '../config/users.js';
import { type Matrix, validateMatrix } from './matrix.js';
import { DEFAULT_RESTART_POLICY, type RestartPolicy } from './restart-policy.js';
import type { RuntimeSpec, TestMutation } from './runtime-protocol.js';

export interface ClusterOptions {
  /** Default: what the config says; without a config 3. */
  readonly nodes?: number;
  /** Default: threads on this machine, quick elections, ports chosen by the system. */
  readonly config?: Partial<ClusterConfig>;
  /** Directory for the nodes' data. Left out: everything lives in memory and ends with the cluster. */
  readonly dataDirectory?: string;
  /** Same seed, same random decisions of router and nodes. Default: a new one each time. */
  readonly seed?: number;
  /** Appends everything the nodes do to this file, one JSON object a line. */
  readonly traceFile?: string;
  /** Drop probabilities, row = sender, column = receiver. Default: none. */
  readonly matrix?: Matrix;
  readonly restartPolicy?: Partial<RestartPolicy>;
  /** Who may use the gateways. Default: whom the config's files name; none: no password is asked for. */
  readonly users?: readonly UserAccount[];
  /** Heap of each node; a node beyond it crashes and is restarted. Default 2048. */
  readonly maxHeapMb?: number;
  /** Resolve only when a leader is elected. Default true. */
  readonly waitForLeader?: boolean;
  /** @internal Rules every node breaks, to see that a test notices. */
  readonly testMutations?: readonly TestMutation[];
}

/** Timings that suit threads of one machine. */
export const LOCAL_CONFIG: ClusterConfig = {
  ...DEFAULT_CONFIG,
  servers: ['127.0.0.1'],
  nodesPerServer: 3,
  portStart: 0,
  heartbeatMs: 50,
  electionTimeoutMinMs: 150,
  electionTimeoutMaxMs: 300,
  rpcTimeoutMs: 2_000,
};

const DEFAULT_HEAP_MB = 2_048;

/** @throws RangeError for a number of nodes that cannot be, ControlError `bad-matrix`, ConfigError */
export function resolveOptions(options: ClusterOptions): RuntimeSpec {
  const given = { ...LOCAL_CONFIG, ...options.config };
  const config = options.nodes === undefined ? given : withNodeCount(given, options.nodes);
  const nodes = nodeCountOf(config);
  return {
    nodes,
    config,
    dataDirectory: options.dataDirectory ?? null,
    seed: options.seed ?? Math.floor(Math.random() * 0x1_0000_0000),
    traceFile: options.traceFile ?? null,
    matrix: options.matrix === undefined ? null : validateMatrix(options.matrix, nodes),
    restartPolicy: {
      ...DEFAULT_RESTART_POLICY,
      afterDiskError: config.afterDiskError === 'restart',
      ...options.restartPolicy,
    },
    users: options.users ?? loadUsers(config),
    maxHeapMb: options.maxHeapMb ?? DEFAULT_HEAP_MB,
    mutations: options.testMutations ?? [],
  };
}
