/**
 * All that one node keeps on its disk: log, hard state, snapshots. Implements the core's `LogReader`.
 *
 * What was written can be read at once; it is *durable* when the `done` of its call said so, and only then
 * may a vote or an acknowledgement that depends on it leave the node.
 *
 * @module
 */
import { type Disk, DiskError } from './disk.js';
import type { LargeEntries } from './entry-cache.js';
import type { StoreDone } from './group-commit.js';
import type { ConfState, Entry, HardState, Snapshot, StorageIdentity } from './model.js';
import { type OpenedDirectory, openDirectory, type StorageRecovery } from './open-directory.js';
import type { SnapshotFileWriter } from './snapshot-file-writer.js';
import type { SnapshotReader } from './snapshot-reader.js';
import type { SnapshotOffer, SnapshotReceiver } from './snapshot-receiver.js';
import type { SnapshotStore } from './snapshot-store.js';
import { StorageError } from './storage-error.js';
import type { LogLimits, WriteAheadLog } from './write-ahead-log.js';

export interface StorageOptions extends StorageIdentity {
  /**
   * Members at the beginning of a new log; empty for a node that joins a running group. Ignored when the log
   * exists.
   */
  readonly initialMembers: ConfState;
  /** A log segment of this size is followed by a new one. Default 16 MiB. */
  readonly segmentBytes?: number;
  /** Zeros written ahead in a log segment, so that a sync need not store the file's size. Default 256 KiB. */
  readonly preallocateBytes?: number;
  /** Newest entries kept in memory. Default 512 KiB, and the last eight as long as they take no more than 16 MiB. */
  readonly cacheBytes?: number;
}

const SEGMENT_BYTES = 16 << 20;
/** Measured: an append with its sync takes a third to a half less time; more than this gains nothing. */
const PREALLOCATE_BYTES = 256 << 10;
const CACHE_BYTES = 512 << 10;
const LARGE_ENTRIES: LargeEntries = { entries: 8, bytes: 16 << 20 };
const NO_LARGE_ENTRIES: LargeEntries = { entries: 0, bytes: 0 };

export class NodeStorage {
  /** What opening the directory found. `starts` is the epoch of this start. */
  readonly recovery: StorageRecovery;
  readonly #log: WriteAheadLog;
  readonly #snapshots: SnapshotStore;

  private constructor({ log, snapshots, recovery }: OpenedDirectory) {
    this.#log = log;
    this.recovery = recovery;
    this.#snapshots = snapshots;
  }

  /**
   * Opens the directory of a node, or begins a new one, and stores that it was opened. All that was found is
   * durable when this returns. Throws `StorageError` (damage, gaps, files of another node) and `DiskError`.
   */
  static open(disk: Disk, options: StorageOptions): NodeStorage {
    const limits: LogLimits = {
      segmentBytes: options.segmentBytes ?? SEGMENT_BYTES,
      preallocateBytes: options.preallocateBytes ?? PREALLOCATE_BYTES,
      cacheBytes: options.cacheBytes ?? CACHE_BYTES,
      largeEntries: options.cacheBytes === undefined ? LARGE_ENTRIES : NO_LARGE_ENTRIES,
    };
    return new NodeStorage(openDirectory(disk, options, limits));
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

  /**
   * Throws `log-compacted`, `log-unavailable` (beyond the log), `log-damaged` (read back with a wrong
   * checksum).
   */
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
    return this.#snapshots.newest;
  }

  /**
   * Stores entries (which supersede what was there from their first index on) and hard state. `done(null)`:
   * durable, and so is everything appended before. `disk-full`: nothing was stored, the same call may be made
   * again. Any other error is final. Entries keep their data buffers: do not change them. Throws `log-gap` if
   * the entries do not follow the log.
   */
  append(entries: readonly Entry[], hardState: HardState | null, done: StoreDone): void {
    this.#log.append({ marker: null, entries, hardState }, done);
  }

  /**
   * A file for a snapshot of this node's state at `snapshot.index` (at most what was applied). Give it the
   * state with `write` in pieces of any size, then hand it to `commitSnapshot`; or `abort` it. One at a time.
   */
  snapshotWriter(snapshot: Snapshot): SnapshotFileWriter {
    return this.#snapshots.write(snapshot);
  }

  /**
   * Makes a written snapshot durable and the newest, notes it in the log, removes older ones. The log stays
   * as it is. After an error the file is gone, and another snapshot may be written.
   */
  commitSnapshot(writer: SnapshotFileWriter, done: StoreDone): void {
    const end: StoreDone = error => {
      if (error !== null) writer.abort();
      done(error);
    };
    writer.finish(error => {
      if (error !== null) {
        end(error);
        return;
      }
      if (writer.snapshot.index <= (this.snapshot()?.index ?? 0)) {
        writer.abort();
        done(null);
        return;
      }
      this.#publish(writer, writer.snapshot, [], null, end);
    });
  }

  /**
   * The newest snapshot for reading: to load it after a start, or to send it. Null when there is none. Close
   * it.
   */
  openSnapshot(): SnapshotReader | null {
    return this.#snapshots.open();
  }

  /**
   * Where the chunks of a snapshot from another node go; goes on where it stopped if the offer is the same.
   */
  receiveSnapshot(offer: SnapshotOffer): SnapshotReceiver {
    return this.#snapshots.receive(offer);
  }

  /**
   * Puts a completely received snapshot (`receiver.complete`) in force: the log restarts behind it unless it
   * holds that very entry; then `entries` and `hardState` are stored as by `append`. `disk-full`: may be
   * called again.
   */
  installSnapshot(
    receiver: SnapshotReceiver,
    entries: readonly Entry[],
    hardState: HardState | null,
    done: StoreDone,
  ): void {
    this.#publish(receiver, receiver.offer.snapshot, entries, hardState, done);
  }

  /**
   * Gives up log entries up to `index`, but keeps `keepEntries` before it for slow followers, and everything
   * that the newest snapshot does not hold. Whole segments are removed from the disk. Throws `DiskError`.
   */
  compact(index: number, keepEntries: number): void {
    const limit = Math.min(index - keepEntries, this.snapshot()?.index ?? 0);
    if (limit >= this.firstIndex()) this.#log.compact(limit);
  }

  /** Set for good by a failed write or sync: the node must not be trusted any more. */
  get failure(): Error | null {
    return this.#log.failure;
  }

  /** Releases the files; nothing is flushed that was not acknowledged. */
  close(): void {
    this.#log.close();
  }

  #publish(
    file: SnapshotFileWriter | SnapshotReceiver,
    snapshot: Snapshot,
    entries: readonly Entry[],
    hardState: HardState | null,
    done: StoreDone,
  ): void {
    try {
      this.#snapshots.publish(file, snapshot);
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      done(error);
      return;
    }
    const marker = { index: snapshot.index, term: snapshot.term };
    this.#log.append({ marker, entries, hardState }, error => {
      if (error === null) this.#snapshots.removeOlder();
      done(error);
    });
  }
}
