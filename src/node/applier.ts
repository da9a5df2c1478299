/**
 * Applies committed entries: to the state machine, to the membership, and to the clients of this node who wait for them.
 *
 * @module
 */
import type { StateMachine } from '../kv/state-machine.js';
import { decodeConfChange } from '../raft/conf-change.js';
import { EMPTY_DATA, type Entry } from '../raft/entry.js';
import type { RaftId } from '../raft/ids.js';
import type { StorageApply, StorageApplyReply } from '../raft/message.js';
import type { Raft } from '../raft/raft.js';
import type { ConfState } from '../raft/snapshot.js';
import { ApplyQueue } from './apply-queue.js';
import type { Proposals } from './proposals.js';
import type { Tracer } from './tracer.js';

export interface ApplierParts {
  readonly raft: Raft;
  readonly machine: StateMachine;
  readonly proposals: Proposals;
  readonly tracer: Tracer;
  readonly self: RaftId;
  readonly epoch: number;
  readonly stateHashEvery: number;
  readonly membershipChanged: (configuration: ConfState, index: number) => void;
  readonly checkpoint: (index: number, hash: string) => void;
}

export class Applier {
  readonly #parts: ApplierParts;
  readonly #queue = new ApplyQueue();
  /** Membership at the last applied index. */
  #configuration: ConfState;
  #membershipIndex = 0;
  /** Applied since the last snapshot. */
  #bytes = 0;
  writes = 0;

  constructor(parts: ApplierParts, configuration: ConfState) {
    this.#parts = parts;
    this.#configuration = configuration;
  }

  get configuration(): ConfState {
    return this.#configuration;
  }

  /** Index of the last membership change that was applied here. */
  get membershipIndex(): number {
    return this.#membershipIndex;
  }

  get bytesSinceSnapshot(): number {
    return this.#bytes;
  }

  get hasWork(): boolean {
    return !this.#queue.isEmpty;
  }

  push(work: StorageApply): void {
    this.#queue.push(work);
  }

  /** Applies up to about `commandBudget` commands. @returns what to tell the core */
  run(commandBudget: number): readonly StorageApplyReply[] {
    return this.#queue.run(commandBudget, this.#apply);
  }

  snapshotTaken(): void {
    this.#bytes = 0;
  }

  /** The state machine was replaced by one at a later index. */
  installed(configuration: ConfState, index: number): void {
    this.#configuration = configuration;
    this.#membershipIndex = index;
    this.#bytes = 0;
  }

  /** @returns its share of the budget */
  readonly #apply = (entry: Entry): number => {
    const { raft, machine, proposals, tracer, self, epoch, stateHashEvery } = this.#parts;
    const isChange = entry.type !== 'normal';
    const batch = machine.apply(entry.index, entry.term, isChange ? EMPTY_DATA : entry.data);
    this.#bytes += entry.data.length;
    tracer.apply(entry, batch);
    if (isChange) {
      this.#configuration = raft.applyConfChange(decodeConfChange(entry), entry.index);
      this.#membershipIndex = entry.index;
      this.#parts.membershipChanged(this.#configuration, entry.index);
    }
    const { header } = batch;
    if (header !== null && header.sequence > 0) {
      this.writes += header.count;
      if (header.origin === self && header.epoch === epoch) {
        const replies = batch.outcome === 'applied' ? batch.replies : null;
        proposals.applied(header.sequence, replies, entry.index, entry.term);
      }
    }
    if (entry.index % stateHashEvery === 0) this.#parts.checkpoint(entry.index, machine.hash());
    return 1 + (header?.count ?? 0);
  };
}
