/**
 * What the runtime and a node's thread say to each other, apart from frames: types only.
 *
 * @module
 */
import type { ClusterConfig } from '../config/cluster-config.js';
import type { UserAccount } from '../config/users.js';
import type { ControlRequest, ControlResult } from '../node/control.js';
import type { Mutation } from '../node/driver-options.js';
import type { RaftId } from '../raft/ids.js';
import type { SharedFileChange, SharedFiles } from '../storage/shared-memory-disk.js';
import type { DiskFault, KvResult } from './control.js';
import type { CommandResult } from './handle.js';
import type { NodeLifecycle } from './node-process.js';
import type { ClusterEventKind, ClusterStatus, GatewayCounters, RaftStatus } from './status.js';

export interface NodeAddress {
  readonly node: number;
  readonly host: string;
  readonly port: number;
}

export type DiskSpec =
  | { readonly kind: 'real'; readonly directory: string }
  /** Files on memory that outlives the thread. */
  | { readonly kind: 'memory'; readonly files: SharedFiles };

/** Everything a node needs to know at its start. */
export interface NodeSpec {
  readonly node: number;
  readonly incarnation: number;
  readonly clusterId: string;
  /** Members at the beginning of the log. */
  readonly founders: readonly RaftId[];
  readonly config: ClusterConfig;
  /** Who may use the gateway; none: no password is asked for. */
  readonly users: readonly UserAccount[];
  readonly addresses: readonly NodeAddress[];
  readonly disk: DiskSpec;
  readonly seed: number;
  readonly traceFile: string | null;
  readonly clock: ClockFault;
  readonly diskFault: DiskFault;
  readonly reportIntervalMs: number;
  readonly mutations: readonly Mutation[];
}

export interface ClockFault {
  readonly offsetMs: number;
  /** Seconds of the node's clock in a real second. */
  readonly rate: number;
}

/** What a node says of itself, several times a second. */
export interface NodeReport {
  readonly raft: RaftStatus;
  readonly heapBytes: number;
  readonly busy: number;
  readonly mailboxDepth: number;
  readonly clients: number;
  readonly keys: number;
  readonly dataBytes: number;
  readonly stateHash: string;
  readonly hashedIndex: number;
  readonly syncMsP50: number;
  readonly syncMsP99: number;
  /** Totals since the start. */
  readonly writes: number;
  readonly reads: number;
  /** Latencies of writes since the last report; null: there were none. */
  readonly writeLatency: Uint32Array | null;
  readonly gateway?: GatewayCounters;
}

/** From the node's thread, besides its lifecycle. */
export type NodeSignal =
  | { readonly kind: 'report'; readonly report: NodeReport }
  | { readonly kind: 'event'; readonly event: ClusterEventKind; readonly text: string }
  /** The gateway is open; the port is of its own choice when the address said 0. */
  | { readonly kind: 'listening'; readonly port: number }
  /** The memory disk changed its table of files. */
  | { readonly kind: 'file'; readonly change: SharedFileChange };

/** What the runtime may call of a node. */
export interface NodeApi extends NodeLifecycle {
  setClock(fault: ClockFault): void;
  setDisk(fault: DiskFault): void;
  setAddresses(addresses: readonly NodeAddress[]): void;
  /** Membership changes and transfers: only of the leader. */
  control(request: ControlRequest): Promise<ControlResult>;
  debug(variable: string): unknown;
  kv(args: readonly string[]): Promise<KvResult>;
}

/** What a node may call of the runtime, for the `CHAOS …` and cluster commands of its gateway. */
export interface NodeClusterApi {
  execute(line: string): Promise<CommandResult>;
  status(): ClusterStatus;
}
