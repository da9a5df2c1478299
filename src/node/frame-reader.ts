/**
 * Takes a frame apart into messages for one member, dropping what is no message or not for it.
 *
 * @module
 */
import type { RaftId } from '../raft/ids.js';
import { decodeMessage } from './codec.js';
import type { Frame } from './frame.js';
import type { NodeMessage } from './messages.js';
import { NodeError } from './node-error.js';
import { nodeOf } from './peer-id.js';

/**
 * Calls `take` for each message of the frame to `self`.
 * @returns how many were dropped: malformed, for another (earlier) identity of the node, or from a false sender
 */
export function eachMessage(frame: Frame, self: RaftId, take: (message: NodeMessage) => void): number {
  let dropped = 0;
  let start = 0;
  for (let i = 0; i < frame.kinds.length; i++) {
    const end = frame.ends[i] ?? 0;
    const message = decodeAt(frame, frame.kinds[i] ?? -1, start, end);
    start = end;
    if (message !== null && message.to === self && isFrom(frame, message)) take(message);
    else dropped += 1;
  }
  return dropped;
}

function decodeAt(frame: Frame, kind: number, start: number, end: number): NodeMessage | null {
  if (end < start || end > frame.body.length) return null;
  try {
    return decodeMessage(kind, frame.body.subarray(start, end));
  } catch (error) {
    if (error instanceof NodeError && error.code === 'malformed-message') return null;
    throw error;
  }
}

/** These two keep their first sender when a follower passes them on. */
function isFrom(frame: Frame, message: NodeMessage): boolean {
  if (message.type === 'TransferLeader' || message.type === 'ReadIndex') return message.from > 0;
  return nodeOf(message.from) === frame.from;
}
