/**
 * Takes frames apart into messages and puts them together again.
 *
 * @module
 */
import type { Frame } from '../node/frame.js';
import type { NodeIndex } from '../node/peer-id.js';

/** One encoded message of a frame. */
export interface PackedMessage {
  readonly kind: number;
  readonly bytes: Uint8Array;
}

export const messageCount = (frame: Frame): number => frame.kinds.length;

/** Message `position` of the frame; its bytes are a view of the frame's body. */
export function messageAt(frame: Frame, position: number): PackedMessage {
  const start = position === 0 ? 0 : (frame.ends[position - 1] ?? 0);
  const end = frame.ends[position] ?? start;
  return { kind: frame.kinds[position] ?? 0, bytes: frame.body.subarray(start, end) };
}

/** A frame with a body of its own, whatever the messages are views of. */
export function packFrame(from: NodeIndex, to: NodeIndex, messages: readonly PackedMessage[]): Frame {
  const kinds: number[] = [];
  const ends: number[] = [];
  let size = 0;
  for (const { kind, bytes } of messages) {
    size += bytes.length;
    kinds.push(kind);
    ends.push(size);
  }
  const body = new Uint8Array(size);
  for (const [position, message] of messages.entries()) {
    body.set(message.bytes, (ends[position] ?? 0) - message.bytes.length);
  }
  return { from, to, kinds, ends, body };
}
