/**
 * The status stream: one plain snapshot of the whole cluster, at most 20 a second, never on the data path.
 * Terminal UI, command line, metrics and reports all read this.
 *
 * @module
 */
import type { FollowerProgress, RaftStatus } from '../node/driver-status.js';
import type { LinkFaults } from './link.js';

export type { FollowerProgress, RaftStatus };

/** `faulty`: down by policy (keeps crashing, or its disk cannot be trusted); `lastError` says why. */
export type NodeState = 'starting' | 'up' | 'paused' | 'down' | 'faulty' | 'removed';

/** Totals of a node's gateway since the node started, and what it holds now. */
export interface GatewayCounters {
  readonly connections: number;
  readonly rejectedConnections: number;
  /** Commands certainly not executed. */
  readonly refused: number;
  /** Commands whose outcome is unknown. */
  readonly unknown: number;
  readonly protocolErrors: number;
  readonly slowReadersClosed: number;
  readonly authFailures: number;
  readonly tlsFailures: number;
  readonly inFlightBytes: number;
  readonly heldInputBytes: number;
}

export interface NodeStatus {
  readonly node: number;
  readonly host: string;
  readonly port: number;
  readonly state: NodeState;
  /** The last report; of a dead or paused node it is as old as the fault. */
  readonly raft: RaftStatus | null;
  readonly sinceMs: number;
  readonly restarts: number;
  readonly lastError: string | null;
  readonly heapBytes: number;
  /** Share of the last interval in which the node's thread was busy, 0–1. */
  readonly busy: number;
  readonly mailboxDepth: number;
  readonly clients: number;
  readonly keys: number;
  readonly dataBytes: number;
  /** Hash of the state as the entries up to `hashedIndex` left it, hexadecimal. */
  readonly stateHash: string;
  /** Under load up to a second behind `raft.applied`. */
  readonly hashedIndex: number;
  readonly syncMsP50: number;
  readonly syncMsP99: number;
  readonly clockOffsetMs: number;
  readonly diskFault: string | null;
  /** Totals since the node started. */
  readonly writes: number;
  readonly reads: number;
  /** Absent until the node has reported. */
  readonly gateway?: GatewayCounters;
}

export interface LinkCounters {
  readonly sent: number;
  readonly delivered: number;
  readonly dropped: number;
  readonly delayed: number;
  readonly duplicated: number;
  readonly bytes: number;
}

export interface LinkStatus {
  readonly from: number;
  readonly to: number;
  readonly faults: LinkFaults;
  readonly counters: LinkCounters;
}

export type ClusterEventKind =
  | 'election'
  | 'leader'
  | 'step-down'
  | 'vote'
  | 'crash'
  | 'restart'
  | 'fault'
  | 'command'
  | 'snapshot'
  | 'membership'
  | 'kv'
  | 'alarm';

export interface ClusterEvent {
  /** Grows by one per event of this cluster. */
  readonly sequence: number;
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  readonly kind: ClusterEventKind;
  readonly node: number | null;
  readonly text: string;
}

export interface ClusterStatus {
  readonly atMs: number;
  readonly startedAtMs: number;
  readonly seed: number;
  readonly durable: boolean;
  readonly electionTimeoutMs: number;
  readonly heartbeatMs: number;
  readonly nodes: readonly NodeStatus[];
  /** Row-major, `nodes.length` squared, the diagonal included. */
  readonly links: readonly LinkStatus[];
  /** The leader with the highest term that a majority could follow; null: none. */
  readonly leader: number | null;
  readonly term: number;
  readonly commit: number;
  readonly quorum: number;
  readonly writesPerSecond: number;
  readonly readsPerSecond: number;
  readonly droppedPerSecond: number;
  readonly messagesPerSecond: number;
  /** Latency of writes at the gateways over the last second; 0 when there were none. */
  readonly latencyMsP50: number;
  readonly latencyMsP99: number;
  /** The newest events, oldest first, at most 200; readers go by `sequence`. */
  readonly events: readonly ClusterEvent[];
}
