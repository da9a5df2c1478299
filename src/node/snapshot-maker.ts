/**
 * Makes snapshots of the own state: a slice per turn, while the node goes on, then compacts the log behind it.
 *
 * @module
 */
import type { SnapshotCursor } from '../kv/snapshot-cursor.js';
import type { StateMachine } from '../kv/state-machine.js';
import type { ConfState } from '../raft/snapshot.js';
import { DiskError } from '../storage/disk.js';
import type { NodeStorage } from '../storage/node-storage.js';
import type { SnapshotFileWriter } from '../storage/snapshot-file-writer.js';
import type { StorageError } from '../storage/storage-error.js';
import { type ControlDone, controlFailed } from './control.js';

export interface MakerParts {
  readonly storage: NodeStorage;
  readonly machine: StateMachine;
  readonly configuration: () => ConfState;
  readonly sliceBytes: number;
  readonly tailEntries: number;
  readonly wake: () => void;
  /** A snapshot at `index` is durable and the log is compacted. */
  readonly made: (index: number, hash: string) => void;
  readonly failed: (error: Error) => void;
}

type Committed = { readonly error: DiskError | StorageError | null };

export class SnapshotMaker {
  readonly #parts: MakerParts;
  #cursor: SnapshotCursor | null = null;
  #writer: SnapshotFileWriter | null = null;
  #committed: Committed | null = null;
  #hash = '';
  #waiting: ControlDone[] = [];

  constructor(parts: MakerParts) {
    this.#parts = parts;
  }

  /** From the first byte until it is durable or failed. */
  get isBusy(): boolean {
    return this.#writer !== null;
  }

  /** There is something to do in the next turn. */
  get hasWork(): boolean {
    const isWriting = this.#cursor !== null && this.#writer?.isBehind === false;
    return isWriting || this.#committed !== null;
  }

  request(done: ControlDone): void {
    this.#waiting.push(done);
    const { storage, machine } = this.#parts;
    if (this.isBusy) return;
    if (machine.lastApplied > (storage.snapshot()?.index ?? 0)) this.begin();
    else this.#answer(machine.lastApplied);
  }

  /** Starts a snapshot of the state as it is now. Does nothing while one is being made. */
  begin(): void {
    if (this.isBusy) return;
    const { storage, machine, configuration } = this.#parts;
    const { lastApplied: index, lastTerm: term } = machine;
    try {
      this.#writer = storage.snapshotWriter({ index, term, confState: configuration() });
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      this.#fail(error);
      return;
    }
    this.#hash = machine.hash();
    this.#cursor = machine.beginSnapshot();
  }

  /** The next slice. */
  work(): void {
    this.#finishCommitted();
    const cursor = this.#cursor;
    const writer = this.#writer;
    if (cursor === null || writer === null) return;
    if (writer.isBehind) return;
    const chunk = cursor.next(this.#parts.sliceBytes);
    try {
      if (chunk !== null) {
        writer.write(chunk);
        if (writer.isBehind) writer.whenCaughtUp(this.#parts.wake);
        return;
      }
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      this.#fail(error);
      return;
    }
    this.#cursor = null;
    this.#parts.storage.commitSnapshot(writer, error => {
      if (this.#writer !== writer) return;
      this.#committed = { error };
      this.#parts.wake();
    });
    this.#finishCommitted();
  }

  /** The state is about to be replaced. */
  abandon(): void {
    this.#cursor?.close();
    this.#cursor = null;
    this.#committed = null;
    this.#writer?.abort();
    this.#writer = null;
  }

  /** Answers everybody who waits: the state was replaced by one at `index`, which is a snapshot itself. */
  replaced(index: number): void {
    this.#answer(index);
  }

  #finishCommitted(): void {
    const committed = this.#committed;
    const writer = this.#writer;
    if (committed === null || writer === null) return;
    this.#committed = null;
    if (committed.error !== null) {
      this.#fail(committed.error);
      return;
    }
    this.#writer = null;
    const { index } = writer.snapshot;
    this.#parts.storage.compact(index, this.#parts.tailEntries);
    this.#parts.made(index, this.#hash);
    this.#answer(index);
  }

  #fail(error: DiskError | StorageError): void {
    this.abandon();
    for (const done of this.#waiting.splice(0)) done(controlFailed('refused', error.message));
    this.#parts.failed(error);
  }

  #answer(index: number): void {
    for (const done of this.#waiting.splice(0)) done({ ok: true, index });
  }
}
