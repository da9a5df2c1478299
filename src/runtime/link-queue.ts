/**
 * Messages that a link holds back: delayed until a moment, or clogged until further notice.
 *
 * @module
 */
import type { PackedMessage } from './frame-pack.js';

/** Beyond either limit the oldest held message is dropped: a network's buffers overflow too. */
export interface QueueLimits {
  readonly messages: number;
  readonly bytes: number;
}

export const DEFAULT_QUEUE_LIMITS: QueueLimits = { messages: 8_192, bytes: 64 * 1024 * 1024 };

interface HeldMessage extends PackedMessage {
  readonly dueMs: number;
}

/** Ordered by due time; among equals in order of arrival. */
export class LinkQueue {
  readonly #limits: QueueLimits;
  #held: HeldMessage[] = [];
  #bytes = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  get length(): number {
    return this.#held.length;
  }

  /** When the first message is due; Infinity: none is. */
  get nextDueMs(): number {
    return this.#held[0]?.dueMs ?? Number.POSITIVE_INFINITY;
  }

  /** Copies the bytes. Returns what had to be dropped to stay within the limits. */
  hold(message: PackedMessage, dueMs: number): readonly PackedMessage[] {
    // Nearly always the last place: searched from the end.
    let place = this.#held.length;
    while (place > 0 && (this.#held[place - 1]?.dueMs ?? 0) > dueMs) place--;
    this.#held.splice(place, 0, { kind: message.kind, bytes: message.bytes.slice(), dueMs });
    this.#bytes += message.bytes.length;
    return this.#held.length <= this.#limits.messages && this.#bytes <= this.#limits.bytes
      ? []
      : this.#dropOldest();
  }

  /** Removes and returns everything due at `nowMs`, in order. */
  takeDue(nowMs: number): readonly PackedMessage[] {
    const firstLater = this.#held.findIndex(message => message.dueMs > nowMs);
    const count = firstLater === -1 ? this.#held.length : firstLater;
    return this.#take(count);
  }

  takeAll(): readonly PackedMessage[] {
    return this.#take(this.#held.length);
  }

  #dropOldest(): readonly PackedMessage[] {
    let count = 0;
    let bytes = this.#bytes;
    while (this.#held.length - count > this.#limits.messages || bytes > this.#limits.bytes) {
      bytes -= this.#held[count]?.bytes.length ?? 0;
      count++;
    }
    return this.#take(count);
  }

  #take(count: number): readonly PackedMessage[] {
    const taken = this.#held.splice(0, count);
    for (const message of taken) this.#bytes -= message.bytes.length;
    return taken;
  }
}
