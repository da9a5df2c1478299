/**
 * The segment that is written to: where its records end, what of it is durable.
 *
 * @module
 */
import { DiskError, type DiskFile } from './disk.js';
import type { SegmentHeader } from './segment-header.js';

const ZEROS = new Uint8Array(256 << 10);

export class SegmentWriter {
  readonly file: DiskFile;
  readonly header: SegmentHeader;
  /** Where the next record goes. */
  position: number;
  /** Head checksum of the last record. */
  chain: number;
  /** Everything before this offset is durable. */
  synced: number;
  /** Size of the file; zeros lie between `position` and here. */
  #allocated: number;

  constructor(file: DiskFile, header: SegmentHeader, position: number, chain: number) {
    this.file = file;
    this.header = header;
    this.position = position;
    this.chain = chain;
    this.synced = position;
    this.#allocated = Math.max(position, file.size());
  }

  /**
   * Writes records at `position`; after a throw nothing of them is in the file.
   * @throws DiskError of the write, or of the roll-back (then what the file holds is unknown)
   */
  write(bytes: Uint8Array, chain: number, preallocateBytes: number): void {
    try {
      this.file.write(bytes, this.position);
    } catch (error) {
      this.#rollBack();
      throw error;
    }
    this.position += bytes.length;
    this.chain = chain;
    if (this.position > this.#allocated) this.#allocate(preallocateBytes);
  }

  /** Cuts the zeros off: nothing more will be written. */
  finish(): void {
    if (this.#allocated > this.position) this.file.truncate(this.position);
    this.#allocated = this.position;
    if (this.synced < this.position) this.#syncNow();
    this.synced = this.position;
  }

  /** Also a full disk that shows only now is final: what the file holds is unknown. */
  #syncNow(): void {
    try {
      this.file.syncNow();
    } catch (error) {
      throw new DiskError('disk-io', this.file.name, `the sync failed: ${String(error)}`);
    }
  }

  /** Durably, so that no crash can mix what is written next with the remains. */
  #rollBack(): void {
    try {
      this.file.truncate(this.position);
      this.#allocated = this.position;
      this.file.syncNow();
    } catch (error) {
      throw new DiskError('disk-io', this.file.name, `a failed write stays: ${String(error)}`);
    }
  }

  /**
   * Writes zeros ahead, so that the next syncs need not store a new file size. A full disk is left to the
   * next write.
   */
  #allocate(preallocateBytes: number): void {
    const end = this.position + preallocateBytes;
    this.#allocated = this.position;
    try {
      while (this.#allocated < end) {
        const zeros = ZEROS.subarray(0, Math.min(ZEROS.length, end - this.#allocated));
        this.file.write(zeros, this.#allocated);
        this.#allocated += zeros.length;
      }
    } catch {
      this.#rollBack();
    }
  }
}
