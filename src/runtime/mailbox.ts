/**
 * A sender's end of a port that leads to a node: posts frames while the node keeps up. All ends count together what waits.
 *
 * @module
 */
import type { MessagePort } from 'node:worker_threads';
import type { Frame } from '../node/frame.js';
import type { NodeFlags } from './node-flags.js';

/**
 * What may wait in a node's mailbox. Beyond it (the node is paused, or slower than its peers) frames are lost, as they
 * would be on a full socket; Raft sends again what matters.
 */
export const MAILBOX_LIMITS = { frames: 4_096, bytes: 256 * 1024 * 1024 } as const;

export class Mailbox {
  readonly #port: MessagePort;
  readonly #flags: NodeFlags;

  constructor(port: MessagePort, flags: NodeFlags) {
    this.#port = port;
    this.#flags = flags;
  }

  /** Frames that the node has not taken yet. */
  get depth(): number {
    return this.#flags.waiting().frames;
  }

  /** Takes the frame's body. False: the mailbox is full, nothing was sent. A quiet heartbeat need not wake the node. */
  post(frame: Frame): boolean {
    if (frame.quiet !== undefined && this.#flags.tellHeartbeat(frame.quiet)) return true;
    const bytes = frame.body.length;
    const waiting = this.#flags.waiting();
    if (waiting.frames >= MAILBOX_LIMITS.frames) return false;
    if (waiting.frames > 0 && waiting.bytes + bytes > MAILBOX_LIMITS.bytes) return false;
    this.#flags.countPosted(1, bytes);
    this.#port.postMessage(frame, [frame.body.buffer as ArrayBuffer]);
    return true;
  }
}
