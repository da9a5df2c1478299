/**
 * One sync for all that was written since the last one began, acknowledged in the order of writing.
 *
 * At most one sync is under way: what is written meanwhile shares the next. A failed sync is final, because
 * the system may have dropped the dirty pages: retrying it and succeeding would promise bytes that are gone.
 *
 * @module
 */
import type { DiskError } from './disk.js';
import type { SegmentWriter } from './segment-writer.js';
import type { StorageError } from './storage-error.js';

/** Null: everything given to the call is durable. */
export type StoreDone = (error: DiskError | StorageError | null) => void;

export class GroupCommit {
  readonly #active: () => SegmentWriter;
  #waiting: StoreDone[] = [];
  #syncing = false;
  #failure: DiskError | StorageError | null = null;

  /** `active` is the segment written to now; the segments before it are durable. */
  constructor(active: () => SegmentWriter) {
    this.#active = active;
  }

  /** The first failure: final. */
  get failure(): DiskError | StorageError | null {
    return this.#failure;
  }

  fail(error: DiskError | StorageError): void {
    this.#failure ??= error;
  }

  /** Calls `done` once everything written so far is durable. */
  add(done: StoreDone): void {
    this.#waiting.push(done);
    if (!this.#syncing) this.#start();
  }

  /** Calls `done` after all calls added before; needs no sync of its own. */
  follow(done: StoreDone): void {
    if (this.#syncing || this.#waiting.length > 0) this.#waiting.push(done);
    else done(this.#failure);
  }

  #start(): void {
    const segment = this.#active();
    const covered = segment.position;
    const batch = this.#waiting;
    this.#waiting = [];
    this.#syncing = true;
    segment.file.sync(error => {
      this.#syncing = false;
      if (error === null) segment.synced = Math.max(segment.synced, covered);
      else this.#failure ??= error;
      for (const done of batch) done(this.#failure);
      this.#continue();
    });
  }

  #continue(): void {
    if (this.#syncing || this.#waiting.length === 0) return;
    if (this.#failure === null) {
      this.#start();
      return;
    }
    const batch = this.#waiting;
    this.#waiting = [];
    for (const done of batch) done(this.#failure);
  }
}
