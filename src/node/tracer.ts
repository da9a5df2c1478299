/**
 * Turns what happens in a driver into trace events. Does nothing, and costs nothing, while nobody listens.
 *
 * @module
 */

import type { AppliedBatch } from '../kv/state-machine.js';
import type { Entry } from '../raft/entry.js';
import { NONE, type RaftId } from '../raft/ids.js';
import type { HardState, Message, StorageAppend } from '../raft/message.js';
import { entryHash, type Trace, type TraceEvent } from './trace.js';

export class Tracer {
  readonly #trace: Trace | null;
  #term: number;
  #vote: RaftId;
  #voteTerm: number;
  #commit: number;
  #lastIndex: number;
  #wasLeader = false;
  /** Events of the log behind a snapshot that is accepted and not yet installed; null: there is none. */
  #held: TraceEvent[] | null = null;

  constructor(trace: Trace | null, start: HardState, lastIndex: number, snapshotIndex: number) {
    this.#trace = trace;
    this.#term = start.term;
    this.#vote = start.vote;
    this.#voteTerm = start.term;
    this.#commit = start.commit;
    this.#lastIndex = lastIndex;
    trace?.({ ev: 'start', term: start.term, vote: start.vote, last: lastIndex, snap: snapshotIndex });
  }

  reign(term: number, isLeader: boolean): void {
    const trace = this.#trace;
    if (trace === null) return;
    const sameReign = isLeader && this.#wasLeader && term === this.#term;
    if (this.#wasLeader && !sameReign) trace({ ev: 'step-down', term: this.#term });
    if (term !== this.#term) trace({ ev: 'term', term });
    if (isLeader && !sameReign) trace({ ev: 'leader', term });
    this.#term = term;
    this.#wasLeader = isLeader;
  }

  /** Told after the entries of the same Ready, so that a reader of the trace knows what is committed. */
  commit(index: number): void {
    if (this.#trace === null || index <= this.#commit) return;
    this.#commit = index;
    this.#log({ ev: 'commit', index });
  }

  /** From now on the log is the one behind a snapshot: what happens in it is told after `install`, in the right order. */
  snapshotAccepted(index: number): void {
    if (this.#trace === null) return;
    this.#held ??= [];
    this.#lastIndex = index;
  }

  #log(event: TraceEvent): void {
    if (this.#held === null) this.#trace?.(event);
    else this.#held.push(event);
  }

  /** The entries go to the log now. */
  append(entries: readonly Entry[]): void {
    const trace = this.#trace;
    const first = entries[0];
    if (trace === null || first === undefined) return;
    if (first.index <= this.#lastIndex) this.#log({ ev: 'truncate', from: first.index });
    for (const entry of entries) {
      this.#log({ ev: 'append', index: entry.index, term: entry.term, hash: entryHash(entry) });
      this.#lastIndex = entry.index;
    }
  }

  durable(work: StorageAppend): void {
    const trace = this.#trace;
    const { hardState } = work;
    if (trace === null || hardState === null || hardState.vote === NONE) return;
    if (hardState.vote === this.#vote && hardState.term === this.#voteTerm) return;
    this.#vote = hardState.vote;
    this.#voteTerm = hardState.term;
    trace({ ev: 'vote', term: hardState.term, for: hardState.vote });
  }

  /** A response of storage work is on its way to whom it concerns. */
  told(message: Message): void {
    if (this.#trace === null || message.type !== 'AppendEntriesReply' || message.reject) return;
    this.#trace({ ev: 'ack', index: message.index, term: message.term });
  }

  apply(entry: Entry, batch: AppliedBatch): void {
    const trace = this.#trace;
    if (trace === null) return;
    const { header } = batch;
    const isClients = header !== null && header.sequence > 0;
    trace({
      ev: 'apply',
      index: entry.index,
      term: entry.term,
      hash: entryHash(entry),
      client: isClients ? `${header.origin}.${header.epoch}` : null,
      seq: isClients ? header.sequence : null,
      effect: batch.outcome === 'applied',
    });
  }

  snapshot(index: number, state: string): void {
    this.#trace?.({ ev: 'snapshot', index, state });
  }

  install(index: number, term: number, state: string): void {
    const trace = this.#trace;
    if (trace === null) return;
    this.#commit = Math.max(this.#commit, index);
    trace({ ev: 'install', index, term, state });
    const held = this.#held ?? [];
    this.#held = null;
    for (const event of held) if (event.ev !== 'commit' || event.index > index) trace(event);
  }

  hash(index: number, state: string): void {
    this.#trace?.({ ev: 'state', index, state });
  }
}
