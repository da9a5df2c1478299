/**
 * Wakes the threads of nodes whose patience has ended: one timer here instead of one in each thread.
 *
 * A follower that hears from its leader again and again would set its timer in vain: the timers of the engine fire at the first time they
 * were set for, and each time costs the thread a wake-up. So a node that goes to sleep for longer than `intervalMs` notes in its flags when
 * it wants to be woken. The watch looks there at least every `intervalMs`, so no note comes too late, and at the moment itself.
 *
 * @module
 */
import type { NodeFlags } from './node-flags.js';

export interface Sleeper {
  readonly flags: NodeFlags;
  readonly wake: () => void;
}

/** Runs `action` once after a delay; returns what cancels it. */
export type Schedule = (action: () => void, delayMs: number) => () => void;

export class SleepWatch {
  readonly #intervalMs: number;
  readonly #schedule: Schedule;
  readonly #sleepers = new Set<Sleeper>();
  #cancel: (() => void) | null = null;

  constructor(intervalMs: number, schedule: Schedule) {
    this.#intervalMs = intervalMs;
    this.#schedule = schedule;
  }

  /** From now on the node need not wake itself from long sleeps. */
  add(sleeper: Sleeper): void {
    this.#sleepers.add(sleeper);
    sleeper.flags.promiseWake(this.#intervalMs);
    if (this.#cancel === null) this.#lookIn(this.#intervalMs);
  }

  /** Its thread has ended. */
  remove(sleeper: Sleeper): void {
    this.#sleepers.delete(sleeper);
  }

  dispose(): void {
    this.#cancel?.();
    this.#cancel = null;
    this.#sleepers.clear();
  }

  #lookIn(delayMs: number): void {
    this.#cancel = this.#schedule(() => this.#look(), delayMs);
  }

  #look(): void {
    this.#cancel = null;
    if (this.#sleepers.size === 0) return;
    let nextMs = this.#intervalMs;
    for (const { flags, wake } of this.#sleepers) {
      const dueInMs = flags.wakeDueInMs(this.#intervalMs);
      if (dueInMs === null) continue;
      if (dueInMs > 0) nextMs = Math.min(nextMs, dueInMs);
      else if (flags.takeWake()) wake();
    }
    this.#lookIn(nextMs);
  }
}
