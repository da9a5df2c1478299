/**
 * Every message between two drivers: those of the Raft core, and those that the drivers exchange beside it.
 *
 * @module
 */
import type { RaftId } from '../raft/ids.js';
import type { PeerMessage } from '../raft/message.js';
import type { Snapshot } from '../raft/snapshot.js';

interface Envelope {
  readonly from: RaftId;
  readonly to: RaftId;
  /** Term of the sender, 0 where it does not matter. */
  readonly term: number;
}

/** A piece of a snapshot file. `transfer` is new for each attempt of a leader, so that late pieces are recognised. */
export interface SnapshotChunk extends Envelope {
  readonly type: 'SnapshotChunk';
  readonly transfer: number;
  readonly snapshot: Snapshot;
  readonly totalBytes: number;
  /** CRC-32 of the whole. */
  readonly checksum: number;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** `offset`: every byte before it has arrived; `totalBytes` of the chunk when the snapshot is complete. */
export interface SnapshotChunkReply extends Envelope {
  readonly type: 'SnapshotChunkReply';
  readonly transfer: number;
  readonly offset: number;
  /** The receiver does not want it: it is behind the receiver's log, or the file is damaged. */
  readonly refused: boolean;
}

/** This copy of the batch was not appended; another copy still may be. */
export interface ProposeRefused extends Envelope {
  readonly type: 'ProposeRefused';
  readonly epoch: number;
  readonly sequence: number;
}

/** Hash of the sender's applied state at `index`. */
export interface StateHash extends Envelope {
  readonly type: 'StateHash';
  readonly index: number;
  readonly hash: string;
}

/** From a leader whose applied membership, at `index`, does not have the receiver any more. Raft ids never return. */
export interface Removed extends Envelope {
  readonly type: 'Removed';
  readonly index: number;
}

export type NodeMessage =
  | PeerMessage
  | SnapshotChunk
  | SnapshotChunkReply
  | ProposeRefused
  | StateHash
  | Removed;
