/**
 * A router under a clock of the test's own, and frames to send through it.
 *
 * @module
 */
import { type Frame, MESSAGE_KINDS, type MessageKind } from '../../src/node/frame.js';
import { nodeIndex } from '../../src/node/peer-id.js';
import type { Life } from '../../src/runtime/forwarding-table.js';
import { messageAt, messageCount, packFrame } from '../../src/runtime/frame-pack.js';
import { type Drop, Router, type RouterOptions } from '../../src/runtime/router.js';

export interface Delivered {
  readonly from: number;
  readonly to: number;
  readonly kind: string;
  readonly number: number;
  readonly atMs: number;
}

export class RouterHarness {
  readonly router: Router;
  readonly delivered: Delivered[] = [];
  readonly frames: Frame[] = [];
  readonly drops: Drop[] = [];
  nowMs = 1_000;
  #timers: { readonly dueMs: number; readonly action: () => void }[] = [];

  constructor(
    size: number,
    seed: number,
    options: Partial<Pick<RouterOptions, 'limits' | 'forwarding'>> = {},
  ) {
    this.router = new Router({
      size,
      seed,
      now: () => this.nowMs,
      schedule: (action, delayMs) => {
        const timer = { dueMs: this.nowMs + delayMs, action };
        this.#timers.push(timer);
        return () => {
          this.#timers = this.#timers.filter(other => other !== timer);
        };
      },
      onDrop: drop => this.drops.push(drop),
      ...options,
    });
    for (let node = 0; node < size; node++) this.attach(node);
  }

  get timerCount(): number {
    return this.#timers.length;
  }

  attach(node: number, life: Life | null = null): void {
    const deliver = (frame: Frame): boolean => {
      this.frames.push(frame);
      for (let position = 0; position < messageCount(frame); position++) {
        const { kind, bytes } = messageAt(frame, position);
        this.delivered.push({
          from: frame.from,
          to: frame.to,
          kind: MESSAGE_KINDS[kind] ?? '?',
          number: new DataView(bytes.buffer, bytes.byteOffset).getUint32(0),
          atMs: this.nowMs,
        });
      }
      return true;
    };
    this.router.attach(node, deliver, life);
  }

  /** Sends one frame whose messages carry the given numbers. */
  send(from: number, to: number, numbers: readonly number[], kind: MessageKind = 'Heartbeat'): void {
    this.router.receive(frameOf(from, to, numbers, kind));
  }

  /** Lets time pass and timers fire, in order. */
  advance(durationMs: number): void {
    const endMs = this.nowMs + durationMs;
    for (;;) {
      this.#timers.sort((one, other) => one.dueMs - other.dueMs);
      const next = this.#timers[0];
      if (next === undefined || next.dueMs > endMs) break;
      this.#timers.shift();
      this.nowMs = Math.max(this.nowMs, next.dueMs);
      next.action();
    }
    this.nowMs = endMs;
  }

  numbers(): readonly number[] {
    return this.delivered.map(message => message.number);
  }
}

export function frameOf(from: number, to: number, numbers: readonly number[], kind: MessageKind): Frame {
  const messages = numbers.map(number => {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setUint32(0, number);
    return { kind: MESSAGE_KINDS.indexOf(kind), bytes };
  });
  return packFrame(nodeIndex(from), nodeIndex(to), messages);
}

export const range = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);
