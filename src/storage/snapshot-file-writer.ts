/**
 * Writes one snapshot file under a temporary name, block by block, and makes it durable beside the node's
 * thread.
 *
 * @module
 */
import { checksum } from './checksum.js';
import { type Disk, DiskError, type DiskFile, type SyncDone } from './disk.js';
import type { StoreDone } from './group-commit.js';
import type { Snapshot, StorageIdentity } from './model.js';
import {
  BLOCK_BYTES,
  BLOCK_CHECKSUM_BYTES,
  encodeSnapshotFooter,
  encodeSnapshotHeader,
} from './snapshot-format.js';
import { StorageError } from './storage-error.js';

/** Syncing along the way in small pieces keeps the last sync short, and what the log's syncs have to wait behind. */
const SYNC_EVERY_BYTES = 1 << 20;
const BLOCK_BYTES_START = 4 << 10;
/** More than this is not written ahead of a disk that does not keep up. */
const UNSYNCED_BYTES_MAX = 4 << 20;

export class SnapshotFileWriter {
  readonly snapshot: Snapshot;
  readonly #disk: Disk;
  readonly #file: DiskFile;
  /** Room for a block and its checksum; most states of small clusters need much less. */
  #block = new Uint8Array(BLOCK_BYTES_START);
  #filled = 0;
  #position: number;
  #blockChecksum: number;
  #dataChecksum = 0;
  #dataBytes = 0;
  #unsyncedBytes = 0;
  #syncing = false;
  #onCaughtUp: (() => void) | null = null;
  #failure: DiskError | null = null;
  #state: 'writing' | 'finishing' | 'finished' | 'aborted' | 'published' = 'writing';

  /** Creates `temporaryName`, replacing what an aborted writer may have left. Throws `DiskError`. */
  constructor(disk: Disk, identity: StorageIdentity, snapshot: Snapshot, temporaryName: string) {
    this.#disk = disk;
    this.snapshot = snapshot;
    if (disk.list().includes(temporaryName)) disk.remove(temporaryName);
    this.#file = disk.create(temporaryName, 'bulk');
    const header = encodeSnapshotHeader(identity, snapshot);
    this.#blockChecksum = new DataView(header.buffer).getUint32(header.length - 4, true);
    this.#position = header.length;
    try {
      this.#file.write(header, 0);
    } catch (error) {
      this.abort();
      throw error;
    }
  }

  /** Bytes of data taken so far. */
  get dataBytes(): number {
    return this.#dataBytes;
  }

  /** CRC-32 of the data taken so far. */
  get dataChecksum(): number {
    return this.#dataChecksum;
  }

  get finished(): boolean {
    return this.#state === 'finished' || this.#state === 'published';
  }

  get aborted(): boolean {
    return this.#state === 'aborted';
  }

  /** So much waits for the disk that nothing more should be written until `whenCaughtUp` says so. */
  get isBehind(): boolean {
    return this.#syncing && this.#unsyncedBytes >= UNSYNCED_BYTES_MAX;
  }

  /** Calls `action` once, when a sync under way has ended, well or not. */
  whenCaughtUp(action: () => void): void {
    this.#onCaughtUp = action;
  }

  /** Takes the next bytes of the state. Throws `DiskError`; the writer is of no use then: abort it. */
  write(bytes: Uint8Array): void {
    this.#expect('writing');
    if (this.#failure !== null) throw this.#failure;
    this.#dataChecksum = checksum(bytes, this.#dataChecksum);
    this.#dataBytes += bytes.length;
    for (let taken = 0; taken < bytes.length; ) {
      const part = bytes.subarray(taken, taken + BLOCK_BYTES - this.#filled);
      this.#reserve(this.#filled + part.length + BLOCK_CHECKSUM_BYTES);
      this.#block.set(part, this.#filled);
      this.#filled += part.length;
      taken += part.length;
      if (this.#filled === BLOCK_BYTES) this.#writeBlock();
    }
    if (this.#unsyncedBytes >= SYNC_EVERY_BYTES && !this.#syncing) this.#sync(() => {});
  }

  /** Ends the file and makes its content (not yet its name) durable. */
  finish(done: StoreDone): void {
    this.#expect('writing');
    this.#state = 'finishing';
    try {
      if (this.#filled > 0) this.#writeBlock();
      const footer = encodeSnapshotFooter({
        dataBytes: this.#dataBytes,
        lastBlockChecksum: this.#blockChecksum,
        dataChecksum: this.#dataChecksum,
      });
      this.#file.write(footer, this.#position);
    } catch (error) {
      done(asDiskError(error, this.#file.name));
      return;
    }
    this.#sync(error => {
      const failure = this.#failure ?? error;
      if (this.#state === 'aborted') {
        done(this.#misuse('was aborted'));
        return;
      }
      if (failure === null) this.#state = 'finished';
      done(failure);
    });
  }

  /** Gives the finished file its final name, durably. May be repeated. */
  publish(name: string): void {
    if (this.#state === 'published') return;
    this.#expect('finished');
    this.#disk.rename(this.#file.name, name);
    this.#disk.syncDirectory();
    this.#state = 'published';
    this.#file.close();
  }

  /** Removes the file unless it was published. If the disk does not let it go, the next writer or start does. */
  abort(): void {
    if (this.#state === 'published' || this.#state === 'aborted') return;
    this.#state = 'aborted';
    this.#file.close();
    try {
      this.#disk.remove(this.#file.name);
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
    }
  }

  #reserve(size: number): void {
    if (size <= this.#block.length) return;
    const grown = new Uint8Array(Math.min(BLOCK_BYTES + BLOCK_CHECKSUM_BYTES, size * 2));
    grown.set(this.#block.subarray(0, this.#filled));
    this.#block = grown;
  }

  #writeBlock(): void {
    const data = this.#block.subarray(0, this.#filled);
    this.#blockChecksum = checksum(data, this.#blockChecksum);
    const length = this.#filled + BLOCK_CHECKSUM_BYTES;
    new DataView(this.#block.buffer).setUint32(this.#filled, this.#blockChecksum, true);
    this.#file.write(this.#block.subarray(0, length), this.#position);
    this.#position += length;
    this.#unsyncedBytes += length;
    this.#filled = 0;
  }

  #sync(done: SyncDone): void {
    this.#unsyncedBytes = 0;
    this.#syncing = true;
    this.#file.sync(error => {
      this.#syncing = false;
      if (error !== null) this.#failure ??= error;
      done(error);
      const caughtUp = this.#onCaughtUp;
      this.#onCaughtUp = null;
      caughtUp?.();
    });
  }

  #expect(state: 'writing' | 'finished'): void {
    if (this.#state === state) return;
    throw this.#misuse(`is ${this.#state}, not ${state}`);
  }

  #misuse(what: string): StorageError {
    const place = { file: this.#file.name };
    return new StorageError('snapshot-misuse', `the snapshot file ${what}`, place);
  }
}

function asDiskError(error: unknown, file: string): DiskError {
  return error instanceof DiskError ? error : new DiskError('disk-io', file, String(error));
}
