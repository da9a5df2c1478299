/**
 * The data plane: every message between two nodes passes here, under the faults of its link.
 *
 * A link without faults forwards a frame untouched; otherwise each message of the frame meets its own fate. All
 * random decisions come from one seeded generator: the same seed and the same frames give the same decisions.
 *
 * Where a frame would be forwarded untouched to a thread of this process the router says so in the forwarding table, and the sender does it.
 *
 * @module
 */
import { type Frame, MESSAGE_KINDS, type MessageKind } from '../node/frame.js';
import { nodeIndex } from '../node/peer-id.js';
import type { Forwarded, ForwardingTable, Life } from './forwarding-table.js';
import { messageCount, type PackedMessage, packFrame } from './frame-pack.js';
import type { LinkFaults } from './link.js';
import { DEFAULT_QUEUE_LIMITS, type QueueLimits } from './link-queue.js';
import { copiesOf, MessageTap, type SeenMessages } from './message-tap.js';
import { Random } from './random.js';
import { type DropReason, RouterLink } from './router-link.js';
import type { LinkCounters } from './status.js';

/** Takes a frame for a node; false: its mailbox is full and the frame is lost. */
export type Deliver = (frame: Frame) => boolean;

export interface Drop {
  readonly from: number;
  readonly to: number;
  readonly reason: DropReason;
  /** Null: a whole frame, or a kind this version does not know. */
  readonly kind: MessageKind | null;
}

export interface RouterOptions {
  readonly size: number;
  readonly seed: number;
  /** Milliseconds of a monotonic clock. */
  readonly now: () => number;
  /** Runs `action` once after a delay; returns what cancels it. */
  readonly schedule: (action: () => void, delayMs: number) => () => void;
  readonly limits?: QueueLimits;
  /** By which nodes of this process forward frames themselves; without it all pass here. */
  readonly forwarding?: ForwardingTable;
  /** Called for everything that is lost, on the data path: must be quick. */
  readonly onDrop?: (drop: Drop) => void;
}

export class Router {
  readonly #options: RouterOptions;
  readonly #random: Random;
  readonly #limits: QueueLimits;
  readonly #tap: MessageTap;
  readonly #mailboxes = new Map<number, Deliver>();
  /** Threads of this process that have ways to each other. */
  readonly #lives = new Map<number, Life>();
  /** `#links[from][to]`. */
  readonly #links: RouterLink[][] = [];
  /** Links that hold messages. */
  readonly #holding = new Set<string>();
  #messages = 0;
  #dropped = 0;
  #cancelTimer: (() => void) | null = null;
  #timerDueMs = Number.POSITIVE_INFINITY;

  constructor(options: RouterOptions) {
    this.#options = options;
    this.#random = new Random(options.seed);
    this.#limits = options.limits ?? DEFAULT_QUEUE_LIMITS;
    this.#tap = new MessageTap(options.now, options.schedule, () => this.#tableAll());
    this.grow(options.size);
  }

  get size(): number {
    return this.#links.length;
  }

