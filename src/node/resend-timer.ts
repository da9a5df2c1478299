/**
 * When a leader sends again what should have been acknowledged by now: a lost message is found out by the answer to the next one,
 * and when there is no next one, clients wait. So while entries wait to be committed and none is, for longer than it usually
 * takes, they leave once more, and again after twice that time.
 *
 * What is usual is measured as TCP measures round trips (RFC 6298): a smoothed mean and deviation of the time from an append to
 * its commit, without those that were sent again (Karn).
 *
 * @module
 */
import type { Raft } from '../raft/raft.js';

/** Below it a timer of the host is not precise, and a busy thread would send in vain. */
const SHORTEST_MS = 2;
const LONGEST_MS = 100;
const FIRST_MS = 10;
const DEVIATIONS = 2;
/** Weights of a new sample. */
const MEAN_GAIN = 1 / 8;
const DEVIATION_GAIN = 1 / 4;
const DOUBLINGS_MAX = 5;

type Watched = Pick<Raft, 'role' | 'commitIndex' | 'lastIndex' | 'term'>;

export class ResendTimer {
  readonly #raft: Watched;
  #meanMs = FIRST_MS / 2;
  #deviationMs = FIRST_MS / 4;
  #term = 0;
  #commitIndex = 0;
  /** The entry whose commit is timed, 0: none; and since when. */
  #timedIndex = 0;
  #timedSinceMs = 0;
  #tries = 0;
  #dueMs = Number.POSITIVE_INFINITY;

  constructor(raft: Watched) {
    this.#raft = raft;
  }

  /** On the clock that is given to `isDue`; infinite when nothing waits. A turn is wanted then at the latest. */
  get dueMs(): number {
    return this.#dueMs;
  }

  /** Call it at the end of each turn. @returns whether to send again now */
  isDue(nowMs: number): boolean {
    const { role, commitIndex, lastIndex, term } = this.#raft;
    const isNewReign = term !== this.#term;
    this.#term = term;
    if (isNewReign || role !== 'leader') this.#timedIndex = 0;
    if (this.#timedIndex > 0 && commitIndex >= this.#timedIndex) this.#sample(nowMs - this.#timedSinceMs);
    if (role !== 'leader' || commitIndex === lastIndex) {
      this.#tries = 0;
      this.#dueMs = Number.POSITIVE_INFINITY;
      this.#commitIndex = commitIndex;
      return false;
    }
    if (this.#dueMs === Number.POSITIVE_INFINITY || commitIndex !== this.#commitIndex || isNewReign) {
      this.#tries = 0;
      this.#dueMs = nowMs + this.#patienceMs;
    }
    this.#commitIndex = commitIndex;
    if (nowMs >= this.#dueMs) return this.#again(nowMs);
    if (this.#timedIndex === 0 && this.#tries === 0) {
      this.#timedIndex = lastIndex;
      this.#timedSinceMs = nowMs;
    }
    return false;
  }

  get #patienceMs(): number {
    const usualMs = this.#meanMs + DEVIATIONS * this.#deviationMs;
    return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, usualMs));
  }

  #again(nowMs: number): true {
    this.#timedIndex = 0;
    this.#tries = Math.min(this.#tries + 1, DOUBLINGS_MAX);
    this.#dueMs = nowMs + this.#patienceMs * 2 ** this.#tries;
    return true;
  }

  #sample(tookMs: number): void {
    this.#timedIndex = 0;
    this.#deviationMs += DEVIATION_GAIN * (Math.abs(tookMs - this.#meanMs) - this.#deviationMs);
    this.#meanMs += MEAN_GAIN * (tookMs - this.#meanMs);
  }
}
