/**
 * The network of a run: delays, loses, duplicates, reorders and holds messages, by the plan and the faults in force.
 *
 * @module
 */
import { ByteWriter } from '../node/byte-writer.js';
import { decodeMessage, encodeMessage, kindNumber } from '../node/codec.js';
import type { NodeMessage } from '../node/messages.js';
import { nodeOf } from '../node/peer-id.js';
import type { Coverage } from './coverage.js';
import type { EventQueue } from './event-queue.js';
import type { NetworkPlan } from './plan.js';
import { exponential, type Random } from './random.js';

/** What one node sends another at one moment arrives together, in order. */
interface Parcel {
  readonly sentMs: number;
  readonly messages: NodeMessage[];
  isDelivered: boolean;
}

/** Why nothing passes from one node to another; counted, since faults overlap. */
class LinkBlocks {
  readonly #counts = new Map<number, number>();
  #blocked = 0;

  change(from: number, to: number, by: 1 | -1): void {
    const link = from * 256 + to;
    this.#counts.set(link, (this.#counts.get(link) ?? 0) + by);
    this.#blocked += by;
  }

  has(from: number, to: number): boolean {
    return this.#blocked > 0 && (this.#counts.get(from * 256 + to) ?? 0) > 0;
  }

  clear(): void {
    this.#counts.clear();
    this.#blocked = 0;
  }
}

export class Network {
  readonly #plan: NetworkPlan;
  readonly #queue: EventQueue;
  readonly #random: Random;
  readonly #coverage: Coverage;
  readonly #deliver: (to: number, messages: readonly NodeMessage[]) => void;
  readonly #cut = new LinkBlocks();
  readonly #clogged = new LinkBlocks();
  /** By sender and receiver: the parcel that was sent last; what leaves at the same moment goes with it. */
  readonly #last: (Parcel | undefined)[][] = [];
  readonly #writer = new ByteWriter();
  #held: NodeMessage[] = [];
  #extraDrop = 0;
  #calm = false;

  constructor(
    plan: NetworkPlan,
    queue: EventQueue,
    random: Random,
    coverage: Coverage,
    deliver: (to: number, messages: readonly NodeMessage[]) => void,
  ) {
    this.#plan = plan;
    this.#queue = queue;
    this.#random = random;
    this.#coverage = coverage;
    this.#deliver = deliver;
  }

  /** `sender`: the node it leaves from, which for a forwarded message is not its `from`. */
  send(sender: number, message: NodeMessage): void {
    const to = nodeOf(message.to);
    if (this.#cut.has(sender, to)) {
      this.#coverage.add('message-cut');
      return;
    }
    const sent = this.#plan.encoded ? this.#throughCodec(message) : withOwnBytes(message);
    if (this.#clogged.has(sender, to)) {
      this.#coverage.add('message-clogged');
      this.#held.push(sent);
      return;
    }
    const { drop, duplicate, reorder } = this.#plan;
    const loss = this.#calm ? 0 : 1 - (1 - drop) * (1 - this.#extraDrop);
    if (this.#calm || (loss === 0 && duplicate === 0 && reorder === 0)) this.#together(sender, to, sent);
    else this.#alone(to, sent, loss);
  }

  #together(sender: number, to: number, message: NodeMessage): void {
    this.#last[sender] ??= [];
    const lastFrom = this.#last[sender];
    const sentMs = this.#queue.nowMs;
    const last = lastFrom[to];
    if (last !== undefined && last.sentMs === sentMs && !last.isDelivered) {
      last.messages.push(message);
      return;
    }
    const parcel: Parcel = { sentMs, messages: [message], isDelivered: false };
    lastFrom[to] = parcel;
    this.#queue.after(this.#calm ? this.#plan.minMs : this.#delayMs(), () => {
      parcel.isDelivered = true;
      this.#deliver(to, parcel.messages);
    });
  }

  #alone(to: number, message: NodeMessage, loss: number): void {
    const { duplicate, reorder, reorderMs } = this.#plan;
    if (this.#random.chance(loss)) {
      this.#coverage.add('message-dropped');
      return;
    }
    let delayMs = this.#delayMs();
    if (this.#random.chance(reorder)) {
      this.#coverage.add('message-reordered');
      delayMs += this.#random.unit() * reorderMs;
    }
    this.#schedule(to, message, delayMs);
    if (this.#random.chance(duplicate)) {
      this.#coverage.add('message-duplicated');
      this.#schedule(to, withOwnBytes(message), delayMs + this.#random.unit() * reorderMs);
    }
  }

  #delayMs(): number {
    return this.#plan.minMs + exponential(this.#random, this.#plan.meanMs);
  }

  #schedule(to: number, message: NodeMessage, delayMs: number): void {
    this.#queue.after(delayMs, () => this.#deliver(to, [message]));
  }

  #throughCodec(message: NodeMessage): NodeMessage {
    encodeMessage(this.#writer, message);
    return decodeMessage(kindNumber(message.type), this.#writer.take());
  }

  /** Cuts (`by` 1) or mends (`by` -1) the links from each of `from` to each of `to`. */
  cut(from: readonly number[], to: readonly number[], by: 1 | -1): void {
    for (const sender of from) {
      for (const receiver of to) if (sender !== receiver) this.#cut.change(sender, receiver, by);
    }
  }

  clog(from: readonly number[], to: readonly number[], by: 1 | -1): void {
    for (const sender of from) {
      for (const receiver of to) if (sender !== receiver) this.#clogged.change(sender, receiver, by);
    }
    if (by === -1) this.#release();
  }

  setExtraDrop(probability: number): void {
    this.#extraDrop = probability;
  }

  /** All faults end, and from now on nothing is lost. */
  heal(): void {
    this.#cut.clear();
    this.#clogged.clear();
    this.#extraDrop = 0;
    this.#calm = true;
    this.#release();
  }

  #release(): void {
    const held = this.#held;
    this.#held = [];
    for (const message of held) {
      const to = nodeOf(message.to);
      if (this.#clogged.has(nodeOf(message.from), to)) this.#held.push(message);
      else this.#schedule(to, message, this.#random.unit() * 5);
    }
  }
}

/** Receivers keep these bytes, and a leader stamps proposals in place: sender and receiver must not share them. */
function withOwnBytes(message: NodeMessage): NodeMessage {
  switch (message.type) {
    case 'Propose':
      return { ...message, entries: message.entries.map(entry => ({ ...entry, data: entry.data.slice() })) };
    case 'SnapshotChunk':
      return { ...message, bytes: message.bytes.slice() };
    default:
      return message;
  }
}
