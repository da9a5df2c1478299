/**
 * Batches of this node's clients on their way through the log: from `submit` to the outcome.
 *
 * **What is certain.** A batch is *exposed* once it was appended to the own log (as leader) or left for another node. One
 * that was never exposed is refused with certainty. Of an exposed one copies may be in logs and in the network (the
 * router may delay and duplicate), and a `ProposeRefused` speaks of one copy only; so it ends as `done`, when this node
 * applies it, or as `unknown`. It is never taken back, but it is sent again while its deadline lasts: the state machine
 * executes one (origin, epoch, sequence) at most once, so a retry costs bytes and cannot repeat an effect.
 *
 * @module
 */

import type { Reply } from '../kv/reply.js';
import { NONE, type RaftId } from '../raft/ids.js';
import { type BatchId, type Outcome, type RefusalCode, refused, unknown } from './outcome.js';

interface Flight {
  readonly id: BatchId;
  readonly sequence: number;
  readonly data: Uint8Array;
  readonly deadlineTick: number;
  exposed: boolean;
  /** Member it was last given to, in `placedTerm`; `NONE`: it waits for a place. */
  placedAt: RaftId;
  placedTerm: number;
  /** Not placed before this tick. */
  notBeforeTick: number;
  attempts: number;
}

/** A batch to be given to a leader. `data` must be copied before anything is changed in it, unless `fresh`. */
export interface Placement {
  readonly sequence: number;
  readonly data: Uint8Array;
  /** Nobody else holds these bytes. */
  readonly fresh: boolean;
}

export interface ProposalLimits {
  readonly inFlight: number;
  readonly timeoutTicks: number;
  /** A forwarded batch that was not applied within this is sent again, after twice as long the next time, and so on. */
  readonly resendTicks: number;
}

export class Proposals {
  readonly #limits: ProposalLimits;
  readonly #finish: (outcome: Outcome) => void;
  /** By sequence, in ascending order. */
  readonly #flights = new Map<number, Flight>();
  #unplaced: Flight[] = [];
  #bytes = 0;

  constructor(limits: ProposalLimits, finish: (outcome: Outcome) => void) {
    this.#limits = limits;
    this.#finish = finish;
  }

  get count(): number {
    return this.#flights.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(id: BatchId, sequence: number, data: Uint8Array, nowTick: number): void {
    const flight: Flight = {
      id,
      sequence,
      data,
      deadlineTick: nowTick + this.#limits.timeoutTicks,
      exposed: false,
      placedAt: NONE,
      placedTerm: 0,
      notBeforeTick: 0,
      attempts: 0,
    };
    this.#flights.set(sequence, flight);
    this.#unplaced.push(flight);
    this.#bytes += data.length;
  }

  /** Batches that may go to the leader now, oldest first. They count as placed only after `placed`. */
  toPlace(nowTick: number): readonly Placement[] {
    if (this.#unplaced.length === 0) return [];
    const highest = this.#oldestSequence() + this.#limits.inFlight;
    const due: Placement[] = [];
    for (const flight of this.#unplaced) {
      if (flight.notBeforeTick > nowTick || flight.sequence >= highest) continue;
      due.push({ sequence: flight.sequence, data: flight.data, fresh: !flight.exposed });
    }
    return due;
  }

  /** These batches were appended by this node (`at` itself) or have been sent to the leader `at`. */
  placed(placements: readonly Placement[], at: RaftId, term: number, nowTick: number): void {
    for (const { sequence } of placements) {
      const flight = this.#flights.get(sequence);
      if (flight === undefined) continue;
      flight.exposed = true;
      flight.placedAt = at;
      flight.placedTerm = term;
      flight.notBeforeTick = nowTick + this.#limits.resendTicks * 2 ** Math.min(flight.attempts, 4);
      flight.attempts += 1;
    }
    this.#unplaced = this.#unplaced.filter(flight => flight.placedAt === NONE);
  }

  /** The leader certainly did not append this copy; another try follows soon. */
  notAppended(sequence: number, by: RaftId, nowTick: number): void {
    const flight = this.#flights.get(sequence);
    if (flight?.placedAt === by) this.#unplace(flight, nowTick + 1);
  }

  /** There is another leader, or another term: what was given to the one before may be lost. */
  leaderChanged(leader: RaftId, term: number, notBeforeTick: number): void {
    for (const flight of this.#flights.values()) {
      if (flight.placedAt === NONE) continue;
      if (flight.placedAt !== leader || flight.placedTerm !== term) this.#unplace(flight, notBeforeTick);
    }
  }

  /** `replies` null: the state machine had it before, in a copy whose replies this node never saw. */
  applied(sequence: number, replies: readonly Reply[] | null, index: number, term: number): void {
    const flight = this.#flights.get(sequence);
    if (flight === undefined) return;
    this.#remove(flight);
    // It may be waiting for another try although an earlier copy has made it.
    if (flight.placedAt === NONE) this.#unplaced = this.#unplaced.filter(other => other !== flight);
    if (replies === null) this.#finish(unknown(flight.id, 'executed earlier; its replies are not known'));
    else this.#finish({ kind: 'done', id: flight.id, replies, index, term });
  }

  /** The state of another node replaced this one's: whatever left may be in it, without replies. */
  superseded(): void {
    for (const flight of [...this.#flights.values()]) {
      if (!flight.exposed) continue;
      this.#remove(flight);
      this.#finish(unknown(flight.id, 'a snapshot replaced the log it was in'));
    }
    this.#unplaced = this.#unplaced.filter(flight => this.#flights.has(flight.sequence));
  }

  /** Deadlines and retries. `self`: what this node appended itself stays in its log while it leads. */
  tick(nowTick: number, self: RaftId, why: RefusalCode): void {
    let expired = false;
    for (const flight of this.#flights.values()) {
      if (flight.deadlineTick <= nowTick) {
        expired = true;
        this.#remove(flight);
        this.#finish(
          flight.exposed
            ? unknown(flight.id, 'no answer within the time limit')
            : refused(flight.id, why, 'no leader took it within the time limit'),
        );
      } else if (flight.placedAt !== NONE && flight.placedAt !== self && flight.notBeforeTick <= nowTick) {
        this.#unplace(flight, nowTick);
      }
    }
    if (expired) this.#unplaced = this.#unplaced.filter(flight => this.#flights.has(flight.sequence));
  }

  /** Ends everything: exposed batches are unknown, the others refused. */
  abandon(code: RefusalCode, message: string): void {
    for (const flight of this.#flights.values()) {
      this.#finish(flight.exposed ? unknown(flight.id, message) : refused(flight.id, code, message));
    }
    this.#flights.clear();
    this.#unplaced = [];
    this.#bytes = 0;
  }

  /** Refuses what was never exposed, which is certain at any time. */
  refuseUnexposed(code: RefusalCode, message: string): void {
    for (const flight of this.#unplaced) {
      if (flight.exposed) continue;
      this.#remove(flight);
      this.#finish(refused(flight.id, code, message));
    }
    this.#unplaced = this.#unplaced.filter(flight => flight.exposed);
  }

  #oldestSequence(): number {
    for (const sequence of this.#flights.keys()) return sequence;
    return 0;
  }

  #unplace(flight: Flight, notBeforeTick: number): void {
    flight.placedAt = NONE;
    flight.notBeforeTick = notBeforeTick;
    this.#unplaced.push(flight);
  }

  #remove(flight: Flight): void {
    this.#flights.delete(flight.sequence);
    this.#bytes -= flight.data.length;
  }
}
