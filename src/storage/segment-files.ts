/**
 * The segments of one log on the disk, oldest first; reads entries back from them.
 *
 * @module
 */
import type { Disk, DiskFile } from './disk.js';
import type { LogIndex } from './log-index.js';
import { decodeEntry, ENTRY_HEAD_BYTES } from './log-record.js';
import type { Entry } from './model.js';
import { RecordCursor, recordBytes } from './record.js';
import type { SegmentHeader } from './segment-header.js';
import { segmentName } from './segment-header.js';
import { StorageError } from './storage-error.js';

/** One read from the disk, unless a single entry is larger. */
const READ_BYTES_MAX = 1 << 20;

export class SegmentFiles {
  readonly #disk: Disk;
  readonly #headers: SegmentHeader[];
  /** The segment read last stays open: reading back is sequential. */
  #open: DiskFile | null = null;

  constructor(disk: Disk, headers: readonly SegmentHeader[]) {
    this.#disk = disk;
    this.#headers = [...headers];
  }

  get headers(): readonly SegmentHeader[] {
    return this.#headers;
  }

  add(header: SegmentHeader): void {
    this.#headers.push(header);
  }

  /**
   * Entries in `[from, to)` up to `maxBytes` of data, at least one. Throws `log-damaged` when a checksum
   * fails.
   */
  readEntries(index: LogIndex, from: number, to: number, maxBytes: number): Entry[] {
    const entries: Entry[] = [];
    let bytes = 0;
    let next = from;
    while (next < to) {
      const run = this.#readRun(index, next, to);
      for (const entry of run) {
        bytes += entry.data.length;
        if (entries.length > 0 && bytes > maxBytes) return entries;
        entries.push(entry);
      }
      next += run.length;
    }
    return entries;
  }

  /**
   * Removes the oldest segments while all their entries are at most `index`; the newest segment stays. Oldest
   * first, so that what a crash leaves is still the end of the log.
   */
  removeUpTo(logIndex: LogIndex, index: number): void {
    let removed = false;
    for (let oldest = this.#headers[0]; oldest !== undefined; oldest = this.#headers[0]) {
      const isNewest = this.#headers.length === 1;
      if (isNewest || logIndex.lastIndexUpTo(oldest.sequence) > index) break;
      this.close();
      this.#disk.remove(segmentName(oldest.sequence));
      this.#headers.shift();
      removed = true;
    }
    if (removed) this.#disk.syncDirectory();
  }

  close(): void {
    this.#open?.close();
    this.#open = null;
  }

  /** Neighbouring entries of one segment, from `from` on. */
  #readRun(index: LogIndex, from: number, to: number): Entry[] {
    const first = index.position(from);
    if (first === undefined) {
      throw new StorageError('log-unavailable', `entry ${from} is not in the log`, { index: from });
    }
    let end = first.offset + recordBytes(ENTRY_HEAD_BYTES + first.dataLength);
    const offsets = [first.offset];
    for (let next = from + 1; next < to; next++) {
      const position = index.position(next);
      if (position === undefined || position.sequence !== first.sequence) break;
      const nextEnd = position.offset + recordBytes(ENTRY_HEAD_BYTES + position.dataLength);
      if (position.offset < end || nextEnd - first.offset > READ_BYTES_MAX) break;
      offsets.push(position.offset);
      end = nextEnd;
    }
    const bytes = new Uint8Array(end - first.offset);
    this.#file(first.sequence).read(bytes, first.offset);
    return this.#decodeRun(bytes, offsets, from, first.sequence);
  }

  #decodeRun(bytes: Uint8Array, offsets: readonly number[], from: number, sequence: number): Entry[] {
    const salt = this.#headers.find(header => header.sequence === sequence)?.salt ?? 0;
    const view = new DataView(bytes.buffer);
    const origin = offsets[0] ?? 0;
    const record = new RecordCursor();
    return offsets.map((offset, i) => {
      const problem = record.read(bytes, view, offset - origin, salt);
      const entry = problem === null ? decodeEntry(bytes, view, record) : null;
      if (entry === null || entry.index !== from + i) {
        const place = { file: segmentName(sequence), offset, index: from + i };
        throw new StorageError('log-damaged', 'an entry does not match its checksum', place);
      }
      return entry;
    });
  }

  #file(sequence: number): DiskFile {
    const name = segmentName(sequence);
    if (this.#open?.name !== name) {
      this.close();
      this.#open = this.#disk.open(name, 'log');
    }
    return this.#open;
  }
}
