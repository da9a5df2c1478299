/**
 * What can be read of a message between etcd's members without understanding all of it.
 *
 * A message is a protocol buffer `raftpb.Message`: https://github.com/etcd-io/etcd/blob/v3.4.23/raft/raftpb/raft.proto
 *
 * @module
 */
import { MESSAGE_KINDS, type MessageKind } from '../node/frame.js';

export interface PeerMessage {
  /** Position in `MESSAGE_KINDS`. */
  readonly kind: number;
  readonly name: MessageKind;
  readonly term: number;
  readonly index: number;
  readonly reject: boolean;
  /** Says only that the connection lives: it is not Raft's. */
  readonly isLinkHeartbeat: boolean;
}

/** `MessageType` of raft.proto, those that travel; in our words. */
const KINDS: ReadonlyMap<number, MessageKind> = new Map([
  [2, 'Propose'],
  [3, 'AppendEntries'],
  [4, 'AppendEntriesReply'],
  [5, 'RequestVote'],
  [6, 'RequestVoteReply'],
  [7, 'InstallSnapshot'],
  [8, 'Heartbeat'],
  [9, 'HeartbeatReply'],
  [13, 'TransferLeader'],
  [14, 'TimeoutNow'],
  [15, 'ReadIndex'],
  [16, 'ReadIndexReply'],
  [17, 'PreVote'],
  [18, 'PreVoteReply'],
]);

const HEARTBEAT = 8;

/** Null for a type that never travels, or bytes that are no message. */
export function peekMessage(bytes: Uint8Array): PeerMessage | null {
  const numbers = numberFields(bytes);
  if (numbers === null) return null;
  const [type = 0, to = 0, from = 0, term = 0] = [1, 2, 3, 4].map(field => numbers[field] ?? 0);
  const name = KINDS.get(type);
  if (name === undefined) return null;
  return {
    kind: MESSAGE_KINDS.indexOf(name),
    name,
    term,
    index: numbers[6] ?? 0,
    reject: numbers[10] === 1,
    isLinkHeartbeat: type === HEARTBEAT && to === 0 && from === 0,
  };
}

const VARINT = 0;
const LENGTH_DELIMITED = 2;

/** The fields that are whole numbers; ids beyond 2^53 come out inexact, which is enough to see whether they are 0. */
function numberFields(bytes: Uint8Array): readonly number[] | null {
  const numbers: number[] = [];
  const cursor = { at: 0 };
  while (cursor.at < bytes.length) {
    const tag = readVarint(bytes, cursor);
    const value = readVarint(bytes, cursor);
    if (tag === null || value === null) return null;
    const wireType = tag & 7;
    if (wireType === VARINT) numbers[tag >>> 3] = value;
    else if (wireType === LENGTH_DELIMITED) cursor.at += value;
    else return null;
  }
  return cursor.at === bytes.length ? numbers : null;
}

const LONGEST_VARINT = 10;

function readVarint(bytes: Uint8Array, cursor: { at: number }): number | null {
  let value = 0;
  let scale = 1;
  for (let length = 1; length <= LONGEST_VARINT; length++) {
    const byte = bytes[cursor.at];
    if (byte === undefined) return null;
    cursor.at++;
    value += (byte & 0x7f) * scale;
    scale *= 128;
    if (byte < 0x80) return value;
  }
  return null;
}
