/**
 * Every message the core sends or receives, as one discriminated union.
 *
 * The set is that of etcd-io/raft under the names of the Raft paper. `from`/`to` are raft ids (`NONE` = 0).
 * `term` 0 marks a message that is local or forwarded and carries no term.
 *
 * @module
 */
import type { Entry } from './entry.js';
import type { RaftId } from './ids.js';
import type { Snapshot } from './snapshot.js';

interface Envelope {
  readonly from: RaftId;
  readonly to: RaftId;
  readonly term: number;
}

/** Paper, Figure 2, AppendEntries RPC: `entries` follow the entry `prevLogIndex`/`prevLogTerm`. */
export interface AppendEntries extends Envelope {
  readonly type: 'AppendEntries';
  readonly prevLogIndex: number;
  readonly prevLogTerm: number;
  readonly entries: readonly Entry[];
  readonly commit: number;
}

/** Accepted: the log matches the leader's up to `index`. Rejected: the hints let the leader back up by terms. */
export interface AppendEntriesReply extends Envelope {
  readonly type: 'AppendEntriesReply';
  readonly index: number;
  readonly reject: boolean;
  readonly hintIndex: number;
  readonly hintTerm: number;
}

/** Paper, Figure 2, RequestVote RPC. `forced` (leadership transfer) overrides leader stickiness (dissertation 4.2.3). */
export interface RequestVote extends Envelope {
  readonly type: 'RequestVote' | 'PreVote';
  readonly lastLogIndex: number;
  readonly lastLogTerm: number;
  readonly forced: boolean;
}

export interface RequestVoteReply extends Envelope {
  readonly type: 'RequestVoteReply' | 'PreVoteReply';
  readonly reject: boolean;
}

/** Carries only the description; the driver moves the bytes beside the core, in chunks. */
export interface InstallSnapshot extends Envelope {
  readonly type: 'InstallSnapshot';
  readonly snapshot: Snapshot;
}

/** `readSequence`: position of the newest unconfirmed ReadIndex request, 0 when there is none. */
export interface Heartbeat extends Envelope {
  readonly type: 'Heartbeat';
  readonly commit: number;
  readonly readSequence: number;
  /**
   * Says nothing but that the leader lives, to a member that has everything and has answered since the last quorum check: whoever
   * carries it may tell the member so (`Raft.hearLeader`) instead of giving it the message. Not sent along.
   */
  readonly quiet?: true;
}

export interface HeartbeatReply extends Envelope {
  readonly type: 'HeartbeatReply';
  readonly readSequence: number;
}

/** Leadership transfer (dissertation 3.10): the receiver campaigns at once. */
export interface TimeoutNow extends Envelope {
  readonly type: 'TimeoutNow';
}

/** A client's entries on their way to the leader. */
export interface Propose extends Envelope {
  readonly type: 'Propose';
  readonly entries: readonly Entry[];
}

/** `context` names the read; a driver never uses one twice (etcd issue 20418). */
export interface ReadIndexRequest extends Envelope {
  readonly type: 'ReadIndex';
  readonly context: string;
}

export interface ReadIndexReply extends Envelope {
  readonly type: 'ReadIndexReply';
  readonly index: number;
  readonly context: string;
}

/** `from` is the transferee, also when a follower forwards it. */
export interface TransferLeader extends Envelope {
  readonly type: 'TransferLeader';
}

/** What may cross a link between two nodes. */
export type PeerMessage =
  | AppendEntries
  | AppendEntriesReply
  | RequestVote
  | RequestVoteReply
  | InstallSnapshot
  | Heartbeat
  | HeartbeatReply
  | TimeoutNow
  | Propose
  | ReadIndexRequest
  | ReadIndexReply
  | TransferLeader;

/** Work for the append thread: make all of it durable, then deliver `responses` (to peers or back to the core). */
export interface StorageAppend extends Envelope {
  readonly type: 'StorageAppend';
  readonly entries: readonly Entry[];
  /** Term, vote and commit to store; null when the hard state did not change. */
  readonly hardState: HardState | null;
  readonly snapshot: Snapshot | null;
  readonly responses: readonly (PeerMessage | StorageAppendReply)[];
}

/** Everything up to `index`/`logTerm` is durable (0/0: no entry), and so is `snapshot` if given. */
export interface StorageAppendReply extends Envelope {
  readonly type: 'StorageAppendReply';
  readonly index: number;
  readonly logTerm: number;
  readonly snapshot: Snapshot | null;
}

/** Work for the apply thread: apply `entries` to the state machine, then deliver `responses`. */
export interface StorageApply extends Envelope {
  readonly type: 'StorageApply';
  readonly entries: readonly Entry[];
  readonly responses: readonly StorageApplyReply[];
}

export interface StorageApplyReply extends Envelope {
  readonly type: 'StorageApplyReply';
  readonly entries: readonly Entry[];
}

/** Triggers that a node gives itself; never accepted from a link. */
export type LocalMessage =
  | (Envelope & { readonly type: 'Hup' | 'Beat' | 'CheckQuorum' | 'Unreachable' | 'ForgetLeader' })
  | (Envelope & { readonly type: 'SnapshotStatus'; readonly reject: boolean });

export type StorageMessage = StorageAppend | StorageAppendReply | StorageApply | StorageApplyReply;

export type Message = PeerMessage | LocalMessage | StorageMessage;

/** What must be durable before an answer that depends on it leaves (paper, Figure 2, persistent state). */
export interface HardState {
  readonly term: number;
  readonly vote: RaftId;
  readonly commit: number;
}
