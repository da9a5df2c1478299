/**
 * Frames of nodes as bytes of a host link: `from u8, to u8, count u32`, then `kind u8, end u32` a message, then the body.
 *
 * @module
 */
import { type Frame, MESSAGE_KINDS, type MessageKind } from '../../node/frame.js';
import { nodeIndex } from '../../node/peer-id.js';
import { messageAt, messageCount, type PackedMessage, packFrame } from '../frame-pack.js';
import { LinkError } from './link-error.js';
import { LANES, type Lane } from './wire.js';

const HEAD_BYTES = 6;
const ENTRY_BYTES = 5;

/** Everything but the body, which follows as it is. */
export function encodeMessagesHead({ from, to, kinds, ends }: Frame): Buffer {
  const head = Buffer.allocUnsafe(HEAD_BYTES + kinds.length * ENTRY_BYTES);
  head[0] = from;
  head[1] = to;
  head.writeUInt32LE(kinds.length, 2);
  for (const [position, kind] of kinds.entries()) {
    const at = HEAD_BYTES + position * ENTRY_BYTES;
    head[at] = kind;
    head.writeUInt32LE(ends[position] ?? 0, at + 1);
  }
  return head;
}

/** A frame with a body of its own. @throws LinkError `garbage` */
export function decodeMessages(payload: Buffer): Frame {
  const count = payload.length < HEAD_BYTES ? 0 : payload.readUInt32LE(2);
  const bodyStart = HEAD_BYTES + count * ENTRY_BYTES;
  if (count === 0 || bodyStart > payload.length) throw damaged();
  const kinds: number[] = [];
  const ends: number[] = [];
  let last = 0;
  for (let at = HEAD_BYTES; at < bodyStart; at += ENTRY_BYTES) {
    const end = payload.readUInt32LE(at + 1);
    if (end < last) throw damaged();
    last = end;
    kinds.push(payload[at] ?? 0);
    ends.push(end);
  }
  if (bodyStart + last !== payload.length) throw damaged();
  const body = new Uint8Array(payload.subarray(bodyStart));
  return { from: nodeIndex(payload[0] ?? 0), to: nodeIndex(payload[1] ?? 0), kinds, ends, body };
}

const damaged = (): LinkError => new LinkError('garbage', 'a frame of messages does not add up');

const LANE_OF_KIND: Readonly<Partial<Record<MessageKind, Lane>>> = {
  AppendEntries: 'log',
  Propose: 'log',
  ProposeRefused: 'log',
  InstallSnapshot: 'log',
  StateHash: 'log',
  SnapshotChunk: 'bulk',
};

/** Acknowledgements and all that elections and leases hang on are small, and urgent. */
const LANES_BY_NUMBER: readonly Lane[] = MESSAGE_KINDS.map(name => LANE_OF_KIND[name] ?? 'urgent');

/** A kind that only a later version knows may be anything. */
const laneOf = (kind: number): Lane => LANES_BY_NUMBER[kind] ?? 'log';

/** Hands over the frame as it is when all of it belongs in one lane, else cut up. */
export function splitByLane(frame: Frame, take: (lane: Lane, frame: Frame) => void): void {
  const first = laneOf(frame.kinds[0] ?? 0);
  if (frame.kinds.every(kind => laneOf(kind) === first)) {
    take(first, frame);
    return;
  }
  for (const lane of LANES) {
    const messages: PackedMessage[] = [];
    for (let position = 0; position < messageCount(frame); position++) {
      const message = messageAt(frame, position);
      if (laneOf(message.kind) === lane) messages.push(message);
    }
    if (messages.length > 0) take(lane, packFrame(frame.from, frame.to, messages));
  }
}
