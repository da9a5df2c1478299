/**
 * Runs a node's turns in its thread: soon after each input, all inputs of one round of the event loop together.
 *
 * @module
 */
import { ticksToTake } from '../node/ticks-to-take.js';
import type { NodeClock } from './node-clock.js';
import type { NodeFlags } from './node-flags.js';

export interface LoopHooks {
  /** Does what is due; true: there is more. */
  readonly turn: () => boolean;
  readonly tick: (count: number) => void;
  /** How many ticks may come together, because none but the last can matter; at least 1. */
  readonly quietTicks: () => number;
  /** When a turn is wanted even without a tick, by the node's clock; infinite when it is not. */
  readonly turnDueMs: () => number;
  /**
   * How long ago, by the node's clock, the leader was last heard without a message that woke the node; null: not since the last
   * call.
   */
  readonly heardAgoMs: () => number | null;
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
  readonly #graceTicks: number;
  #isScheduled = false;
  #immediate: NodeJS.Immediate | null = null;
  #timer: NodeJS.Timeout | null = null;
  /** By the node's clock, like all times here. */
  #nextTickAtMs = 0;
  #timerDueMs = 0;
  #turnDueMs = Number.POSITIVE_INFINITY;
  /** Ticks that may come together, as planned by the last turn: what is beyond was missed. */
  #plannedTicks = 1;
  /** Another node was heard since the last turn. */
  #hasHeard = false;
  #isStopped = false;

  /** `graceTicks`: a node that is behind the time is given so many ticks to hear what waits for it. */
  constructor(flags: NodeFlags, clock: NodeClock, tickMs: number, graceTicks: number, hooks: LoopHooks) {
    this.#flags = flags;
    this.#clock = clock;
    this.#tickMs = tickMs;
    this.#graceTicks = graceTicks;
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

  /** A turn is due, because another node was heard. */
  heard(): void {
    this.#hasHeard = true;
    this.wake();
  }

  /** The clock was set: what is due comes at another time than planned. */
  clockChanged(): void {
    if (this.#timer !== null) this.#setTimer();
  }

  /** Falls asleep here if the node is paused. The time until it is resumed never was, for it. */
  checkPause(): void {
    if (!this.#flags.isPaused) return;
    this.#flags.sleepWhilePaused(this.#hooks.onPaused);
    this.#nextTickAtMs = Math.max(this.#nextTickAtMs, this.#clock.monotonicMs());
  }

  #turn(): void {
    this.#isScheduled = false;
    this.#immediate = null;
    if (this.#flags.isPaused) {
      this.checkPause();
      // What came during the pause is heard before the time that has passed counts.
      this.wake();
      return;
    }
    this.#takeTicks();
    if (this.#hooks.turn()) this.wake();
    if (this.#timer !== null) this.#plan();
  }

  #takeTicks(): void {
    if (this.#timer === null) return;
    const nowMs = this.#clock.monotonicMs();
    // Timers may fire a little early.
    const passed = Math.floor((nowMs + 1 - this.#nextTickAtMs) / this.#tickMs) + 1;
    const hasHeard = this.#hasHeard;
    this.#hasHeard = false;
    const heardAgoMs = this.#hooks.heardAgoMs();
    if (passed < 1) return;
    const ticks = ticksToTake({
      passed,
      planned: this.#plannedTicks,
      grace: this.#graceTicks,
      hasHeard,
      sinceLeader: heardAgoMs === null ? null : Math.floor(heardAgoMs / this.#tickMs),
    });
    this.#nextTickAtMs = Math.max(this.#nextTickAtMs + ticks * this.#tickMs, nowMs);
    if (ticks > 0) this.#hooks.tick(ticks);
  }

  #plan(): void {
    this.#forgetBusyTicks();
    this.#plannedTicks = Math.max(1, this.#hooks.quietTicks());
    this.#turnDueMs = this.#hooks.turnDueMs();
    this.#rest();
  }

  /** Ticks that fell due in a turn that took longer than the grace: nothing was heard meanwhile, and what was said may wait outside. */
  #forgetBusyTicks(): void {
    const behindMs = this.#clock.monotonicMs() - this.#nextTickAtMs;
    const busyTicks = Math.floor(behindMs / this.#tickMs) - this.#graceTicks;
    if (busyTicks > 0) this.#nextTickAtMs += busyTicks * this.#tickMs;
  }

  /**
   * From long sleeps the node is woken, if that was promised. A timer of its own that fires too early costs less than setting it anew:
   * only what is due sooner sets it.
   */
  #rest(): void {
    if (!this.#isWoken() && this.#dueMs < this.#timerDueMs) this.#setTimer();
  }

  #isWoken(): boolean {
    const { rate } = this.#clock;
    return this.#flags.sleep(rate > 0 ? (this.#dueMs - this.#clock.monotonicMs()) / rate : 0);
  }

  get #dueMs(): number {
    return Math.min(this.#nextTickAtMs + (this.#plannedTicks - 1) * this.#tickMs, this.#turnDueMs);
  }

  #setTimer(): void {
    if (this.#isStopped) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const { rate } = this.#clock;
    this.#timerDueMs = this.#dueMs;
    const ownMs = Math.max(0, this.#timerDueMs - this.#clock.monotonicMs());
    const delayMs = rate > 0 ? ownMs / rate : STOPPED_CLOCK_POLL_MS;
    this.#timer = setTimeout(() => this.#onTimer(), delayMs);
  }

  #onTimer(): void {
    this.#timerDueMs = Number.POSITIVE_INFINITY;
    if (this.#clock.monotonicMs() + 1 < this.#dueMs) this.#rest();
    // The turn takes the ticks and sets the timer again.
    else this.wake();
  }
}
