/**
 * What one node sends to one other node in one turn: encoded messages, cut so that the router can drop, delay,
 * duplicate or filter each of them without decoding it.
 *
 * @module
 */
import type { RaftId } from '../raft/ids.js';
import type { NodeIndex } from './peer-id.js';

/**
 * Message `i` is of kind `MESSAGE_KINDS[kinds[i]]` and is `body[ends[i - 1] ?? 0 .. ends[i]]`. Plain arrays: a typed array costs
 * several microseconds each time it passes from thread to thread.
 */
export interface Frame {
  readonly from: NodeIndex;
  readonly to: NodeIndex;
  readonly kinds: readonly number[];
  readonly ends: readonly number[];
  /** Owns its whole ArrayBuffer, so that it can be transferred. */
  readonly body: Uint8Array;
  /** The frame is one quiet heartbeat: a follower of this leader may be told of it in another way. */
  readonly quiet?: QuietHeartbeat;
}

export interface QuietHeartbeat {
  readonly leader: RaftId;
  readonly term: number;
}

/** Position in this list is the number on the wire; the names are what `filter FROM TO TYPE` takes. */
export const MESSAGE_KINDS = [
  'AppendEntries',
  'AppendEntriesReply',
  'RequestVote',
  'RequestVoteReply',
  'PreVote',
  'PreVoteReply',
  'Heartbeat',
  'HeartbeatReply',
  'InstallSnapshot',
  'SnapshotChunk',
  'SnapshotChunkReply',
  'TimeoutNow',
  'Propose',
  'ProposeRefused',
  'ReadIndex',
  'ReadIndexReply',
  'TransferLeader',
  'StateHash',
  'Removed',
] as const;

export type MessageKind = (typeof MESSAGE_KINDS)[number];
