/**
 * A node's own clocks, which a fault may set wrong or let run at another rate.
 *
 * @module
 */
import type { ClockFault } from './node-protocol.js';

export class NodeClock {
  #trueAtMs = 0;
  #ownAtMs = 0;
  #monotonicAtMs = 0;
  #rate = 1;

  constructor(fault: ClockFault) {
    this.#trueAtMs = performance.now();
    this.set(fault);
  }

  get rate(): number {
    return this.#rate;
  }

  /** From now on the clock is off by `offsetMs`, and drifts from there at `rate`. */
  set(fault: ClockFault): void {
    const monotonicMs = this.monotonicMs();
    this.#trueAtMs = performance.now();
    this.#ownAtMs = performance.timeOrigin + this.#trueAtMs + fault.offsetMs;
    this.#monotonicAtMs = monotonicMs;
    this.#rate = fault.rate;
  }

  /** Milliseconds since 1970, by this node. */
  nowMs(): number {
    return this.#ownAtMs + this.#elapsedMs();
  }

  /** Never goes back; runs at the rate of this node's clock. */
  monotonicMs(): number {
    return this.#monotonicAtMs + this.#elapsedMs();
  }

  #elapsedMs(): number {
    return (performance.now() - this.#trueAtMs) * this.#rate;
  }
}
