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

export class Store {
  #state: State;
  #shown: State;
  readonly #now: () => number;
  readonly #listeners = new Set<() => void>();
  #lastShownMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | null = null;
  #dueMs = 0;

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
    const gapMs = cause === 'input' ? INPUT_GAP_MS : STATUS_GAP_MS;
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
  }
}
