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
  #nextTickAtMs = 0;
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
    this.#scheduleTick();
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
    if (this.#hooks.turn()) this.wake();
  }

  #scheduleTick(): void {
    const { rate } = this.#clock;
    const ownMs = Math.max(0, this.#nextTickAtMs - this.#clock.monotonicMs());
    const delayMs = rate > 0 ? Math.min(ownMs / rate, STOPPED_CLOCK_POLL_MS) : STOPPED_CLOCK_POLL_MS;
    this.#timer = setTimeout(() => this.#onTimer(), delayMs);
  }

  /** Ticks that fell due while the thread was busy or paused are not made up for: nothing was heard meanwhile. */
  #onTimer(): void {
    const nowMs = this.#clock.monotonicMs();
    // Timers may fire a little early.
    if (nowMs + 1 >= this.#nextTickAtMs) {
      this.#nextTickAtMs = Math.max(this.#nextTickAtMs + this.#tickMs, nowMs);
      this.#hooks.tick();
      this.wake();
    }
    if (!this.#isStopped) this.#scheduleTick();
  }
}
