/**
 * One node of a replayed trace: core, storage, work queues, and the snapshots its state machine has made.
 *
 * @module
 */
import {
  APPEND_THREAD,
  APPLY_THREAD,
  type ConfState,
  decodeConfChange,
  type Entry,
  type Message,
  type PeerMessage,
  Raft,
  type RaftConfig,
  type RaftId,
  type Snapshot,
  type StorageAppend,
  type StorageAppendReply,
  type StorageApply,
} from '../../../src/raft/index.js';
import { EMPTY_CONF_STATE, MemoryLog } from '../../raft/memory-log.js';
import { formatMessage, formatReady } from './format.js';

/** An error that is the result of the directive. */
export class DirectiveError extends Error {
  override readonly name = 'DirectiveError';
}

/** What a step of a node printed, and what it sent. */
export interface StepResult {
  readonly output: string;
  readonly messages: readonly Message[];
}

export interface NodeSettings extends Omit<RaftConfig, 'id' | 'applied'> {
  /** Null: the node starts with nothing. */
  readonly bootstrap: Snapshot | null;
}

export class TraceNode {
  readonly core: Raft;
  readonly storage = new MemoryLog();
  readonly isAsync: boolean;
  readonly appendWork: StorageAppend[] = [];
  readonly applyWork: StorageApply[] = [];
  /** Newest snapshot of the state machine: as of the last entry applied here. */
  #newest: Snapshot;

  constructor(id: RaftId, settings: NodeSettings) {
    const { bootstrap } = settings;
    this.#newest = bootstrap ?? { index: 0, term: 0, confState: EMPTY_CONF_STATE };
    if (bootstrap !== null) this.storage.applySnapshot(bootstrap);
    this.storage.available = this.#newest;
    this.isAsync = settings.asyncStorageWrites === true;
    this.core = new Raft({ ...settings, id, applied: bootstrap?.index ?? 0 }, this.storage);
  }

  get newestSnapshot(): Snapshot {
    return this.#newest;
  }

  processReady(): StepResult {
    const ready = this.core.ready();
    const output = formatReady(ready);
    if (!this.isAsync) {
      if (ready.hardState !== null) this.storage.hardState = ready.hardState;
      this.#store(ready.snapshot, ready.entries);
      this.#apply(ready.committedEntries);
    }
    const messages = ready.messages.filter(message => !this.#queueWork(message));
    if (!this.isAsync) this.core.advance();
    return { output, messages };
  }

  /** @returns whether the message was work for one of this node's threads */
  #queueWork(message: Message): boolean {
    if (message.to === APPEND_THREAD && message.type === 'StorageAppend') {
      this.appendWork.push(message);
      return true;
    }
    if (message.to === APPLY_THREAD && message.type === 'StorageApply') {
      this.applyWork.push(message);
      return true;
    }
    return false;
  }

  processAppend(): StepResult {
    const work = this.appendWork.shift();
    if (work === undefined) return { output: 'no append work to perform', messages: [] };
    if (work.hardState !== null) this.storage.hardState = work.hardState;
    this.#store(work.snapshot, work.entries);
    return describeWork({ ...work, responses: [] }, work.responses);
  }

  processApply(): StepResult {
    const work = this.applyWork.shift();
    if (work === undefined) return { output: 'no apply work to perform', messages: [] };
    this.#apply(work.entries);
    return describeWork({ ...work, responses: [] }, work.responses);
  }

  #store(snapshot: Snapshot | null, entries: readonly Entry[]): void {
    if (snapshot === null) {
      this.storage.append(entries);
    } else if (!this.storage.applySnapshot(snapshot)) {
      throw new DirectiveError('requested index is older than the existing snapshot');
    }
  }

  #apply(entries: readonly Entry[]): void {
    for (const entry of entries) {
      let confState: ConfState = this.#newest.confState;
      if (entry.type !== 'normal') confState = this.core.applyConfChange(decodeConfChange(entry));
      this.#newest = { index: entry.index, term: entry.term, confState };
      this.storage.available = this.#newest;
    }
  }
}

function describeWork(
  work: StorageAppend | StorageApply,
  responses: readonly (PeerMessage | StorageAppendReply | Message)[],
): StepResult {
  const lines = ['Processing:', formatMessage(work), 'Responses:'];
  for (const response of responses) lines.push(formatMessage(response));
  return { output: `${lines.join('\n')}\n`, messages: responses };
}
