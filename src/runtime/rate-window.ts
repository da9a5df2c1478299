/**
 * What happened during the last second, in slots of a tenth.
 *
 * @module
 */
import { percentileMs } from './latency-histogram.js';

const SLOT_MS = 100;
const SLOTS = 10;

export interface Rates {
  readonly writesPerSecond: number;
  readonly readsPerSecond: number;
  readonly messagesPerSecond: number;
  readonly droppedPerSecond: number;
  readonly latencyMsP50: number;
  readonly latencyMsP99: number;
}

export interface Activity {
  readonly writes: number;
  readonly reads: number;
  readonly messages: number;
  readonly dropped: number;
  readonly writeLatency: Uint32Array | null;
}

interface Slot {
  number: number;
  writes: number;
  reads: number;
  messages: number;
  dropped: number;
  latencies: Uint32Array[];
}

export class RateWindow {
  readonly #slots: Slot[] = Array.from({ length: SLOTS }, () => emptySlot(-1));

  add(nowMs: number, activity: Activity): void {
    const slot = this.#slotAt(nowMs);
    slot.writes += activity.writes;
    slot.reads += activity.reads;
    slot.messages += activity.messages;
    slot.dropped += activity.dropped;
    if (activity.writeLatency !== null) slot.latencies.push(activity.writeLatency);
  }

  rates(nowMs: number): Rates {
    const current = Math.floor(nowMs / SLOT_MS);
    const recent = this.#slots.filter(slot => slot.number > current - SLOTS);
    const sum = (of: (slot: Slot) => number): number =>
      Math.round((recent.reduce((total, slot) => total + of(slot), 0) * 1_000) / (SLOTS * SLOT_MS));
    const latencies = recent.flatMap(slot => slot.latencies);
    return {
      writesPerSecond: sum(slot => slot.writes),
      readsPerSecond: sum(slot => slot.reads),
      messagesPerSecond: sum(slot => slot.messages),
      droppedPerSecond: sum(slot => slot.dropped),
      latencyMsP50: percentileMs(latencies, 0.5),
      latencyMsP99: percentileMs(latencies, 0.99),
    };
  }

  #slotAt(nowMs: number): Slot {
    const number = Math.floor(nowMs / SLOT_MS);
    const place = number % SLOTS;
    const found = this.#slots[place];
    if (found !== undefined && found.number === number) return found;
    const slot = emptySlot(number);
    this.#slots[place] = slot;
    return slot;
  }
}

const emptySlot = (number: number): Slot => ({
  number,
  writes: 0,
  reads: 0,
  messages: 0,
  dropped: 0,
  latencies: [],
});
