/**
 * The clock of a simulated node, which a fault may set wrong or let run at another rate.
 *
 * @module
 */
import type { EventQueue } from './event-queue.js';

const EPOCH_MS = Date.UTC(2026, 0, 1);
/** More than what is lost in turning one clock's time into another's. */
const ROUNDING_MS = 0.001;

export class SimulatedClock {
  readonly #queue: Pick<EventQueue, 'nowMs'>;
  #offsetMs = 0;
  #rate = 1;
  /** Moment and reading at the last change of the rate. */
  #changedMs = 0;
  #monotonicAtChangeMs = 0;

  constructor(queue: Pick<EventQueue, 'nowMs'>) {
    this.#queue = queue;
  }

  /** Milliseconds since 1970, by this clock. */
  get nowMs(): number {
    return EPOCH_MS + this.monotonicMs + this.#offsetMs;
  }

  /** Never goes back; runs at the rate of this clock. */
  get monotonicMs(): number {
    return this.#monotonicAtChangeMs + (this.#queue.nowMs - this.#changedMs) * this.#rate;
  }

  set(offsetMs: number, rate: number): void {
    this.#monotonicAtChangeMs = this.monotonicMs;
    this.#changedMs = this.#queue.nowMs;
    this.#offsetMs = offsetMs;
    this.#rate = rate;
  }

  /** When this clock has certainly reached that, unless its rate changes meanwhile. */
  queueTimeOf(monotonicMs: number): number {
    return this.#changedMs + (monotonicMs - this.#monotonicAtChangeMs) / this.#rate + ROUNDING_MS;
  }
}
