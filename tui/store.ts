/**
 * The state outside React. Input changes it at once; the screen is told at most so many times a second.
 *
 * @module
 */
import type { State } from './state.js';

/** After a key the screen follows within this, also while a key repeats. */
const INPUT_GAP_MS = 33;
/** Snapshots of the cluster are shown at most ten times a second. */
const STATUS_GAP_MS = 100;
/** When frames take long, because the machine has too much to do, they become fewer: this share of the time is theirs. */
const DRAWING_SHARE = 0.06;
const MOST_STATUS_GAP_MS = 500;
/** Of a frame in the average: a single long one changes little. */
const NEWEST_WEIGHT = 0.2;

export class Store {
  #state: State;
  #shown: State;
  readonly #now: () => number;
  readonly #listeners = new Set<() => void>();
  #lastShownMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | null = null;
  #dueMs = 0;
  /** How long a frame takes, on average. */
  #drawingMs = 0;

  /** `now`: milliseconds of a clock that never goes back. */
  constructor(state: State, now: () => number = () => performance.now()) {
    this.#state = state;
    this.#shown = state;
    this.#now = now;
  }

  get state(): State {
    return this.#state;
  }

  /** The state on the screen. */
  readonly shown = (): State => this.#shown;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Takes the next state and has it shown soon: after input at once where possible. */
  set(state: State, cause: 'input' | 'status'): void {
    if (state === this.#state) return;
    this.#state = state;
    const gapMs = cause === 'input' ? INPUT_GAP_MS : this.#statusGapMs();
    const dueMs = this.#lastShownMs + gapMs;
    const waitMs = dueMs - this.#now();
    if (waitMs > 0 && this.#timer !== null && dueMs >= this.#dueMs) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#dueMs = dueMs;
    if (waitMs <= 0) this.#show();
    else this.#timer = setTimeout(() => this.#show(), waitMs);
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#listeners.clear();
  }

  #show(): void {
    this.#timer = null;
    this.#lastShownMs = this.#now();
    if (this.#shown === this.#state) return;
    this.#shown = this.#state;
    for (const listener of this.#listeners) listener();
    const tookMs = this.#now() - this.#lastShownMs;
    this.#drawingMs += NEWEST_WEIGHT * (tookMs - this.#drawingMs);
  }

  #statusGapMs(): number {
    return Math.max(STATUS_GAP_MS, Math.min(MOST_STATUS_GAP_MS, this.#drawingMs / DRAWING_SHARE));
  }
}
