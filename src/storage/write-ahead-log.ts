/**
 * The write-ahead log: batches of records appended to segments, one write and one sync a batch.
 *
 * Recovery (`recover-log.ts`) gives it its starting state. Never overwrites: a conflicting suffix is
 * superseded by records that come later.
 *
 * @module
 */
import { type Disk, DiskError } from './disk.js';
import { EntryCache, type LargeEntries } from './entry-cache.js';
import { GroupCommit, type StoreDone } from './group-commit.js';
import type { LogIndex } from './log-index.js';
import { ENTRY_HEAD_BYTES, RecordEncoder, type SnapshotMarker } from './log-record.js';
import type { Entry, HardState, StorageIdentity } from './model.js';
import { recordBytes } from './record.js';
import { SegmentFiles } from './segment-files.js';
import {
  decodeSegmentHeader,
  encodeSegmentHeader,
  SEGMENT_HEADER_BYTES,
  type SegmentHeader,
  segmentName,
} from './segment-header.js';
import { SegmentWriter } from './segment-writer.js';
import { StorageError } from './storage-error.js';

export interface LogLimits {
  /** A segment that has reached this size is followed by a new one. */
  readonly segmentBytes: number;
  /** Zeros written ahead of the records, 0 for none. */
  readonly preallocateBytes: number;
  /** Newest entries kept in memory. */
  readonly cacheBytes: number;
  /** Of them, what may stay beyond `cacheBytes`. */
  readonly largeEntries: LargeEntries;
}

export interface LogBatch {
  /** Applied first: a durable snapshot the log relies on from here. */
  readonly marker: SnapshotMarker | null;
  /** Contiguous; the first index is at most one beyond the log's last. */
  readonly entries: readonly Entry[];
  readonly hardState: HardState | null;
}

/** What recovery found, or a new log. */
export interface LogStart {
  readonly index: LogIndex;
  readonly hardState: HardState | null;
  readonly headers: readonly SegmentHeader[];
  readonly active: SegmentWriter;
}

/** Where it is noted, durably, that the log goes up to a segment at least. */
export interface SegmentNote {
  update(note: { readonly segment: number }): void;
}

export class WriteAheadLog {
  readonly index: LogIndex;
  readonly #segments: SegmentFiles;
  readonly #cache: EntryCache;
  readonly #disk: Disk;
  readonly #identity: StorageIdentity;
  readonly #limits: LogLimits;
  readonly #note: SegmentNote;
  readonly #commit = new GroupCommit(() => this.#active);
  readonly #encoder = new RecordEncoder();
  #hardState: HardState | null;
  #active: SegmentWriter;
  /** The active segment is noted as durable: only then is anything written to it acknowledged. */
  #isNoted = true;

  constructor(disk: Disk, identity: StorageIdentity, limits: LogLimits, start: LogStart, note: SegmentNote) {
    this.#disk = disk;
    this.#note = note;
    this.#identity = identity;
    this.#limits = limits;
    this.index = start.index;
    this.#segments = new SegmentFiles(disk, start.headers);
    this.#cache = new EntryCache(limits.cacheBytes, limits.largeEntries);
    this.#hardState = start.hardState;
    this.#active = start.active;
  }

  get hardState(): HardState | null {
    return this.#hardState;
  }

  /** Set for good by a failed write or sync. */
  get failure(): DiskError | StorageError | null {
    return this.#commit.failure;
  }

