/**
 * Binary form of the messages between nodes. The kind is not in the bytes: the frame carries it, for the router.
 *
 * Every message starts with `from` u32, `to` u32, `term` u53. An entry's data is copied once, when it is encoded; decoded
 * entries are views of the frame.
 *
 * @module
 */
import type { Entry, EntryType } from '../raft/entry.js';
import { type RaftId, raftId } from '../raft/ids.js';
import type { ConfState, Snapshot } from '../raft/snapshot.js';
import { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { MESSAGE_KINDS, type MessageKind } from './frame.js';
import type { NodeMessage } from './messages.js';
import { NodeError } from './node-error.js';

const ENTRY_TYPES = ['normal', 'conf-change', 'conf-change-v2'] as const satisfies readonly EntryType[];
const ENTRY_HEAD_BYTES = 13;
const CONTEXT_LENGTH_MAX = 128;
const HASH_LENGTH_MAX = 64;

const KIND_NUMBERS = new Map<MessageKind, number>(MESSAGE_KINDS.map((kind, i) => [kind, i]));

export function kindNumber(kind: MessageKind): number {
  const number = KIND_NUMBERS.get(kind);
  if (number === undefined) throw new NodeError('malformed-message', `unknown kind ${kind}`);
  return number;
}

/** Appends the message to `out`. */
export function encodeMessage(out: ByteWriter, message: NodeMessage): void {
  out.u32(message.from);
  out.u32(message.to);
  out.u53(message.term);
  encodeFields(out, message);
}

function encodeFields(out: ByteWriter, message: NodeMessage): void {
  switch (message.type) {
    case 'AppendEntries':
      out.u53(message.prevLogIndex);
      out.u53(message.prevLogTerm);
      out.u53(message.commit);
      encodeEntries(out, message.entries);
      return;
    case 'AppendEntriesReply':
      out.u53(message.index);
      out.u8(message.reject ? 1 : 0);
      out.u53(message.hintIndex);
      out.u53(message.hintTerm);
      return;
    case 'RequestVote':
    case 'PreVote':
      out.u53(message.lastLogIndex);
      out.u53(message.lastLogTerm);
      out.u8(message.forced ? 1 : 0);
      return;
    case 'RequestVoteReply':
    case 'PreVoteReply':
      out.u8(message.reject ? 1 : 0);
      return;
    case 'Heartbeat':
      out.u53(message.commit);
      out.u53(message.readSequence);
      return;
    case 'HeartbeatReply':
      out.u53(message.readSequence);
      return;
    case 'InstallSnapshot':
      encodeSnapshot(out, message.snapshot);
      return;
    case 'SnapshotChunk':
      out.u53(message.transfer);
      encodeSnapshot(out, message.snapshot);
      out.u53(message.totalBytes);
      out.u32(message.checksum);
      out.u53(message.offset);
      out.bytes(message.bytes);
      return;
    case 'SnapshotChunkReply':
      out.u53(message.transfer);
      out.u53(message.offset);
      out.u8(message.refused ? 1 : 0);
      return;
    case 'TimeoutNow':
    case 'TransferLeader':
      return;
    case 'Propose':
      encodeEntries(out, message.entries);
      return;
    case 'ProposeRefused':
      out.u53(message.epoch);
      out.u53(message.sequence);
      return;
    case 'ReadIndex':
      out.text(message.context);
      return;
    case 'ReadIndexReply':
      out.u53(message.index);
      out.text(message.context);
      return;
    case 'StateHash':
      out.u53(message.index);
      out.text(message.hash);
      return;
    case 'Removed':
      out.u53(message.index);
      return;
  }
}

/** Indexes are not sent: the entries follow the message's `prevLogIndex` without a gap. */
function encodeEntries(out: ByteWriter, entries: readonly Entry[]): void {
  out.u32(entries.length);
  for (const entry of entries) {
    out.u8(ENTRY_TYPES.indexOf(entry.type));
    out.u53(entry.term);
    out.bytes(entry.data);
  }
}

function encodeSnapshot(out: ByteWriter, snapshot: Snapshot): void {
  out.u53(snapshot.index);
  out.u53(snapshot.term);
  const { voters, outgoing, learners, learnersNext, autoLeave } = snapshot.confState;
  for (const ids of [voters, outgoing, learners, learnersNext]) {
    out.u32(ids.length);
    for (const id of ids) out.u32(id);
  }
  out.u8(autoLeave ? 1 : 0);
}

/** @throws NodeError `malformed-message`, and nothing else, whatever the bytes are */
export function decodeMessage(kind: number, bytes: Uint8Array): NodeMessage {
  const type = MESSAGE_KINDS[kind];
  if (type === undefined) throw new NodeError('malformed-message', `unknown kind ${kind}`);
  const input = new ByteReader(bytes);
  const from = raftId(input.u32());
  const to = raftId(input.u32());
  const term = input.u53();
  const message = decodeFields(type, { from, to, term }, input);
  input.end();
  return message;
}

interface Head {
  readonly from: RaftId;
  readonly to: RaftId;
  readonly term: number;
}

function decodeFields(type: MessageKind, head: Head, input: ByteReader): NodeMessage {
  const { from, to, term } = head;
  switch (type) {
    case 'AppendEntries':
      return decodeAppendEntries(head, input);
    case 'AppendEntriesReply': {
      const index = input.u53();
      const reject = input.flag();
      return { type, from, to, term, index, reject, hintIndex: input.u53(), hintTerm: input.u53() };
    }
    case 'RequestVote':
    case 'PreVote': {
      const lastLogIndex = input.u53();
      return { type, from, to, term, lastLogIndex, lastLogTerm: input.u53(), forced: input.flag() };
    }
    case 'RequestVoteReply':
    case 'PreVoteReply':
      return { type, from, to, term, reject: input.flag() };
    case 'Heartbeat':
      return { type, from, to, term, commit: input.u53(), readSequence: input.u53() };
    case 'HeartbeatReply':
      return { type, from, to, term, readSequence: input.u53() };
    case 'InstallSnapshot':
      return { type, from, to, term, snapshot: decodeSnapshot(input) };
    case 'TimeoutNow':
    case 'TransferLeader':
      return { type, from, to, term };
    case 'Propose':
      return { type, from, to, term, entries: decodeEntries(input, null) };
    case 'ReadIndex':
      return { type, from, to, term, context: input.text(CONTEXT_LENGTH_MAX) };
    case 'ReadIndexReply':
      return { type, from, to, term, index: input.u53(), context: input.text(CONTEXT_LENGTH_MAX) };
    default:
      return decodeDriverFields(type, head, input);
  }
}

type CoreKind = Exclude<
  MessageKind,
  'SnapshotChunk' | 'SnapshotChunkReply' | 'ProposeRefused' | 'StateHash' | 'Removed'
>;

function decodeDriverFields(
  type: Exclude<MessageKind, CoreKind>,
  head: Head,
  input: ByteReader,
): NodeMessage {
  const { from, to, term } = head;
  switch (type) {
    case 'SnapshotChunk': {
      const transfer = input.u53();
      const snapshot = decodeSnapshot(input);
      const totalBytes = input.u53();
      const checksum = input.u32();
      const offset = input.u53();
      const bytes = input.bytes();
      if (offset + bytes.length > totalBytes) {
        throw new NodeError('malformed-message', 'chunk beyond the end of its snapshot');
      }
      return { type, from, to, term, transfer, snapshot, totalBytes, checksum, offset, bytes };
    }
    case 'SnapshotChunkReply': {
      const transfer = input.u53();
      return { type, from, to, term, transfer, offset: input.u53(), refused: input.flag() };
    }
    case 'ProposeRefused':
      return { type, from, to, term, epoch: input.u53(), sequence: input.u53() };
    case 'StateHash':
      return { type, from, to, term, index: input.u53(), hash: input.text(HASH_LENGTH_MAX) };
    case 'Removed':
      return { type, from, to, term, index: input.u53() };
  }
}

function decodeAppendEntries(head: Head, input: ByteReader): NodeMessage {
  const prevLogIndex = input.u53();
  const prevLogTerm = input.u53();
  const commit = input.u53();
  const entries = decodeEntries(input, prevLogIndex);
  return { type: 'AppendEntries', ...head, prevLogIndex, prevLogTerm, commit, entries };
}

/** `prevLogIndex` null: entries of a proposal, which have no index yet. */
function decodeEntries(input: ByteReader, prevLogIndex: number | null): readonly Entry[] {
  const count = input.count(ENTRY_HEAD_BYTES);
  const entries: Entry[] = [];
  for (let i = 0; i < count; i++) {
    const type = ENTRY_TYPES[input.u8()];
    if (type === undefined) throw new NodeError('malformed-message', 'unknown entry type');
    const term = input.u53();
    const index = prevLogIndex === null ? 0 : prevLogIndex + 1 + i;
    entries.push({ index, term, type, data: input.bytes() });
  }
  return entries;
}

function decodeSnapshot(input: ByteReader): Snapshot {
  const index = input.u53();
  const term = input.u53();
  const voters = decodeIds(input);
  const outgoing = decodeIds(input);
  const learners = decodeIds(input);
  const learnersNext = decodeIds(input);
  const confState: ConfState = { voters, outgoing, learners, learnersNext, autoLeave: input.flag() };
  return { index, term, confState };
}

function decodeIds(input: ByteReader): readonly RaftId[] {
  const count = input.count(4);
  const ids: RaftId[] = [];
  for (let i = 0; i < count; i++) ids.push(raftId(input.u32()));
  return ids;
}
