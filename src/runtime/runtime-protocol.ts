/**
 * What the main thread and the runtime's thread say to each other: types only.
 *
 * @module
 */
import type { MessagePort } from 'node:worker_threads';
import type { ClusterConfig } from '../config/cluster-config.js';
import type { UserAccount } from '../config/users.js';
import type { Mutation } from '../node/driver-options.js';
import type { ClusterControl } from './control.js';
import type { CommandResult } from './handle.js';
import type { HostsSpec } from './hosts/hosts-spec.js';
import type { Matrix } from './matrix.js';
import type { RestartPolicy } from './restart-policy.js';

export type CommandSource = 'tui' | 'script' | 'gateway' | 'api';

/** `forget-at-restart`: a node in memory comes back without its disk, under its old name. */
export type TestMutation = Mutation | 'forget-at-restart';

export interface RuntimeSpec {
  /** Founding nodes of a new cluster. */
  readonly nodes: number;
  readonly config: ClusterConfig;
  /** Null: nothing is written to disk. */
  readonly dataDirectory: string | null;
  readonly seed: number;
  readonly traceFile: string | null;
  readonly matrix: Matrix | null;
  readonly restartPolicy: RestartPolicy;
  readonly users: readonly UserAccount[];
  /** Limit of each node's heap; a node beyond it crashes and is restarted. */
  readonly maxHeapMb: number;
  /** Rules every node breaks, for tests of tests. */
  readonly mutations: readonly TestMutation[];
  /** Null: all nodes run in this process. */
  readonly hosts: HostsSpec | null;
}

/** What people should read although no status shows it: before the cluster is known, for instance. */
export interface RuntimeNotice {
  readonly notice: string;
}

export interface RuntimeWorkerData {
  readonly spec: RuntimeSpec;
  /** The main thread calls the runtime. */
  readonly controlPort: MessagePort;
  /** Status snapshots to the main thread, which answers each before it gets the next; notices. */
  readonly statusPort: MessagePort;
}

/** What the main thread may call of the runtime. */
export interface RuntimeApi extends Omit<ClusterControl, 'matrix' | 'note'> {
  /** Resolves when every node's port is open. */
  start(): Promise<void>;
  /** Resolves when every node's thread has ended. */
  stop(): Promise<void>;
  execute(line: string, source: CommandSource): Promise<CommandResult>;
  /** Status snapshots at this interval from now on; null: none. */
  watch(intervalMs: number | null): void;
}
