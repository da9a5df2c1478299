/**
 * What a node says of itself. `raft` has the shape of the status stream's node report; nodes are 0-based indexes there.
 *
 * @module
 */
import { NONE, type RaftId } from '../raft/ids.js';
import type { Role } from '../raft/ready.js';
import type { ProgressStatus } from '../raft/status.js';
import type { NodeStorage } from '../storage/node-storage.js';
import type { NodeParts } from './node-parts.js';
import { nodeOf } from './peer-id.js';

const TAIL_ENTRIES = 32;

export interface FollowerProgress {
  readonly node: number;
  readonly state: 'probe' | 'replicate' | 'snapshot';
  readonly match: number;
  readonly next: number;
  readonly inflight: number;
  readonly active: boolean;
  readonly learner: boolean;
}

export interface RaftStatus {
  readonly role: Role;
  readonly term: number;
  /** Node that got this node's vote in `term`; null: none. */
  readonly vote: number | null;
  readonly leader: number | null;
  readonly firstIndex: number;
  readonly lastIndex: number;
  readonly lastTerm: number;
  readonly commit: number;
  readonly applied: number;
  readonly snapshotIndex: number;
  readonly electionElapsedMs: number;
  readonly electionTimeoutMs: number;
  readonly voters: readonly number[];
  readonly learners: readonly number[];
  readonly joint: boolean;
  /** Only on the leader. */
  readonly progress: readonly FollowerProgress[];
  /** Terms of the last entries, oldest first; the last one is `lastIndex`. */
  readonly tailTerms: readonly number[];
  /** Nodes whose votes a candidate has. */
  readonly votesGranted: readonly number[];
}

export interface DriverCounters {
  readonly mailboxDepth: number;
  /** Frames lost because the mailbox was full. */
  readonly framesLost: number;
  /** Messages dropped because they were malformed or not for this member. */
  readonly malformed: number;
  readonly messagesSent: number;
  /** Batches of clients without an outcome yet. */
  readonly proposals: number;
  readonly readsWaiting: number;
  /** Commands of clients applied, and commands read, since the start. */
  readonly writes: number;
  readonly reads: number;
  /** The disk is full: no writes are taken. */
  readonly readOnly: boolean;
  readonly unstoredBytes: number;
  readonly snapshotTransfers: number;
}

export interface DriverStatus extends DriverCounters {
  readonly raft: RaftStatus;
  /** This very member votes; false while only a former identity of the node does. */
  readonly isVoter: boolean;
  readonly keys: number;
  readonly dataBytes: number;
}

/** `malformed`: messages dropped by whoever takes frames apart. */
export function describeDriver(parts: NodeParts, malformed: number): DriverStatus {
  const { machine, mailbox, outbox, proposals, reads, applier, pipeline, snapshots } = parts;
  const { id, configuration } = parts.raft.status();
  return {
    raft: describeRaft(parts),
    isVoter: configuration.voters.includes(id),
    keys: machine.keyCount,
    dataBytes: machine.byteSize,
    mailboxDepth: mailbox.depth,
    framesLost: mailbox.overflowed,
    malformed,
    messagesSent: outbox.sent,
    proposals: proposals.count,
    readsWaiting: reads.waiting,
    writes: applier.writes,
    reads: reads.served,
    readOnly: pipeline.isFull,
    unstoredBytes: pipeline.unstoredBytes,
    snapshotTransfers: snapshots.transfers,
  };
}

function describeRaft({ raft, storage, machine, watch, options }: NodeParts): RaftStatus {
  const { tickMs } = options;
  const status = raft.status();
  const { configuration } = status;
  const tailTerms = termsOfTail(storage, status.firstIndex, status.lastIndex, status.term);
  return {
    role: status.role,
    term: status.term,
    vote: nodeOrNull(status.vote),
    leader: nodeOrNull(status.leader),
    firstIndex: status.firstIndex,
    lastIndex: status.lastIndex,
    lastTerm: tailTerms.at(-1) ?? storage.term(status.lastIndex) ?? 0,
    commit: status.commitIndex,
    applied: machine.lastApplied,
    snapshotIndex: storage.snapshot()?.index ?? 0,
    electionElapsedMs: watch.elapsedTicks * tickMs,
    electionTimeoutMs: watch.timeoutTicks * tickMs,
    voters: nodesOf(configuration.voters),
    learners: nodesOf([...configuration.learners, ...configuration.learnersNext]),
    joint: configuration.outgoing.length > 0,
    progress: status.progress.map(describeFollower),
    tailTerms,
    votesGranted: nodesOf([...watch.votesGranted]),
  };
}

function describeFollower(progress: ProgressStatus): FollowerProgress {
  return {
    node: nodeOf(progress.id),
    state: progress.state,
    match: progress.match,
    next: progress.next,
    inflight: progress.inflightMessages,
    active: progress.recentActive || progress.isSpared,
    learner: progress.isLearner,
  };
}

/** What is not in storage yet was appended in the current term. */
function termsOfTail(
  storage: NodeStorage,
  firstIndex: number,
  lastIndex: number,
  currentTerm: number,
): readonly number[] {
  const terms: number[] = [];
  for (let index = Math.max(firstIndex, lastIndex - TAIL_ENTRIES + 1); index <= lastIndex; index++) {
    terms.push(storage.term(index) ?? currentTerm);
  }
  return terms;
}

function nodeOrNull(id: RaftId): number | null {
  return id === NONE ? null : nodeOf(id);
}

function nodesOf(ids: readonly RaftId[]): readonly number[] {
  return [...new Set(ids.map(id => nodeOf(id) as number))].sort((a, b) => a - b);
}
