/**
 * Runs a node's turns in its thread: soon after each input, all inputs of one round of the event loop together.
 *
 * @module
 */
import type { NodeClock } from './node-clock.js';
import type { NodeFlags } from './node-flags.js';

export interface LoopHooks {
  /** Does what is due; true: there is more. */
  readonly turn: () => boolean;
  readonly tick: () => void;
  /** How many ticks may come together, because none but the last can matter; at least 1. */
  readonly quietTicks: () => number;
  /** Called before the thread falls asleep. */
  readonly onPaused: () => void;
}

/** A clock that stands still (rate 0) is looked at this often. */
const STOPPED_CLOCK_POLL_MS = 100;

export class NodeLoop {
  readonly #hooks: LoopHooks;
  readonly #flags: NodeFlags;
  readonly #clock: NodeClock;
  readonly #tickMs: number;
  #isScheduled = false;
  #immediate: NodeJS.Immediate | null = null;
  #timer: NodeJS.Timeout | null = null;
  /** By the node's clock, like all times here. */
  #nextTickAtMs = 0;
  #timerDueMs = 0;
  /** Ticks that may come together, as planned by the last turn: what is beyond was missed. */
  #plannedTicks = 1;
  #isStopped = false;

  constructor(flags: NodeFlags, clock: NodeClock, tickMs: number, hooks: LoopHooks) {
    this.#flags = flags;
    this.#clock = clock;
    this.#tickMs = tickMs;
    this.#hooks = hooks;
  }

  /** Begins to tick, the first time after the given share (0–1) of a tick: nodes must not tick in step. */
  start(phase: number): void {
    this.#nextTickAtMs = this.#clock.monotonicMs() + phase * this.#tickMs;
    this.#setTimer();
  }

  stop(): void {
    this.#isStopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    if (this.#immediate !== null) clearImmediate(this.#immediate);
  }

  /** A turn is due. */
  wake(): void {
    if (this.#isScheduled || this.#isStopped) return;
    this.#isScheduled = true;
    this.#immediate = setImmediate(() => this.#turn());
  }

  /** Falls asleep here if the node is paused. */
  checkPause(): void {
    this.#flags.sleepWhilePaused(this.#hooks.onPaused);
  }

  #turn(): void {
    this.#isScheduled = false;
    this.#immediate = null;
    this.checkPause();
    this.#takeTicks();
    if (this.#hooks.turn()) this.wake();
    if (this.#timer !== null) this.#plan();
  }

  /** Ticks that fell due while the thread was busy or paused are not made up for: nothing was heard meanwhile. */
  #takeTicks(): void {
    if (this.#timer === null) return;
    const nowMs = this.#clock.monotonicMs();
    // Timers may fire a little early.
    const passed = Math.floor((nowMs + 1 - this.#nextTickAtMs) / this.#tickMs) + 1;
    if (passed < 1) return;
    const ticks = Math.min(passed, this.#plannedTicks);
    this.#nextTickAtMs = Math.max(this.#nextTickAtMs + ticks * this.#tickMs, nowMs);
    for (let i = 0; i < ticks; i++) this.#hooks.tick();
  }

  /** A timer that fires too early costs less than setting it anew: only what is due sooner sets it. */
  #plan(): void {
    this.#plannedTicks = Math.max(1, this.#hooks.quietTicks());
    if (this.#dueMs < this.#timerDueMs) this.#setTimer();
  }

  get #dueMs(): number {
    return this.#nextTickAtMs + (this.#plannedTicks - 1) * this.#tickMs;
  }

  #setTimer(): void {
    if (this.#isStopped) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const { rate } = this.#clock;
    this.#timerDueMs = this.#dueMs;
    const ownMs = Math.max(0, this.#timerDueMs - this.#clock.monotonicMs());
    const delayMs = rate > 0 ? Math.min(ownMs / rate, STOPPED_CLOCK_POLL_MS) : STOPPED_CLOCK_POLL_MS;
    this.#timer = setTimeout(() => this.#onTimer(), delayMs);
  }

  #onTimer(): void {
    if (this.#clock.monotonicMs() + 1 < this.#dueMs) {
      this.#setTimer();
      return;
    }
    // The turn takes the ticks and sets the timer again.
    this.#timerDueMs = Number.POSITIVE_INFINITY;
    this.wake();
  }
}
