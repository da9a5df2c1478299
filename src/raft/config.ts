/**
 * Settings of one Raft node.
 *
 * @module
 */
import { RaftError } from './errors.js';
import type { RaftId } from './ids.js';

/** What a caller gives; everything but the first four has a default. */
export interface RaftConfig {
  readonly id: RaftId;
  /** A follower that hears nothing for this many ticks (or more: `drawElectionTimeout`) campaigns. */
  readonly electionTicks: number;
  readonly heartbeatTicks: number;
  /** Randomized election timeout in ticks, drawn anew at every change of role; the usual rule is [E, 2E-1]. */
  readonly drawElectionTimeout: () => number;
  /** Index up to which the state machine has applied already (its snapshot or its own disk). Default 0. */
  readonly applied?: number;
  /** Ask whether an election could be won before raising the term (dissertation 9.6). Default true. */
  readonly preVote?: boolean;
  /** Leader steps down without a quorum; voters stick to a leader they hear (dissertation 6.2, 4.2.3). Default true. */
  readonly checkQuorum?: boolean;
  /**
   * How reads are confirmed. `lease-based` answers without a round of messages while the lease holds; it trusts that
   * clocks run equally fast and that no node restarts within an election timeout, and needs `checkQuorum`. Default `safe`.
   */
  readonly readOnly?: 'safe' | 'lease-based';
  /** Most bytes of entries in one AppendEntries, at least one entry. Default no limit. */
  readonly maxSizePerMessageBytes?: number;
  /** Most unacknowledged AppendEntries with entries per follower. Default 256. */
  readonly maxInflightMessages?: number;
  /** Most unacknowledged payload bytes per follower, checked before sending. Default no limit. */
  readonly maxInflightBytes?: number;
  /** Most payload bytes appended but not applied; more proposals are dropped. Default no limit. */
  readonly maxUncommittedBytes?: number;
  /** Most bytes of entries handed out for application and not yet applied. Default no limit. */
  readonly maxCommittedBytesPerReady?: number;
  /** Storage work travels as messages (see `ready.ts`). Default false. */
  readonly asyncStorageWrites?: boolean;
  /** A leader that its own change removed (or made a learner) becomes follower. Default true. */
  readonly stepDownOnRemoval?: boolean;
  /** Followers drop proposals instead of forwarding them. Default false. */
  readonly disableProposalForwarding?: boolean;
  /**
   * Followers learn a new commit index from the next AppendEntries with entries, and from an empty one of its own only when
   * nothing is on its way that will be committed next. Heartbeats tell it in any case. Default false: an empty one at once.
   */
  readonly deferCommitNotice?: boolean;
  /**
   * With `deferCommitNotice`: the empty one leaves at once only to members that wait for the commit (`Raft.awaitsCommit`, reads), and
   * while a membership change or a transfer is under way; to the others at the next tick. Default false.
   */
  readonly lazyCommitNotice?: boolean;
  /**
   * Most bytes of unacknowledged entries that are sent once more along with the next ones to a member whose messages get lost,
   * and by `Raft.resend`. Then what was lost is sent again at once, and sending goes on meanwhile. Default 0: after a loss one
   * message at a time until it is answered, the next try with the next heartbeat.
   */
  readonly repeatBytes?: number;
  /**
   * Between two quorum checks heartbeats that say nothing new are marked quiet also for members that have not answered since the last
   * one, as long as those that have to make a majority (`quorum-check.ts`). Default false.
   */
  readonly spareAnswers?: boolean;
  /**
   * New entries leave at once only for as many voters as make a majority; for the others with the next tick, or when this many bytes
   * of payload wait for them (`thrift.ts`). Needs `checkQuorum`. Default 0: at once for everyone.
   */
  readonly thriftyBytes?: number;
  /** Append membership changes unchecked. Only for tests. Default false. */
  readonly disableConfChangeValidation?: boolean;
}

export type ResolvedConfig = Required<RaftConfig>;

const POSITIVE = [
  'id',
  'electionTicks',
  'heartbeatTicks',
  'maxSizePerMessageBytes',
  'maxInflightMessages',
  'maxInflightBytes',
  'maxUncommittedBytes',
  'maxCommittedBytesPerReady',
] as const;

/**
 * Fills in the defaults.
 * @throws RaftError `invalid-config`
 */
export function resolveConfig(config: RaftConfig): ResolvedConfig {
  const resolved: ResolvedConfig = {
    applied: 0,
    preVote: true,
    checkQuorum: true,
    readOnly: 'safe',
    maxSizePerMessageBytes: Number.POSITIVE_INFINITY,
    maxInflightMessages: 256,
    maxInflightBytes: Number.POSITIVE_INFINITY,
    maxUncommittedBytes: Number.POSITIVE_INFINITY,
    maxCommittedBytesPerReady: Number.POSITIVE_INFINITY,
    asyncStorageWrites: false,
    stepDownOnRemoval: true,
    disableProposalForwarding: false,
    deferCommitNotice: false,
    lazyCommitNotice: false,
    repeatBytes: 0,
    spareAnswers: false,
    thriftyBytes: 0,
    disableConfChangeValidation: false,
    ...config,
  };
  for (const name of POSITIVE) {
    if (!(resolved[name] > 0)) throw new RaftError('invalid-config', `${name} must be positive`);
  }
  if (resolved.electionTicks <= resolved.heartbeatTicks) {
    throw new RaftError('invalid-config', 'electionTicks must be greater than heartbeatTicks');
  }
  if (resolved.readOnly === 'lease-based' && !resolved.checkQuorum) {
    throw new RaftError('invalid-config', 'lease-based reads need checkQuorum');
  }
  return resolved;
}
