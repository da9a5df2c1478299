/**
 * What `startCluster` takes, and what it stands for when left out.
 *
 * @module
 */
import { totalmem } from 'node:os';
import { type ClusterConfig, DEFAULT_CONFIG, nodeCountOf, withNodeCount } from '../config/cluster-config.js';
import { loadLinkSecret } from '../config/link-secret.js';
import { loadUsers, type UserAccount } from '../config/users.js';
import { checkAwakeCores } from './awake-cores.js';
import type { HostsSpec } from './hosts/hosts-spec.js';
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
  /**
   * Heap of each node; a node beyond it crashes and is restarted. Default: its share of three quarters of the machine's memory, 2048
   * at least.
   */
  readonly maxHeapMb?: number;
  /** Which of the config's servers this is: only its nodes run here. Default: all nodes run in this process. */
  readonly host?: string;
  /** By which the config's servers know each other. Default: what the config's file says. */
  readonly linkSecret?: string | null;
  /** Told what people should read: which server is waited for, who is kept out and why. */
  readonly onNotice?: (text: string) => void;
  /** Ends the start, however far it is. */
  readonly signal?: AbortSignal;
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

const LEAST_HEAP_MB = 2_048;
const SHARE_OF_MEMORY = 0.75;

/** `nodes`: of this machine. */
const defaultHeapMb = (nodes: number): number =>
  Math.max(LEAST_HEAP_MB, Math.floor((totalmem() * SHARE_OF_MEMORY) / 2 ** 20 / nodes));

/** @throws RangeError for a number of nodes that cannot be, ControlError `bad-matrix`, `unsupported`, ConfigError */
export function resolveOptions(options: ClusterOptions): RuntimeSpec {
  const given = { ...LOCAL_CONFIG, ...options.config };
  const config = options.nodes === undefined ? given : withNodeCount(given, options.nodes);
  const nodes = nodeCountOf(config);
  if (config.idleCores === 'awake') checkAwakeCores();
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
    maxHeapMb: options.maxHeapMb ?? defaultHeapMb(options.host === undefined ? nodes : config.nodesPerServer),
    mutations: options.testMutations ?? [],
    hosts: options.host === undefined ? null : hostsOf(options.host, config, options.linkSecret),
  };
}

/** @throws RangeError, ConfigError */
function hostsOf(self: string, config: ClusterConfig, secret: string | null | undefined): HostsSpec {
  const { servers, portStart, linkTlsCertFile, linkTlsKeyFile, linkTlsCaFile } = config;
  if (!servers.includes(self)) throw new RangeError(`expected one of ${servers.join(', ')}, found ${self}`);
  if (portStart === 0) throw new RangeError('nodes on several hosts need ports that the others know');
  const tls = { certFile: linkTlsCertFile, keyFile: linkTlsKeyFile, caFile: linkTlsCaFile };
  return {
    self,
    secret: secret === undefined ? loadLinkSecret(config, {}) : secret,
    tls: linkTlsCertFile === '' ? null : tls,
  };
}