  /** Over all links since the start. */
  get totals(): { readonly messages: number; readonly dropped: number } {
    let messages = this.#messages;
    for (let from = 0; from < this.size; from++) {
      for (let to = 0; to < this.size; to++) messages += this.#forwarded(from, to).messages;
    }
    return { messages, dropped: this.#dropped };
  }

  /** Adds rows and columns of perfect links; what is there stays as it is. */
  grow(size: number): void {
    while (this.#links.length < size) this.#links.push([]);
    for (const row of this.#links) {
      while (row.length < size) row.push(new RouterLink(this.#limits));
    }
  }

  /** `life`: of a thread of this process; null: the node lives elsewhere. */
  attach(node: number, deliver: Deliver, life: Life | null = null): void {
    this.#mailboxes.set(node, deliver);
    if (life === null) this.#lives.delete(node);
    else this.#lives.set(node, life);
    this.#tableNode(node);
  }

  /** From now on what is sent to the node is lost. */
  detach(node: number): void {
    this.#mailboxes.delete(node);
    this.#lives.delete(node);
    this.#tableNode(node);
  }

  faults(from: number, to: number): LinkFaults {
    return this.#link(from, to).faults;
  }

  counters(from: number, to: number): LinkCounters {
    const counters = this.#link(from, to).counters;
    const { messages, bytes } = this.#forwarded(from, to);
    return {
      ...counters,
      sent: counters.sent + messages,
      delivered: counters.delivered + messages,
      bytes: counters.bytes + bytes,
    };
  }

  /** The last messages between two nodes; noted from the first time they are asked for until a while after the last. */
  messagesBetween(one: number, other: number): SeenMessages {
    return this.#tap.between(one, other);
  }

  /** Ending a clog releases what the link held; messages with a delay still wait for it. */
  setFaults(from: number, to: number, faults: Partial<LinkFaults>): void {
    const link = this.#link(from, to);
    const wasClogged = link.faults.clogged;
    link.set(faults);
    if (wasClogged && !link.faults.clogged) {
      this.#release(from, to, link, link.queue.takeDue(this.#options.now()));
      if (link.queue.length > 0) this.#wakeAt(link.queue.nextDueMs);
    }
    this.#table(from, to);
  }

  /** Delivers everything that is still held, due or not. */
  releaseHeld(): void {
    for (const key of [...this.#holding]) {
      const [from, to] = parseKey(key);
      const link = this.#link(from, to);
      if (!link.faults.clogged) this.#release(from, to, link, link.queue.takeAll());
    }
  }

  receive(frame: Frame): void {
    const link = this.#links[frame.from]?.[frame.to];
    if (link === undefined) return;
    const count = messageCount(frame);
    this.#messages += count;
    link.countSent(count, frame.body.length);
    if (link.isPerfect) {
      this.#pass(frame, link);
      return;
    }
    const { from, to } = frame;
    const nowMs = this.#options.now();
    const { isOn } = this.#tap;
    const passing = link.admit(
      frame,
      nowMs,
      this.#random,
      (reason, message) => {
        if (isOn && reason === 'overflow') this.#tap.noteRelease(from, to, message, reason);
        else if (isOn) this.#tap.note(from, to, message, reason);
        this.#report(from, to, reason, message.kind);
      },
      message => {
        if (isOn) this.#tap.note(from, to, message, 'held');
      },
    );
    if (isOn) for (const message of new Set(passing)) this.#tap.note(from, to, message, 'held');
    if (passing.length > 0) this.#release(from, to, link, passing);
    if (link.queue.length > 0) {
      this.#holding.add(keyOf(from, to));
      if (!link.faults.clogged) this.#wakeAt(link.queue.nextDueMs);
    }
  }

  /** A frame from a node of another host, whose router has applied the faults of the link. */
  arrive(frame: Frame): void {
    const count = messageCount(frame);
    const mailbox = this.#mailboxes.get(frame.to);
    if (mailbox?.(frame) === true) return;
    this.#report(frame.from, frame.to, mailbox === undefined ? 'node-down' : 'mailbox-full', null, count);
  }

  dispose(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#tap.dispose();
    this.#mailboxes.clear();
    this.#lives.clear();
    this.#holding.clear();
    this.#tableAll();
  }

  /** Notes whether frames of the link may do without this thread: to be called when anything has changed that decides it. */
  #table(from: number, to: number): void {
    const { forwarding } = this.#options;
    if (forwarding === undefined) return;
    const isFree = this.#link(from, to).isPerfect && !this.#tap.isOn && this.#lives.has(from);
    forwarding.set(from, to, isFree ? (this.#lives.get(to) ?? null) : null);
  }

  #tableNode(node: number): void {
    for (let other = 0; other < this.size; other++) {
      if (other === node) continue;
      this.#table(node, other);
      this.#table(other, node);
    }
  }

  #tableAll(): void {
    for (let node = 0; node < this.size; node++) this.#tableNode(node);
  }

  #forwarded(from: number, to: number): Forwarded {
    return this.#options.forwarding?.forwarded(from, to) ?? NOTHING_FORWARDED;
  }

  /** A frame of a link without faults. */
  #pass(frame: Frame, link: RouterLink): void {
    if (!this.#tap.isOn) {
      this.#deliver(frame, link);
      return;
    }
    const messages = copiesOf(frame);
    this.#tap.noteFrame(frame, messages, this.#deliver(frame, link) ?? 'delivered');
  }

  #link(from: number, to: number): RouterLink {
    const link = this.#links[from]?.[to];
    if (link === undefined) throw new RangeError(`no link ${from} → ${to}`);
    return link;
  }

  #release(from: number, to: number, link: RouterLink, messages: readonly PackedMessage[]): void {
    const isDrained = link.queue.length === 0 && this.#holding.delete(keyOf(from, to));
    if (messages.length > 0) {
      const lost = this.#deliver(packFrame(nodeIndex(from), nodeIndex(to), messages), link);
      if (this.#tap.isOn) {
        for (const message of messages) this.#tap.noteRelease(from, to, message, lost ?? 'delivered');
      }
    }
    // Not before: what was held goes first.
    if (isDrained) this.#table(from, to);
  }

  /** @returns why the frame was lost; null: it was not */
  #deliver(frame: Frame, link: RouterLink): DropReason | null {
    // Counted before: a delivered frame's arrays may already belong to another thread.
    const count = messageCount(frame);
    const mailbox = this.#mailboxes.get(frame.to);
    if (mailbox?.(frame) === true) {
      link.countDelivered(count);
      return null;
    }
    link.countDropped(count);
    const reason = mailbox === undefined ? 'node-down' : 'mailbox-full';
    this.#report(frame.from, frame.to, reason, null, count);
    return reason;
  }

  #report(from: number, to: number, reason: DropReason, kind: number | null, count = 1): void {
    this.#dropped += count;
    this.#options.onDrop?.({
      from,
      to,
      reason,
      kind: kind === null ? null : (MESSAGE_KINDS[kind] ?? null),
    });
  }

  #wakeAt(dueMs: number): void {
    if (dueMs >= this.#timerDueMs) return;
    this.#cancelTimer?.();
    this.#timerDueMs = dueMs;
    const delayMs = Math.max(0, dueMs - this.#options.now());
    this.#cancelTimer = this.#options.schedule(() => this.#deliverDue(), delayMs);
  }

  #deliverDue(): void {
    this.#timerDueMs = Number.POSITIVE_INFINITY;
    this.#cancelTimer = null;
    const nowMs = this.#options.now();
    let nextDueMs = Number.POSITIVE_INFINITY;
    for (const key of [...this.#holding]) {
      const [from, to] = parseKey(key);
      const link = this.#link(from, to);
      if (link.faults.clogged) continue;
      this.#release(from, to, link, link.queue.takeDue(nowMs));
      nextDueMs = Math.min(nextDueMs, link.queue.nextDueMs);
    }
    if (Number.isFinite(nextDueMs)) this.#wakeAt(nextDueMs);
  }
}

const NOTHING_FORWARDED: Forwarded = { messages: 0, bytes: 0 };

const keyOf = (from: number, to: number): string => `${from},${to}`;

function parseKey(key: string): readonly [number, number] {
  const [from = '0', to = '0'] = key.split(',');
  return [Number(from), Number(to)];
}
