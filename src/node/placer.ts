/**
 * Brings batches to the leader's log: this node's own and those that other nodes sent here.
 *
 * The leader stamps each batch with log time and appends all batches of a turn in one step. Received bytes are copied
 * before they are stamped: a frame may have been duplicated on its way, and a copy that is in a log already must not change.
 *
 * @module
 */
import { BATCH_HEADER_BYTES, encodeTimeTick, readHeader, stampTime } from '../kv/batch.js';
import { KvError } from '../kv/kv-error.js';
import type { StateMachine } from '../kv/state-machine.js';
import { EMPTY_DATA, type Entry } from '../raft/entry.js';
import { RaftError } from '../raft/errors.js';
import { NONE, type RaftId } from '../raft/ids.js';
import type { Propose } from '../raft/message.js';
import type { Raft } from '../raft/raft.js';
import type { AppendPipeline } from './append-pipeline.js';
import type { Host } from './host.js';
import type { Outbox } from './outbox.js';
import type { Placement, Proposals } from './proposals.js';

/** Bytes of one append step or one Propose message. */
const STEP_BYTES_MAX = 1024 * 1024;

interface Arrival {
  readonly from: RaftId;
  readonly epoch: number;
  readonly sequence: number;
  readonly data: Uint8Array;
}

export interface PlacerParts {
  readonly raft: Raft;
  readonly proposals: Proposals;
  readonly outbox: Outbox;
  readonly host: Host;
  readonly machine: StateMachine;
  readonly pipeline: AppendPipeline;
}

export class Placer {
  readonly #parts: PlacerParts;
  #arrivals: Arrival[] = [];
  /** Where the last time tick stands in the log. */
  #timeTickIndex = 0;
  #lastStampMs = 0;

  constructor(parts: PlacerParts) {
    this.#parts = parts;
  }

  /** Batches from another node. Entries that are no batch are ignored. */
  arrive(message: Propose): void {
    for (const { type, data } of message.entries) {
      if (type !== 'normal' || data.length < BATCH_HEADER_BYTES) continue;
      try {
        const { epoch, sequence } = readHeader(data);
        this.#arrivals.push({ from: message.from, epoch, sequence, data });
      } catch (error) {
        if (!(error instanceof KvError)) throw error;
      }
    }
  }

  /** Once a turn: everything that waits goes to the own log, or to the leader, or waits on. */
  place(nowTick: number): void {
    const { raft, proposals } = this.#parts;
    const arrivals = this.#arrivals;
    if (arrivals.length === 0 && proposals.count === 0) return;
    this.#arrivals = [];
    const own = proposals.toPlace(nowTick);
    if (raft.role === 'leader' && !this.#isClosed) {
      this.#appendOwn(own, nowTick);
      this.#appendArrivals(arrivals);
      return;
    }
    for (const arrival of arrivals) this.#refuse(arrival);
    const { leader } = raft;
    if (leader !== NONE && leader !== raft.id) this.#sendTo(leader, own, nowTick);
  }

  /** Leader: lets log time pass when something is due to expire and no batch of a client does it. */
  tickLogTime(): void {
    const { raft, machine } = this.#parts;
    const dueMs = machine.nextExpiryMs();
    if (dueMs === null || this.#timeTickIndex > machine.lastApplied || this.#isClosed) return;
    const nowMs = this.#stampMs();
    if (dueMs > nowMs) return;
    if (this.#append([encodeTimeTick(nowMs)])) this.#timeTickIndex = raft.lastIndex;
  }

  /** The disk takes no more now. */
  get #isClosed(): boolean {
    const { pipeline } = this.#parts;
    return pipeline.isFull || pipeline.isBehind;
  }

  /** Log time, never going back. */
  #stampMs(): number {
    const { host, machine } = this.#parts;
    this.#lastStampMs = Math.max(Math.floor(host.nowMs()), this.#lastStampMs, machine.logTimeMs);
    return this.#lastStampMs;
  }

  #appendOwn(own: readonly Placement[], nowTick: number): void {
    const { raft, proposals } = this.#parts;
    for (const group of groupsOf(own)) {
      // A batch that left before may be in a log with its first stamp.
      const batches = group.map(placement => (placement.fresh ? placement.data : placement.data.slice()));
      if (!this.#append(batches)) return;
      proposals.placed(group, raft.id, raft.term, nowTick);
    }
  }

  #appendArrivals(arrivals: readonly Arrival[]): void {
    for (const group of groupsOf(arrivals)) {
      const isAppended = this.#append(group.map(arrival => arrival.data.slice()));
      for (const arrival of group) {
        // Its clients are answered when it has applied.
        if (isAppended) this.#parts.raft.awaitsCommit(arrival.from);
        else this.#refuse(arrival);
      }
    }
  }

  /** Stamps and appends all or nothing. */
  #append(batches: readonly Uint8Array[]): boolean {
    const { raft } = this.#parts;
    const timeMs = this.#stampMs();
    for (const data of batches) stampTime(data, timeMs);
    const { id } = raft;
    try {
      raft.step({ type: 'Propose', from: id, to: id, term: 0, entries: batches.map(asEntry) });
      return true;
    } catch (error) {
      if (error instanceof RaftError && error.code === 'proposal-dropped') return false;
      throw error;
    }
  }

  #sendTo(leader: RaftId, own: readonly Placement[], nowTick: number): void {
    const { raft, proposals, outbox } = this.#parts;
    for (const group of groupsOf(own)) {
      const entries = group.map(placement => asEntry(placement.data));
      outbox.add({ type: 'Propose', from: raft.id, to: leader, term: 0, entries });
      proposals.placed(group, leader, raft.term, nowTick);
    }
  }

  #refuse({ from, epoch, sequence }: Arrival): void {
    const { raft, outbox } = this.#parts;
    outbox.add({ type: 'ProposeRefused', from: raft.id, to: from, term: 0, epoch, sequence });
  }
}

function asEntry(data: Uint8Array): Entry {
  return { index: 0, term: 0, type: 'normal', data: data.length === 0 ? EMPTY_DATA : data };
}

/** Cut into groups of about `STEP_BYTES_MAX`, in order. */
function groupsOf<Item extends { readonly data: Uint8Array }>(items: readonly Item[]): readonly Item[][] {
  const groups: Item[][] = [];
  let group: Item[] = [];
  let bytes = 0;
  for (const item of items) {
    if (group.length > 0 && bytes + item.data.length > STEP_BYTES_MAX) {
      groups.push(group);
      group = [];
      bytes = 0;
    }
    group.push(item);
    bytes += item.data.length;
  }
  if (group.length > 0) groups.push(group);
  return groups;
}