  /**
   * Writes the batch and calls `done` when it is durable; calls are done in order. `disk-full`: nothing of
   * the batch is in the log and it may be tried again. After any other error every later call fails with
   * `storage-faulty`.
   */
  append(batch: LogBatch, done: StoreDone): void {
    const failure = this.#commit.failure;
    if (failure !== null) {
      done(new StorageError('storage-faulty', `storage failed before: ${failure.message}`));
      return;
    }
    this.#checkContiguous(batch);
    const needsSync = this.#promisesMore(batch);
    try {
      this.#write(batch);
    } catch (error) {
      done(this.#refused(error));
      return;
    }
    if (needsSync) this.#commit.add(done);
    else this.#commit.follow(done);
  }

  /** Entries `[from, to)` of the log up to `maxBytes` of data, at least one. Throws `log-damaged`. */
  read(from: number, to: number, maxBytes: number): readonly Entry[] {
    if (this.#cache.get(from) !== undefined) return this.#cache.read(from, to, maxBytes);
    return this.#segments.readEntries(this.index, from, to, maxBytes);
  }

  /** Forgets entries up to `index` and removes segments that hold nothing else. */
  compact(index: number): void {
    this.index.compactTo(Math.min(index, this.index.last));
    this.#cache.compactTo(index);
    this.#segments.removeUpTo(this.index, index);
  }

  close(): void {
    this.#segments.close();
    this.#active.file.close();
    this.#commit.fail(new StorageError('storage-closed', 'the storage was closed'));
  }

  #checkContiguous(batch: LogBatch): void {
    const last = batch.marker === null ? this.index.last : this.#lastAfter(batch.marker);
    let expected = batch.entries[0]?.index ?? 0;
    if (batch.entries.length > 0 && (expected > last + 1 || expected < this.index.first)) {
      const message = `entries from ${expected} do not follow a log of ${this.index.first}–${last}`;
      throw new StorageError('log-gap', message, { index: expected });
    }
    for (const entry of batch.entries) {
      if (entry.index !== expected) {
        throw new StorageError('log-gap', 'entries are not contiguous', { index: entry.index });
      }
      expected++;
    }
  }

  #lastAfter(marker: SnapshotMarker): number {
    return restartsLog(this.index, marker) ? marker.index : this.index.last;
  }

