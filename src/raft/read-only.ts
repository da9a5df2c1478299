/**
 * Linearizable reads without log entries (dissertation 6.4): a read may be answered at the commit index of its
 * arrival once a quorum has confirmed, after that, that the leader still leads.
 *
 * Every request takes the next *position*. Heartbeats carry the position of the newest request; the echo of a position
 * acknowledges it and all before it. Positions are never used twice, so that a late echo cannot confirm a later read.
 *
 * With leases every round of heartbeats takes a position as well: what a quorum has echoed tells since when, at the
 * latest, the others stick to this leader.
 *
 * @module
 */
import type { RaftId } from './ids.js';
import { type AckedIndexes, jointCommitted, type VoterHalves } from './quorum.js';

export interface ReadRequest {
  /** Who asked: the answer goes there. */
  readonly from: RaftId;
  readonly context: string;
}

export interface PendingRead extends ReadRequest {
  /** Commit index when the request came. */
  readonly index: number;
  readonly position: number;
}

/** A round of heartbeats under way. */
interface Beat {
  readonly position: number;
  /** Tick at which it was sent. */
  readonly sentAt: number;
}

/** Most requests that wait at one leader; what comes beyond is dropped, its asker tries again. */
const MAX_WAITING = 1 << 16;

const NO_READS: readonly PendingRead[] = [];

export class ReadOnly implements AckedIndexes {
  #pending: PendingRead[] = [];
  /** Rounds no quorum has echoed; at most as many as the leader sends until its quorum check ends its rule. */
  #beats: Beat[] = [];
  /** Newest position ever taken. */
  #newest = 0;
  readonly #acked = new Map<RaftId, number>();
  /** Requests that wait for the first commit of the leader's own term. */
  #early: ReadRequest[] = [];
  /** Tick at which the newest round that a quorum has echoed was sent. */
  confirmedAt = Number.NEGATIVE_INFINITY;

  /** Position that heartbeats carry; 0 when nothing waits for confirmation. */
  get heartbeatPosition(): number {
    return this.#pending.length + this.#beats.length === 0 ? 0 : this.#newest;
  }

  get isFull(): boolean {
    return this.#pending.length + this.#early.length >= MAX_WAITING;
  }

  defer(request: ReadRequest): void {
    this.#early.push(request);
  }

  takeDeferred(): readonly ReadRequest[] {
    if (this.#early.length === 0) return NO_READS;
    const early = this.#early;
    this.#early = [];
    return early;
  }

  /** Queues a request; `self` acknowledges it at once. */
  add(request: ReadRequest, index: number, self: RaftId): void {
    const position = this.#take(self);
    this.#pending.push({ from: request.from, context: request.context, index, position });
  }

  /** A round of heartbeats leaves at tick `now`. */
  beat(now: number, self: RaftId): void {
    this.#beats.push({ position: this.#take(self), sentAt: now });
  }

  #take(self: RaftId): number {
    this.#newest += 1;
    this.#acked.set(self, this.#newest);
    return this.#newest;
  }

  ackedIndex(id: RaftId): number | undefined {
    return this.#acked.get(id);
  }

  /** `id` echoed `position`. @returns the requests that are confirmed now, in order of arrival */
  acknowledge(id: RaftId, position: number, quorum: VoterHalves): readonly PendingRead[] {
    if (this.#pending.length + this.#beats.length === 0) return NO_READS;
    this.#acked.set(id, Math.max(position, this.#acked.get(id) ?? 0));
    const confirmed = jointCommitted(quorum, this);
    const beats = countUpTo(this.#beats, confirmed);
    const newestBeat = this.#beats[beats - 1];
    if (newestBeat !== undefined) {
      this.confirmedAt = newestBeat.sentAt;
      this.#beats.splice(0, beats);
    }
    const reads = countUpTo(this.#pending, confirmed);
    return reads === 0 ? NO_READS : this.#pending.splice(0, reads);
  }

  /** Leadership ended: nobody will confirm what waits. Positions go on. */
  reset(): void {
    this.#pending = [];
    this.#beats = [];
    this.#early = [];
    this.#acked.clear();
    this.confirmedAt = Number.NEGATIVE_INFINITY;
  }
}

function countUpTo(items: readonly { readonly position: number }[], position: number): number {
  let count = 0;
  for (const item of items) {
    if (item.position > position) break;
    count += 1;
  }
  return count;
}
