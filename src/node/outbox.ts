/**
 * Gathers what goes to each peer and hands it to the host as frames, usually one for each peer and turn.
 *
 * @module
 */
import { ByteWriter } from './byte-writer.js';
import { encodeMessage, kindNumber } from './codec.js';
import type { Frame, QuietHeartbeat } from './frame.js';
import type { Host } from './host.js';
import type { NodeMessage } from './messages.js';
import { type NodeIndex, nodeOf } from './peer-id.js';

/** A frame is closed when its body exceeds this: a body is at most this plus one message. */
const FRAME_BYTES_MAX = 1024 * 1024;

class PendingFrame {
  readonly to: NodeIndex;
  readonly body = new ByteWriter();
  kinds: number[] = [];
  ends: number[] = [];
  /** Of the last message; it holds for the frame when that is its only one. */
  quiet: QuietHeartbeat | null = null;

  constructor(to: NodeIndex) {
    this.to = to;
  }
}

type OutboxHost = Pick<Host, 'send' | 'flush' | 'sendMessage'>;

export class Outbox {
  readonly #from: NodeIndex;
  readonly #host: OutboxHost;
  readonly #pending = new Map<NodeIndex, PendingFrame>();
  #waiting = false;
  /** Messages handed to the host since the start. */
  sent = 0;

  constructor(from: NodeIndex, host: OutboxHost) {
    this.#from = from;
    this.#host = host;
  }

  add(message: NodeMessage): void {
    if (this.#host.sendMessage !== undefined) {
      this.sent += 1;
      this.#host.sendMessage(message);
      return;
    }
    const to = nodeOf(message.to);
    let frame = this.#pending.get(to);
    if (frame === undefined) {
      frame = new PendingFrame(to);
      this.#pending.set(to, frame);
    }
    encodeMessage(frame.body, message);
    frame.kinds.push(kindNumber(message.type));
    frame.ends.push(frame.body.length);
    frame.quiet = quietHeartbeat(message);
    this.#waiting = true;
    if (frame.body.length > FRAME_BYTES_MAX) this.#close(frame);
  }

  /** In the order in which the peers were first written to: the same run sends the same frames. */
  flush(): void {
    if (!this.#waiting) return;
    this.#waiting = false;
    for (const frame of this.#pending.values()) this.#close(frame);
    this.#host.flush?.();
  }

  #close(frame: PendingFrame): void {
    if (frame.kinds.length === 0) return;
    const { kinds, ends, quiet } = frame;
    this.sent += kinds.length;
    frame.kinds = [];
    frame.ends = [];
    const sent: Frame = { from: this.#from, to: frame.to, kinds, ends, body: frame.body.take() };
    this.#host.send(quiet !== null && kinds.length === 1 ? { ...sent, quiet } : sent);
  }
}

function quietHeartbeat(message: NodeMessage): QuietHeartbeat | null {
  const isQuiet = message.type === 'Heartbeat' && message.quiet === true;
  return isQuiet ? { leader: message.from, term: message.term } : null;
}
