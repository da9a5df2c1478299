/**
 * All that one node keeps on its disk: log, hard state, snapshots. Implements the core's `LogReader`.
 *
 * What was written can be read at once; it is *durable* when the `done` of its call said so, and only then may a vote or
 * an acknowledgement that depends on it leave the node.
 *
 * @module
 */
import type { Disk } from './disk.js';
import type { StoreDone } from './group-commit.js';
import type { ConfState, Entry, HardState, Snapshot, StorageIdentity } from './model.js';
import { openDirectory, type StorageRecovery } from './open-directory.js';
import { StorageError } from './storage-error.js';
import type { LogLimits, WriteAheadLog } from './write-ahead-log.js';

export interface StorageOptions extends StorageIdentity {
  /** Members at the beginning of a new log; empty for a node that joins a running group. Ignored when the log exists. */
  readonly initialMembers: ConfState;
  /** A log segment of this size is followed by a new one. Default 16 MiB. */
  readonly segmentBytes?: number;
  /** Zeros written ahead in a log segment, so that a sync need not store the file's size. Default 0. */
  readonly preallocateBytes?: number;
  /** Newest entries kept in memory. Default 16 MiB. */
  readonly cacheBytes?: number;
}

const SEGMENT_BYTES = 16 << 20;
const CACHE_BYTES = 16 << 20;

export class NodeStorage {
  /** What opening the directory found. `starts` is the epoch of this start. */
  readonly recovery: StorageRecovery;
  readonly #log: WriteAheadLog;
  #snapshot: Snapshot | null;

  private constructor(log: WriteAheadLog, recovery: StorageRecovery) {
    this.#log = log;
    this.recovery = recovery;
    this.#snapshot = recovery.snapshot;
  }

  /**
   * Opens the directory of a node, or begins a new one, and stores that it was opened. All that was found is durable when
   * this returns. Throws `StorageError` (damage, gaps, files of another node) and `DiskError`.
   */
  static open(disk: Disk, options: StorageOptions): NodeStorage {
    const limits: LogLimits = {
      segmentBytes: options.segmentBytes ?? SEGMENT_BYTES,
      preallocateBytes: options.preallocateBytes ?? 0,
      cacheBytes: options.cacheBytes ?? CACHE_BYTES,
    };
    const { log, recovery } = openDirectory(disk, options, limits);
    return new NodeStorage(log, recovery);
  }

  initialState(): { readonly hardState: HardState | null; readonly confState: ConfState } {
    return { hardState: this.recovery.hardState, confState: this.recovery.confState };
  }

  firstIndex(): number {
    return this.#log.index.first;
  }

  lastIndex(): number {
    return this.#log.index.last;
  }

  term(index: number): number | undefined {
    return this.#log.index.term(index);
  }

  /** Throws `log-compacted`, `log-unavailable` (beyond the log), `log-damaged` (read back with a wrong checksum). */
  entries(from: number, to: number, maxBytes: number): readonly Entry[] {
    if (from < this.firstIndex()) {
      throw new StorageError('log-compacted', `the log begins at ${this.firstIndex()}`, {
        index: from,
      });
    }
    if (to > this.lastIndex() + 1) {
      throw new StorageError('log-unavailable', `the log ends at ${this.lastIndex()}`, {
        index: to - 1,
      });
    }
    return this.#log.read(from, to, maxBytes);
  }

  /** The newest durable snapshot. */
  snapshot(): Snapshot | null {
    return this.#snapshot;
  }

  /**
   * Stores entries (which supersede what was there from their first index on) and hard state. `done(null)`: durable, and so
   * is everything appended before. `disk-full`: nothing was stored, the same call may be made again. Any other error is
   * final. Entries keep their data buffers: do not change them. Throws `log-gap` if the entries do not follow the log.
   */
  append(entries: readonly Entry[], hardState: HardState | null, done: StoreDone): void {
    this.#log.append({ marker: null, entries, hardState }, done);
  }

  /** Set for good by a failed write or sync: the node must not be trusted any more. */
  get failure(): Error | null {
    return this.#log.failure;
  }

  /** Releases the files; nothing is flushed that was not acknowledged. */
  close(): void {
    this.#log.close();
  }
}
