/**
 * Takes a snapshot that comes from another node in chunks, in order, with resume after a break.
 *
 * @module
 */
import type { DiskError } from './disk.js';
import type { Snapshot } from './model.js';
import type { SnapshotFileWriter } from './snapshot-file-writer.js';
import { StorageError } from './storage-error.js';

/**
 * What the sender tells of the snapshot it sends: the description and its reader's `dataBytes` and
 * `dataChecksum`.
 */
export interface SnapshotOffer {
  readonly snapshot: Snapshot;
  readonly dataBytes: number;
  readonly dataChecksum: number;
}

export class SnapshotReceiver {
  readonly offer: SnapshotOffer;
  readonly #writer: SnapshotFileWriter;

  constructor(offer: SnapshotOffer, writer: SnapshotFileWriter) {
    this.offer = offer;
    this.#writer = writer;
  }

  /** Offset of the next byte that is wanted. */
  get offset(): number {
    return this.#writer.dataBytes;
  }

  /** All bytes are there and durable: it can be installed. */
  get complete(): boolean {
    return this.#writer.finished;
  }

  get aborted(): boolean {
    return this.#writer.aborted;
  }

  /**
   * Takes the bytes at `offset`; what is already there is skipped, a chunk beyond the next wanted byte is
   * left alone. Returns the next wanted offset: the sender goes on from there. Throws `DiskError` (abort
   * then), `snapshot-misuse`.
   */
  write(offset: number, bytes: Uint8Array): number {
    const known = this.offset - offset;
    if (offset + bytes.length > this.offer.dataBytes) {
      throw new StorageError('snapshot-misuse', 'a chunk reaches beyond the end of the snapshot');
    }
    if (known >= 0 && known < bytes.length) this.#writer.write(bytes.subarray(known));
    return this.offset;
  }

  /**
   * After the last byte: checks the whole and makes it durable. Any error is final: abort and begin again.
   */
  finish(done: (error: DiskError | StorageError | null) => void): void {
    if (this.offset !== this.offer.dataBytes) {
      throw new StorageError('snapshot-misuse', `bytes from ${this.offset} on are missing`);
    }
    if (this.#writer.dataChecksum !== this.offer.dataChecksum) {
      done(new StorageError('snapshot-damaged', 'the received snapshot has another checksum'));
      return;
    }
    this.#writer.finish(done);
  }

  /** For the storage that installs it. */
  publish(name: string): void {
    this.#writer.publish(name);
  }

  abort(): void {
    this.#writer.abort();
  }
}
