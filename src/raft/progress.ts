/**
 * What a leader knows about one member: how far its log matches, what to send next, and how fast.
 *
 * `probe`: the match is not known, one message at a time. `replicate`: messages are pipelined, `next` runs ahead.
 * `snapshot`: a snapshot is on its way, nothing else is sent.
 *
 * @module
 */
import type { RaftId } from './ids.js';
import { Inflights } from './inflights.js';

export type ProgressState = 'probe' | 'replicate' | 'snapshot';

export interface WindowLimits {
  readonly maxInflightMessages: number;
  readonly maxInflightBytes: number;
}

/** A loss makes so many appends repeat what is not acknowledged; then it is tried without. */
const REPEATS_AFTER_LOSS = 256;

export class Progress {
  readonly id: RaftId;
  readonly inflights: Inflights;
  /** Highest index known to be durable there; `match < next`. */
  match = 0;
  /** Index of the next entry to send. */
  next: number;
  state: ProgressState = 'probe';
  /** Nothing is sent until a reply comes: a probe is out, or the window was filled. */
  flowPaused = false;
  /** Highest commit index told to it. */
  sentCommit = 0;
  /** Index of the snapshot on its way, 0 if none. */
  pendingSnapshot = 0;
  /** Heard from since the last quorum check. */
  recentActive = false;
  /** It need not answer until the next quorum check (`spareAnswers`). */
  isSpared = false;
  isLearner = false;
  /** In `replicate`: new entries reach it with the next tick (`thrift.ts`). */
  isDeferred = false;
  /** Payload bytes of entries since the last message to it. */
  deferredBytes = 0;
  /** Something was lost lately: so many more appends repeat what is not acknowledged (`repeatBytes`). */
  repeats = 0;
  /** Rejections of messages anchored before this index are answered already: everything was sent again. */
  #repairedTo = 0;
  /** Messages sent again because nothing came back, since it was last heard. */
  unanswered = 0;

  constructor(id: RaftId, next: number, limits: WindowLimits) {
    this.id = id;
    this.next = next;
    this.inflights = new Inflights(limits.maxInflightMessages, limits.maxInflightBytes);
  }

  /** Fresh knowledge at a change of term or role; the learner mark stays. */
  reset(match: number, next: number): void {
    this.match = match;
    this.next = next;
    this.sentCommit = 0;
    this.recentActive = false;
    this.isSpared = false;
    this.#enter('probe');
  }

  get isPaused(): boolean {
    return this.state === 'snapshot' || this.flowPaused;
  }

  becomeProbe(): void {
    // After a snapshot the follower may hold it although it did not say so yet.
    const base = this.state === 'snapshot' ? Math.max(this.match, this.pendingSnapshot) : this.match;
    this.#enter('probe');
    this.next = base + 1;
    this.sentCommit = Math.min(this.sentCommit, this.next - 1);
  }

  becomeReplicate(): void {
    this.#enter('replicate');
    this.next = this.match + 1;
  }

  becomeSnapshot(index: number): void {
    this.#enter('snapshot');
    this.pendingSnapshot = index;
    this.next = index + 1;
    this.sentCommit = index;
  }

  #enter(state: ProgressState): void {
    this.state = state;
    this.flowPaused = false;
    this.isDeferred = false;
    this.pendingSnapshot = 0;
    this.#repairedTo = 0;
    this.inflights.clear();
  }

  /** A message from it came. */
  heard(): void {
    this.recentActive = true;
    this.unanswered = 0;
  }

  noteLoss(): void {
    this.repeats = REPEATS_AFTER_LOSS;
  }

  /**
   * In `replicate` a rejection of what was anchored at `rejected` means that a message before it was lost: the log up to `match` is
   * the same there for certain. Everything after it is to be sent again; what is on its way will be rejected too, once.
   * @returns false for a rejection that says nothing new, which changes nothing
   */
  repair(rejected: number): boolean {
    if (rejected <= this.match || rejected < this.#repairedTo) return false;
    const repairedTo = this.next;
    this.becomeReplicate();
    this.sentCommit = Math.min(this.sentCommit, this.match);
    this.#repairedTo = repairedTo;
    this.noteLoss();
    return true;
  }

  /** An answer to a heartbeat: what is rejected from now on may be what was sent again. */
  endRepair(): void {
    this.#repairedTo = 0;
  }

  /** `count` entries from `next` on were sent, `bytes` of payload. */
  sent(count: number, bytes: number): void {
    this.deferredBytes = 0;
    if (this.state === 'replicate') {
      if (count > 0) {
        this.next += count;
        this.inflights.add(this.next - 1, bytes);
      }
      this.flowPaused = this.inflights.isFull;
    } else if (count > 0) {
      this.flowPaused = true;
    }
  }

  /** The follower has everything up to `index`. @returns whether that is news */
  advanceTo(index: number): boolean {
    if (index <= this.match) return false;
    this.match = index;
    this.next = Math.max(this.next, index + 1);
    this.flowPaused = false;
    return true;
  }

  /**
   * The follower rejected a message anchored at `rejected`; its log can match at most up to `hint`.
   * @returns false for a stale rejection, which changes nothing
   */
  backUp(rejected: number, hint: number): boolean {
    if (this.state === 'replicate') {
      if (rejected <= this.match) return false;
      this.becomeProbe();
      return true;
    }
    if (rejected !== this.next - 1) return false;
    this.next = Math.max(Math.min(rejected, hint + 1), this.match + 1);
    this.sentCommit = Math.min(this.sentCommit, this.next - 1);
    this.flowPaused = false;
    return true;
  }

  /** A commit index of `committed` is news to it and lies within what was sent. */
  canLearnCommit(committed: number): boolean {
    return committed > this.sentCommit && this.sentCommit < this.next - 1;
  }
}
