/**
 * The words that a node's thread shares with the runtime and its peers: the pause switch, what was put into its mailbox and taken, whether
 * somebody watches the cluster, that the node's leader lives, and when a sleeping node is to be woken.
 *
 * They work while the node's event loop does not: a paused node sleeps on the switch itself.
 *
 * @module
 */
import type { QuietHeartbeat } from '../node/frame.js';
import { raftId } from '../raft/ids.js';

/** Counts pauses and resumes: odd means paused. */
const PAUSED = 0;
const CONSUMED_FRAMES = 1;
const CONSUMED_BYTES = 2;
const WATCHED = 3;
/** Whom the node follows, in which term (its low half); no leader: 0. */
const LEADER = 4;
const LEADER_TERM = 5;
/** Quiet heartbeats told so far, and of the last one the sender, its term, and when it came. */
const HEARD_COUNT = 6;
const HEARD_LEADER = 7;
const HEARD_TERM = 8;
const HEARD_AT = 9;
/** Somebody wakes the node from sleeps of at least so many milliseconds; 0: nobody does. */
const WAKE_PROMISE = 10;
/** When the sleeping node wants to be woken; 0: not at all. */
const WAKE_AT = 11;
/** What was put into the node's mailbox, by all who do. */
const POSTED_FRAMES = 12;
const POSTED_BYTES = 13;
const WORDS = 14;

/** Milliseconds of a clock that all threads share, modulo 2^32. */
function sharedMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return (seconds * 1_000 + Math.floor(nanoseconds / 1e6)) | 0;
}

interface HeardHeartbeat extends QuietHeartbeat {
  readonly agoMs: number;
}

export const createNodeFlags = (): SharedArrayBuffer =>
  new SharedArrayBuffer(WORDS * Int32Array.BYTES_PER_ELEMENT);

export class NodeFlags {
  readonly #words: Int32Array;
  #heardCount = 0;

  constructor(shared: SharedArrayBuffer) {
    this.#words = new Int32Array(shared);
  }

  get isPaused(): boolean {
    return isOdd(Atomics.load(this.#words, PAUSED));
  }

  pause(): void {
    if (!this.isPaused) Atomics.add(this.#words, PAUSED, 1);
  }

  resume(): void {
    if (this.isPaused) Atomics.add(this.#words, PAUSED, 1);
    Atomics.notify(this.#words, PAUSED);
  }

  /**
   * Blocks the calling thread until `resume`; returns at once when not paused. `onPaused` is called once for each
   * pause, before the thread sleeps: also for one that follows a resume too quickly for the thread to have woken.
   */
  sleepWhilePaused(onPaused: () => void): void {
    for (;;) {
      const pause = Atomics.load(this.#words, PAUSED);
      if (!isOdd(pause)) return;
      onPaused();
      Atomics.wait(this.#words, PAUSED, pause);
    }
  }

  /** Somebody is shown the cluster at an interval. */
  get isWatched(): boolean {
    return Atomics.load(this.#words, WATCHED) === 1;
  }

  setWatched(isWatched: boolean): void {
    Atomics.store(this.#words, WATCHED, isWatched ? 1 : 0);
  }

  /** The node's own word: heartbeats of this leader in this term need not wake it. `leader` 0: it follows nobody. */
  follow(leader: number, term: number): void {
    Atomics.store(this.#words, LEADER, 0);
    Atomics.store(this.#words, LEADER_TERM, term | 0);
    Atomics.store(this.#words, LEADER, leader);
  }

  /** @returns false when the node follows somebody else: nothing was told */
  tellHeartbeat({ leader, term }: QuietHeartbeat): boolean {
    const words = this.#words;
    if (Atomics.load(words, LEADER) !== leader || Atomics.load(words, LEADER_TERM) !== (term | 0))
      return false;
    Atomics.store(words, HEARD_LEADER, leader);
    Atomics.store(words, HEARD_TERM, term | 0);
    Atomics.store(words, HEARD_AT, sharedMs());
    Atomics.add(words, HEARD_COUNT, 1);
    return true;
  }

  /** The last quiet heartbeat, once; null: none came since the last call. `term` is modulo 2^32. */
  takeHeartbeat(): HeardHeartbeat | null {
    const words = this.#words;
    const count = Atomics.load(words, HEARD_COUNT);
    if (count === this.#heardCount) return null;
    this.#heardCount = count;
    const leader = raftId(Atomics.load(words, HEARD_LEADER));
    const agoMs = Math.max(0, (sharedMs() - Atomics.load(words, HEARD_AT)) | 0);
    return { leader, term: Atomics.load(words, HEARD_TERM), agoMs };
  }

  /** From now on somebody looks at `sleep`'s notes at least every `intervalMs`. */
  promiseWake(intervalMs: number): void {
    Atomics.store(this.#words, WAKE_PROMISE, Math.ceil(intervalMs));
  }

  /** The node's own word: it has nothing to do for so long. @returns whether it will be woken; if not, it has to see to it itself */
  sleep(delayMs: number): boolean {
    const words = this.#words;
    const promiseMs = Atomics.load(words, WAKE_PROMISE);
    const isWoken = promiseMs > 0 && delayMs >= promiseMs;
    Atomics.store(words, WAKE_AT, isWoken ? (sharedMs() + Math.ceil(delayMs)) | 0 || 1 : 0);
    return isWoken;
  }

  /**
   * In how many milliseconds the node is to be woken, 0 or less: now; null: it does not sleep. Whose leader is heard quietly may sleep
   * on for `patienceMs` at least: it would only find out that it was heard.
   */
  wakeDueInMs(patienceMs: number): number | null {
    const words = this.#words;
    const wakeAt = Atomics.load(words, WAKE_AT);
    if (wakeAt === 0) return null;
    const nowMs = sharedMs();
    const asNotedMs = (wakeAt - nowMs) | 0;
    if (Atomics.load(words, HEARD_COUNT) === 0) return asNotedMs;
    const sinceHeardMs = (nowMs - Atomics.load(words, HEARD_AT)) | 0;
    // Of a clock that has run round nothing is known.
    return sinceHeardMs < 0 ? asNotedMs : Math.max(asNotedMs, patienceMs - sinceHeardMs);
  }

  /** The note is done with. @returns false when it is gone already, or has just been made anew */
  takeWake(): boolean {
    const wakeAt = Atomics.load(this.#words, WAKE_AT);
    return wakeAt !== 0 && Atomics.compareExchange(this.#words, WAKE_AT, wakeAt, 0) === wakeAt;
  }

  countPosted(frames: number, bytes: number): void {
    Atomics.add(this.#words, POSTED_FRAMES, frames);
    Atomics.add(this.#words, POSTED_BYTES, bytes);
  }

  countConsumed(frames: number, bytes: number): void {
    Atomics.add(this.#words, CONSUMED_FRAMES, frames);
    Atomics.add(this.#words, CONSUMED_BYTES, bytes);
  }

  /** What waits in the mailbox. The totals are modulo 2^32: only their difference means anything, while it is less than 2^31. */
  waiting(): { readonly frames: number; readonly bytes: number } {
    const words = this.#words;
    return {
      frames: (Atomics.load(words, POSTED_FRAMES) - Atomics.load(words, CONSUMED_FRAMES)) | 0,
      bytes: (Atomics.load(words, POSTED_BYTES) - Atomics.load(words, CONSUMED_BYTES)) | 0,
    };
  }
}

const isOdd = (count: number): boolean => (count & 1) === 1;