  /** A changed commit index alone promises nothing to anybody: it needs no sync of its own. */
  #promisesMore(batch: LogBatch): boolean {
    if (batch.entries.length > 0 || batch.marker !== null) return true;
    const { hardState } = batch;
    if (hardState === null) return false;
    return hardState.term !== this.#hardState?.term || hardState.vote !== (this.#hardState?.vote ?? -1);
  }

  #write(batch: LogBatch): void {
    if (batch.entries.length === 0 && batch.marker === null && batch.hardState === null) return;
    this.#rotateIfNeeded(batch);
    this.#noteSegment();
    const start = this.#active.position;
    const encoder = this.#encoder;
    encoder.begin(this.#active.chain, this.#active.synced, this.#active.header.salt);
    this.#encode(batch);
    const room = this.#limits.segmentBytes - start - encoder.length;
    const ahead = Math.max(0, Math.min(this.#limits.preallocateBytes, room));
    this.#active.write(encoder.take(), encoder.chain, ahead);
    this.#remember(batch, start);
  }

  /** A segment also ends when an entry below its first index is about to be written. */
  #rotateIfNeeded(batch: LogBatch): void {
    const { marker } = batch;
    const restart = marker !== null && restartsLog(this.index, marker) ? marker : null;
    const firstIndex = batch.entries[0]?.index ?? (restart?.index ?? this.index.last) + 1;
    const moves = batch.entries.length > 0 || restart !== null;
    const below = moves && firstIndex < this.#active.header.firstIndex;
    if (!below && this.#active.position < this.#limits.segmentBytes) return;
    const previousTerm = restart?.index === firstIndex - 1 ? restart.term : this.index.term(firstIndex - 1);
    this.#rotate(firstIndex, previousTerm ?? 0);
  }

  #encode(batch: LogBatch): void {
    if (batch.marker !== null) this.#encoder.marker(batch.marker);
    for (const entry of batch.entries) this.#encoder.entry(entry);
    if (batch.hardState !== null) this.#encoder.hardState(batch.hardState);
  }

  #remember(batch: LogBatch, start: number): void {
    const { sequence } = this.#active.header;
    let offset = start;
    if (batch.marker !== null) {
      offset += recordBytes(16);
      if (applyMarker(this.index, batch.marker)) this.#cache.clear();
    }
    for (const entry of batch.entries) {
      const { index, term, data } = entry;
      this.index.add(index, term, sequence, offset, data.length);
      this.#cache.add(entry);
      offset += recordBytes(ENTRY_HEAD_BYTES + data.length);
    }
    if (batch.hardState !== null) this.#hardState = batch.hardState;
  }

  /** Makes the active segment durable and starts the next, which begins with the hard state of now. */
  #rotate(firstIndex: number, previousTerm: number): void {
    const old = this.#active;
    old.finish();
    const next = createSegment(this.#disk, {
      clusterId: this.#identity.clusterId,
      raftId: this.#identity.raftId,
      sequence: old.header.sequence + 1,
      firstIndex,
      previousTerm,
      previousChain: old.chain,
    });
    this.#begin(next);
    this.#active = next;
    this.#isNoted = false;
    this.#segments.add(next.header);
    old.file.close();
  }

  /** Makes the new segment durable, with the hard state of now. */
  #begin(next: SegmentWriter): void {
    try {
      if (this.#hardState !== null) {
        this.#encoder.begin(next.chain, 0, next.header.salt);
        this.#encoder.hardState(this.#hardState);
        next.write(this.#encoder.take(), this.#encoder.chain, 0);
      }
      next.file.syncNow();
    } catch (error) {
      abandonSegment(this.#disk, next);
      throw error;
    }
  }

  /**
   * Two syncs more for a whole segment of appends; without the note a newest segment that was lost would look like a log
   * that ends before it. After a failure the segment stays, because the note may have been stored all the same.
   */
  #noteSegment(): void {
    if (this.#isNoted) return;
    this.#note.update({ segment: this.#active.header.sequence });
    this.#isNoted = true;
  }

  #refused(error: unknown): DiskError | StorageError {
    const known =
      error instanceof DiskError || error instanceof StorageError
        ? error
        : new DiskError('disk-io', this.#active.file.name, String(error));
    if (known.code !== 'disk-full') this.#commit.fail(known);
    return known;
  }
}

/**
 * Whether the log cannot be continued behind the snapshot: it ends before it, or holds another entry there.
 */
export function restartsLog(index: LogIndex, marker: SnapshotMarker): boolean {
  if (marker.index > index.last) return true;
  const term = index.term(marker.index);
  return term !== undefined && term !== marker.term;
}

/** Whether the log was restarted behind the snapshot. */
export function applyMarker(index: LogIndex, marker: SnapshotMarker): boolean {
  const restarts = restartsLog(index, marker);
  if (restarts) index.reset(marker.index, marker.term);
  return restarts;
}

/** A new segment file with its header; the name is durable, the header is with the next sync. */
export function createSegment(disk: Disk, fields: Omit<SegmentHeader, 'salt'>): SegmentWriter {
  const name = segmentName(fields.sequence);
  const bytes = encodeSegmentHeader(fields);
  const header = decodeSegmentHeader(bytes, name);
  if (header === null) throw new StorageError('format-unknown', 'the header cannot be written');
  const file = disk.create(name, 'log');
  try {
    file.write(bytes, 0);
    disk.syncDirectory();
  } catch (error) {
    file.close();
    removeDurably(disk, name);
    throw error;
  }
  const writer = new SegmentWriter(file, header, SEGMENT_HEADER_BYTES, header.salt);
  writer.synced = 0;
  return writer;
}

function abandonSegment(disk: Disk, segment: SegmentWriter): void {
  segment.file.close();
  removeDurably(disk, segment.file.name);
}

/** If it came back with a crash, the segment before it would have gone on meanwhile: the two would not fit each other. */
function removeDurably(disk: Disk, name: string): void {
  disk.remove(name);
  disk.syncDirectory();
}
