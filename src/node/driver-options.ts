/**
 * Settings of a driver, with defaults and limits.
 *
 * @module
 */
import type { RaftId } from '../raft/ids.js';
import { NodeError } from './node-error.js';
import type { NodeIndex } from './peer-id.js';

/** Rules that a test may switch off, to see that its checks notice. Never set in production. */
export type Mutation =
  /** A vote leaves before it is durable. */
  | 'vote-before-sync'
  /** Entries are acknowledged before they are durable. */
  | 'ack-before-sync'
  /** A leader answers reads at its commit index without asking anybody. */
  | 'read-without-quorum'
  /** Every ReadIndex request of a node has the same context. */
  | 'reuse-read-context'
  /** Reads are answered before the replica has applied up to the read index. */
  | 'read-before-apply'
  /** Snapshots carry the membership of the start instead of the current one. */
  | 'stale-membership-in-snapshot';

export interface DriverOptions {
  readonly node: NodeIndex;
  readonly raftId: RaftId;
  /** Start count of the node's directory: no two lives of a raft id share it. */
  readonly epoch: number;
  readonly tickMs: number;
  readonly electionTicks: number;
  /** Largest election timeout that is drawn; `electionTicks` is the smallest. Default 2 × `electionTicks` - 1. */
  readonly electionTicksMax?: number;
  readonly heartbeatTicks: number;
  readonly limits?: Partial<DriverLimits>;
  /** Lets `lease` reads skip the quorum round; costs a first election timeout without voting after each start. */
  readonly leaseReads?: boolean;
  /**
   * Followers nobody waits at may learn of a commit with the next tick, when there is nothing else to tell them (`lazyCommitNotice` of the
   * core). Default true.
   */
  readonly lazyCommitNotice?: boolean;
  readonly mutations?: ReadonlySet<Mutation>;
}

/** What is not a limit of memory is in ticks, so that a driver counts time only in `tick` calls. */
export interface DriverLimits {
  /** Frames waiting for a turn; more are lost, as on a link. */
  readonly mailboxFrames: number;
  /** Batches and reads of clients that are waiting or under way; more are refused `overloaded`. */
  readonly clientBatches: number;
  readonly clientBytes: number;
  /** A single batch above this is refused `too-large`. */
  readonly batchBytes: number;
  /** Batches sent to a leader and not yet applied; the others wait here. Below the state machine's window. */
  readonly proposalsInFlight: number;
  readonly proposalTimeoutTicks: number;
  readonly readTimeoutTicks: number;
  readonly readContextsInFlight: number;
  /** Commands applied in one turn before messages are looked at again. */
  readonly applyCommandsPerTurn: number;
  /** Bytes of committed entries taken out of the log and not yet applied; after a start that may be a whole log. */
  readonly unappliedBytes: number;
  /** Most bytes of entries in one AppendEntries. */
  readonly messageBytes: number;
  readonly inflightMessages: number;
  /** Bytes of entries on their way to one follower: what one turn may have to read back and encode when it returns. */
  readonly inflightBytes: number;
  /** Bytes of unacknowledged entries that go along with the next ones over a link that loses messages. */
  readonly repeatBytes: number;
  /** Bytes of entries that a follower gets at once although its acknowledgement is not needed; fewer wait for the next tick. */
  readonly thriftyBytes: number;
  /** Unapplied bytes in the leader's log; more proposals wait. */
  readonly uncommittedBytes: number;
  /** Storage work handed out and not yet durable; above it AppendEntries and proposals are not taken. */
  readonly unstoredBytes: number;
  /** A snapshot is made when this much was applied since the last one. */
  readonly snapshotLogBytes: number;
  readonly snapshotLogEntries: number;
  /** Entries kept behind a snapshot for slow followers. */
  readonly logTailEntries: number;
  readonly snapshotChunkBytes: number;
  readonly snapshotChunksInFlight: number;
  /** Bytes of a new snapshot written in one turn. */
  readonly snapshotSliceBytes: number;
  /** State hashes are compared at indexes divisible by this. */
  readonly stateHashEvery: number;
}

export const DEFAULT_DRIVER_LIMITS: DriverLimits = {
  mailboxFrames: 4096,
  clientBatches: 8192,
  clientBytes: 64 * 1024 * 1024,
  batchBytes: 16 * 1024 * 1024,
  proposalsInFlight: 512,
  proposalTimeoutTicks: 0,
  readTimeoutTicks: 0,
  readContextsInFlight: 4,
  applyCommandsPerTurn: 4096,
  unappliedBytes: 1024 * 1024,
  messageBytes: 1024 * 1024,
  inflightMessages: 256,
  inflightBytes: 4 * 1024 * 1024,
  repeatBytes: 64 * 1024,
  thriftyBytes: 64 * 1024,
  uncommittedBytes: 64 * 1024 * 1024,
  unstoredBytes: 64 * 1024 * 1024,
  snapshotLogBytes: 64 * 1024 * 1024,
  snapshotLogEntries: 100_000,
  logTailEntries: 5_000,
  snapshotChunkBytes: 256 * 1024,
  snapshotChunksInFlight: 4,
  snapshotSliceBytes: 256 * 1024,
  stateHashEvery: 256,
};

/** Requests wait this many election timeouts when nothing else is set: an election and a try after it. */
const TIMEOUT_ELECTIONS = 6;

export type ResolvedOptions = Required<Omit<DriverOptions, 'limits'>> & { readonly limits: DriverLimits };

/** @throws NodeError `invalid-option` */
export function resolveOptions(options: DriverOptions): ResolvedOptions {
  const { electionTicks, heartbeatTicks, tickMs, epoch } = options;
  const limits = { ...DEFAULT_DRIVER_LIMITS, ...options.limits };
  const timeoutTicks = electionTicks * TIMEOUT_ELECTIONS;
  const resolved: ResolvedOptions = {
    leaseReads: false,
    lazyCommitNotice: true,
    electionTicksMax: 2 * electionTicks - 1,
    mutations: new Set(),
    ...options,
    limits: {
      ...limits,
      proposalTimeoutTicks: limits.proposalTimeoutTicks || timeoutTicks,
      readTimeoutTicks: limits.readTimeoutTicks || timeoutTicks,
    },
  };
  for (const [name, value] of Object.entries({ ...resolved.limits, tickMs, epoch, heartbeatTicks })) {
    if (!(value > 0)) throw new NodeError('invalid-option', `${name} must be positive, not ${value}`);
  }
  if (electionTicks <= heartbeatTicks) {
    throw new NodeError('invalid-option', 'electionTicks must be greater than heartbeatTicks');
  }
  if (resolved.electionTicksMax < electionTicks) {
    throw new NodeError('invalid-option', 'electionTicksMax must not be less than electionTicks');
  }
  return resolved;
}
