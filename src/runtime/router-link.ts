/**
 * One directed link of the router: its faults, its counters and what it holds back. Decides what becomes of each
 * message; moves nothing itself.
 *
 * @module
 */
import { type Frame, MESSAGE_KINDS } from '../node/frame.js';
import { messageAt, messageCount, type PackedMessage } from './frame-pack.js';
import { type LinkFaults, PERFECT_LINK } from './link.js';
import { LinkQueue, type QueueLimits } from './link-queue.js';
import type { Random } from './random.js';
import type { LinkCounters } from './status.js';

/** How long a message chosen by the reorder fault may lag behind those sent after it. */
export const REORDER_LAG_MS = 20;

export type DropReason = 'drop' | 'filter' | 'overflow' | 'node-down' | 'mailbox-full';

export class RouterLink {
  readonly queue: LinkQueue;
  #faults: LinkFaults = PERFECT_LINK;
  #perfect = true;
  /** Due time of the last message that keeps its order; a reordered one does not count. */
  #inOrderDueMs = 0;
  readonly #filteredKinds = new Set<number>();
  readonly #counters = { sent: 0, delivered: 0, dropped: 0, delayed: 0, duplicated: 0, bytes: 0 };

  constructor(limits: QueueLimits) {
    this.queue = new LinkQueue(limits);
  }

  get faults(): LinkFaults {
    return this.#faults;
  }

  get counters(): LinkCounters {
    return { ...this.#counters };
  }

  /** Nothing to decide for a frame: it may pass as it is. */
  get isPerfect(): boolean {
    return this.#perfect && this.queue.length === 0;
  }

  set(faults: Partial<LinkFaults>): void {
    const next: LinkFaults = { ...this.#faults, ...faults };
    this.#faults = next;
    this.#perfect =
      next.drop === 0 &&
      next.delayMs === 0 &&
      next.jitterMs === 0 &&
      next.duplicate === 0 &&
      next.reorder === 0 &&
      !next.clogged &&
      next.filtered.length === 0;
    this.#filteredKinds.clear();
    for (const kind of next.filtered) this.#filteredKinds.add(MESSAGE_KINDS.indexOf(kind));
  }

  countSent(messages: number, bytes: number): void {
    this.#counters.sent += messages;
    this.#counters.bytes += bytes;
  }

  countDelivered(messages: number): void {
    this.#counters.delivered += messages;
  }

  countDropped(messages: number): void {
    this.#counters.dropped += messages;
  }

  /**
   * Decides about each message of a frame. Returns those that pass at once; the others are held or dropped.
   * Draws from `random` in a fixed order a message: drop, duplicate, then for each copy reorder and jitter.
   */
  admit(
    frame: Frame,
    nowMs: number,
    random: Random,
    onDrop: (reason: DropReason, message: PackedMessage) => void,
    onHold: (message: PackedMessage) => void,
  ): readonly PackedMessage[] {
    const passing: PackedMessage[] = [];
    for (let position = 0; position < messageCount(frame); position++) {
      const message = messageAt(frame, position);
      const reason = this.#dropReason(message.kind, random);
      if (reason !== null) {
        this.#counters.dropped++;
        onDrop(reason, message);
        continue;
      }
      const copies = random.chance(this.#faults.duplicate) ? 2 : 1;
      this.#counters.duplicated += copies - 1;
      for (let copy = 0; copy < copies; copy++) {
        const dueMs = this.#dueMs(nowMs, random);
        if (dueMs <= nowMs && !this.#faults.clogged) passing.push(message);
        else {
          onHold(message);
          this.#hold(message, dueMs, onDrop);
        }
      }
    }
    return passing;
  }

  #dropReason(kind: number, random: Random): DropReason | null {
    if (this.#filteredKinds.has(kind)) return 'filter';
    return random.chance(this.#faults.drop) ? 'drop' : null;
  }

  /** Jitter alone keeps the order, as a TCP connection does; the reorder fault breaks it. */
  #dueMs(nowMs: number, random: Random): number {
    const { delayMs, jitterMs, reorder } = this.#faults;
    const isReordered = random.chance(reorder);
    const delay = delayMs + (jitterMs > 0 ? random.unit() * jitterMs : 0);
    if (isReordered) return nowMs + delay + random.unit() * REORDER_LAG_MS;
    const earliestMs = this.queue.length === 0 ? 0 : this.#inOrderDueMs;
    this.#inOrderDueMs = Math.max(nowMs + delay, earliestMs);
    return this.#inOrderDueMs;
  }

  #hold(
    message: PackedMessage,
    dueMs: number,
    onDrop: (reason: DropReason, message: PackedMessage) => void,
  ): void {
    this.#counters.delayed++;
    for (const dropped of this.queue.hold(message, dueMs)) {
      this.#counters.dropped++;
      onDrop('overflow', dropped);
    }
  }
}
