/**
 * Reads a snapshot file back, checking every block it touches.
 *
 * @module
 */
import { checksum } from './checksum.js';
import type { Disk, DiskFile } from './disk.js';
import type { Snapshot, StorageIdentity } from './model.js';
import { checkOwner } from './segment-header.js';
import {
  BLOCK_BYTES,
  BLOCK_CHECKSUM_BYTES,
  blocksBytes,
  decodeSnapshotFooter,
  decodeSnapshotHeader,
  SNAPSHOT_FOOTER_BYTES,
  type SnapshotFooter,
  type SnapshotHeader,
} from './snapshot-format.js';
import { StorageError } from './storage-error.js';

const HEADER_READ_BYTES = 64 << 10;

export class SnapshotReader {
  readonly #file: DiskFile;
  readonly #header: SnapshotHeader;
  readonly #footer: SnapshotFooter;
  readonly #block: Uint8Array<ArrayBuffer>;
  /** Number of the block in `#block`, -1 for none. */
  #loaded = -1;

  private constructor(file: DiskFile, header: SnapshotHeader, footer: SnapshotFooter) {
    this.#file = file;
    this.#header = header;
    this.#footer = footer;
    this.#block = new Uint8Array(Math.min(BLOCK_BYTES, footer.dataBytes) + BLOCK_CHECKSUM_BYTES);
  }

  /** Throws `snapshot-damaged`, `wrong-cluster`, `wrong-node`, `format-unknown`, `DiskError`. */
  static open(disk: Disk, name: string, identity: StorageIdentity | null): SnapshotReader {
    const file = disk.open(name, 'bulk');
    try {
      const size = file.size();
      const start = new Uint8Array(Math.min(size, HEADER_READ_BYTES));
      file.read(start, 0);
      const end = new Uint8Array(SNAPSHOT_FOOTER_BYTES);
      file.read(end, Math.max(0, size - SNAPSHOT_FOOTER_BYTES));
      const header = decodeSnapshotHeader(start, name);
      const footer = decodeSnapshotFooter(end);
      const expected = (header?.dataStart ?? 0) + blocksBytes(footer?.dataBytes ?? 0) + SNAPSHOT_FOOTER_BYTES;
      if (header === null || footer === null || expected !== size) {
        const message = 'the frame of the snapshot does not match its checksums';
        throw new StorageError('snapshot-damaged', message, { file: name });
      }
      if (identity !== null) checkOwner(header, identity, name);
      return new SnapshotReader(file, header, footer);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  get snapshot(): Snapshot {
    return this.#header.snapshot;
  }

  /** Whose file it is. */
  get owner(): { readonly clusterId: string; readonly raftId: number } {
    return this.#header;
  }

  /** Bytes of the state. */
  get dataBytes(): number {
    return this.#footer.dataBytes;
  }

  /** CRC-32 of the state's bytes. */
  get dataChecksum(): number {
    return this.#footer.dataChecksum;
  }

  /** A copy of up to `length` bytes of the state from `offset` on. Throws `snapshot-damaged`. */
  read(offset: number, length: number): Uint8Array {
    const end = Math.min(offset + length, this.dataBytes);
    const bytes = new Uint8Array(Math.max(0, end - offset));
    for (let position = offset; position < end; ) {
      const number = Math.floor(position / BLOCK_BYTES);
      const block = this.#load(number);
      const from = position - number * BLOCK_BYTES;
      const part = block.subarray(from, from + end - position);
      bytes.set(part, position - offset);
      position += part.length;
    }
    return bytes;
  }

  /** Reads everything. Throws `snapshot-damaged` where a block does not match. */
  verify(): void {
    let whole = 0;
    const blocks = Math.ceil(this.dataBytes / BLOCK_BYTES);
    for (let number = 0; number < blocks; number++) whole = checksum(this.#load(number), whole);
    if (whole !== this.dataChecksum) throw this.#damaged(0);
  }

  close(): void {
    this.#file.close();
  }

  /** The data of a block, valid until the next call. */
  #load(number: number): Uint8Array {
    const length = Math.min(BLOCK_BYTES, this.dataBytes - number * BLOCK_BYTES);
    if (this.#loaded === number) return this.#block.subarray(0, length);
    const stride = BLOCK_BYTES + BLOCK_CHECKSUM_BYTES;
    const start = this.#header.dataStart + number * stride;
    const before = new Uint8Array(BLOCK_CHECKSUM_BYTES);
    if (number > 0) this.#file.read(before, start - BLOCK_CHECKSUM_BYTES);
    const seed = number === 0 ? this.#header.checksum : new DataView(before.buffer).getUint32(0, true);
    this.#loaded = -1;
    this.#file.read(this.#block.subarray(0, length + BLOCK_CHECKSUM_BYTES), start);
    const data = this.#block.subarray(0, length);
    const stored = new DataView(this.#block.buffer).getUint32(length, true);
    const isLast = (number + 1) * BLOCK_BYTES >= this.dataBytes;
    const chainEnds = !isLast || stored === this.#footer.lastBlockChecksum;
    if (checksum(data, seed) !== stored || !chainEnds) throw this.#damaged(start);
    this.#loaded = number;
    return data;
  }

  #damaged(offset: number): StorageError {
    return new StorageError('snapshot-damaged', 'a block does not match its checksum', {
      file: this.#file.name,
      offset,
      index: this.snapshot.index,
    });
  }
}
