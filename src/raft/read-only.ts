/**
 * Linearizable reads without log entries (dissertation 6.4): a read may be answered at the commit index of its
 * arrival once a quorum has confirmed, after that, that the leader still leads.
 *
 * Every request takes the next *position*. Heartbeats carry the position of the newest request; the echo of a position
 * acknowledges it and all before it. Positions are never used twice, so that a late echo cannot confirm a later read.
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
}

const NO_READS: readonly PendingRead[] = [];

export class ReadOnly implements AckedIndexes {
  #pending: PendingRead[] = [];
  /** Position of the newest request ever taken. */
  #newest = 0;
  readonly #acked = new Map<RaftId, number>();
  /** Requests that wait for the first commit of the leader's own term. */
  #early: ReadRequest[] = [];

  /** Position that heartbeats carry; 0 when nothing waits for confirmation. */
  get heartbeatPosition(): number {
    return this.#pending.length === 0 ? 0 : this.#newest;
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
    this.#newest += 1;
    this.#pending.push({ from: request.from, context: request.context, index });
    this.#acked.set(self, this.#newest);
  }

  ackedIndex(id: RaftId): number | undefined {
    return this.#acked.get(id);
  }

  /** `id` echoed `position`. @returns the requests that are confirmed now, in order of arrival */
  acknowledge(id: RaftId, position: number, quorum: VoterHalves): readonly PendingRead[] {
    if (position === 0 || this.#pending.length === 0) return NO_READS;
    this.#acked.set(id, Math.max(position, this.#acked.get(id) ?? 0));
    const first = this.#newest - this.#pending.length + 1;
    const confirmed = Math.min(jointCommitted(quorum, this), this.#newest) - first + 1;
    return confirmed <= 0 ? NO_READS : this.#pending.splice(0, confirmed);
  }

  /** Leadership ended: nobody will confirm what waits. Positions go on. */
  reset(): void {
    this.#pending = [];
    this.#early = [];
    this.#acked.clear();
  }
}
