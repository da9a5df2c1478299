/**
 * What is stored. Structurally the same as the core's types, declared again because storage imports nothing.
 *
 * @module
 */
export type RaftId = number & { readonly __brand: 'RaftId' };

export type EntryType = 'normal' | 'conf-change' | 'conf-change-v2';

export interface Entry {
  readonly index: number;
  readonly term: number;
  readonly type: EntryType;
  readonly data: Uint8Array;
}

/**
 * Raft paper, Figure 2, persistent state, plus the commit index (an optimization: it need not be durable).
 */
export interface HardState {
  readonly term: number;
  readonly vote: RaftId;
  readonly commit: number;
}

export interface ConfState {
  readonly voters: readonly RaftId[];
  readonly outgoing: readonly RaftId[];
  readonly learners: readonly RaftId[];
  readonly learnersNext: readonly RaftId[];
  readonly autoLeave: boolean;
}

export interface Snapshot {
  readonly index: number;
  readonly term: number;
  readonly confState: ConfState;
}

/** Whose directory this is: stamped into every file, so that files of another node or cluster are refused. */
export interface StorageIdentity {
  /** 1–40 printable ASCII characters. */
  readonly clusterId: string;
  /** 0-based node index. */
  readonly node: number;
  /** Grows each time the node begins again with an empty directory. */
  readonly incarnation: number;
  readonly raftId: RaftId;
}
