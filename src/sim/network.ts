/**
 * The network of a run: delays, loses, duplicates, reorders and holds messages, by the plan and the faults in force.
 *
 * @module
 */
import type { Frame } from '../node/frame.js';
import type { Coverage } from './coverage.js';
import type { EventQueue } from './event-queue.js';
import type { NetworkPlan } from './plan.js';
import { exponential, type Random } from './random.js';

interface Held {
  readonly frame: Frame;
}

/** Why nothing passes from one node to another; counted, since faults overlap. */
class LinkBlocks {
  readonly #counts = new Map<number, number>();

  change(from: number, to: number, by: number): void {
    const link = from * 256 + to;
    this.#counts.set(link, (this.#counts.get(link) ?? 0) + by);
  }

  has(from: number, to: number): boolean {
    return this.#counts.size > 0 && (this.#counts.get(from * 256 + to) ?? 0) > 0;
  }

  clear(): void {
    this.#counts.clear();
  }
}

export class Network {
  readonly #plan: NetworkPlan;
  readonly #queue: EventQueue;
  readonly #random: Random;
  readonly #coverage: Coverage;
  readonly #deliver: (frame: Frame) => void;
  readonly #cut = new LinkBlocks();
  readonly #clogged = new LinkBlocks();
  #held: Held[] = [];
  #extraDrop = 0;
  #calm = false;

  constructor(
    plan: NetworkPlan,
    queue: EventQueue,
    random: Random,
    coverage: Coverage,
    deliver: (frame: Frame) => void,
  ) {
    this.#plan = plan;
    this.#queue = queue;
    this.#random = random;
    this.#coverage = coverage;
    this.#deliver = deliver;
  }

  send(frame: Frame): void {
    const { from, to } = frame;
    if (this.#cut.has(from, to)) {
      this.#coverage.add('message-cut', frame.kinds.length);
      return;
    }
    if (this.#clogged.has(from, to)) {
      this.#coverage.add('message-clogged', frame.kinds.length);
      this.#held.push({ frame });
      return;
    }
    if (this.#calm) {
      this.#schedule(frame, this.#plan.minMs);
      return;
    }
    const { drop, duplicate, reorder } = this.#plan;
    const loss = 1 - (1 - drop) * (1 - this.#extraDrop);
    if (loss === 0 && duplicate === 0 && reorder === 0) this.#schedule(frame, this.#delayMs());
    else for (const single of splitFrame(frame)) this.#sendSingle(single, loss);
  }

  #sendSingle(frame: Frame, loss: number): void {
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
    this.#schedule(frame, delayMs);
    if (this.#random.chance(duplicate)) {
      this.#coverage.add('message-duplicated');
      this.#schedule(copyFrame(frame), delayMs + this.#random.unit() * reorderMs);
    }
  }

  #delayMs(): number {
    return this.#plan.minMs + exponential(this.#random, this.#plan.meanMs);
  }

  #schedule(frame: Frame, delayMs: number): void {
    this.#queue.after(delayMs, () => this.#deliver(frame));
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
    for (const { frame } of held) {
      if (this.#clogged.has(frame.from, frame.to)) this.#held.push({ frame });
      else this.#schedule(frame, this.#random.unit() * 5);
    }
  }
}

/** One frame per message, so that each has its own fate. */
function splitFrame(frame: Frame): readonly Frame[] {
  if (frame.kinds.length === 1) return [frame];
  const singles: Frame[] = [];
  let start = 0;
  for (let i = 0; i < frame.kinds.length; i += 1) {
    const end = frame.ends[i] ?? start;
    const body = frame.body.slice(start, end);
    singles.push({ ...frame, kinds: frame.kinds.slice(i, i + 1), ends: Uint32Array.of(body.length), body });
    start = end;
  }
  return singles;
}

/** Receivers keep parts of a body: two deliveries must not share one. */
const copyFrame = (frame: Frame): Frame => ({ ...frame, body: frame.body.slice() });
