/**
 * Reads the log back from its segments: replays every record, cuts a torn tail, refuses damage and gaps.
 *
 * @module
 */
import type { Disk, DiskFile } from './disk.js';
import { LogIndex } from './log-index.js';
import {
  decodeHardState,
  decodeMarker,
  ENTRY_HEAD_BYTES,
  entryIndex,
  entryTerm,
  entryTypeOf,
  type SnapshotMarker,
} from './log-record.js';
import type { HardState, StorageIdentity } from './model.js';
import { RecordType, type RecordView } from './record.js';
import type { RecoveryReport } from './recovery-report.js';
import {
  checkOwner,
  decodeSegmentHeader,
  SEGMENT_HEADER_BYTES,
  type SegmentHeader,
  segmentName,
  segmentSequence,
} from './segment-header.js';
import { isZero, type ScanResult, scanRecords } from './segment-scan.js';
import { SegmentWriter } from './segment-writer.js';
import { StorageError } from './storage-error.js';
import { applyMarker, type LogStart } from './write-ahead-log.js';

export interface RecoveredLog extends LogStart {
  /** Newest snapshot the log says is durable. */
  readonly marker: SnapshotMarker | null;
}

/** What is known to have been durable besides the log itself. */
export interface DurableMarks {
  /** Entries up to here are in a snapshot; 0: there is none. */
  readonly snapshotIndex: number;
  /** The log goes up to this segment at least; 0: not known. */
  readonly segment: number;
}

/**
 * Replays the log of `identity`. The last segment is durable when this returns. Throws `log-damaged`, `log-gap`,
 * `wrong-cluster`, `wrong-node`, `format-unknown`.
 */
export function recoverLog(
  disk: Disk,
  identity: StorageIdentity,
  durable: DurableMarks,
  reports: RecoveryReport[],
): RecoveredLog {
  const headers = usableHeaders(disk, identity, durable, reports);
  const replay = new Replay(headers[0]);
  let buffer = new Uint8Array(0);
  for (const [i, header] of headers.entries()) {
    const file = disk.open(segmentName(header.sequence), 'log');
    const isLast = i === headers.length - 1;
    try {
      const size = file.size();
      if (size > buffer.length) buffer = new Uint8Array(size);
      const bytes = buffer.subarray(0, file.read(buffer.subarray(0, size), 0));
      const scan = replay.segment(header, bytes);
      const usable = scan.outcome === 'clean' || (isLast && scan.outcome === 'torn');
      if (!usable) throw damaged(header, scan, replay.index);
      if (isLast) {
        const active = reopenLast(file, header, scan, replay.index, reports);
        return { ...replay.result(), headers, active };
      }
    } catch (error) {
      file.close();
      throw error;
    }
    file.close();
  }
  throw new StorageError('log-gap', 'the directory has a meta file but no log');
}

/** Headers of the segments the log consists of, oldest first; leftovers are removed. */
function usableHeaders(
  disk: Disk,
  identity: StorageIdentity,
  durable: DurableMarks,
  reports: RecoveryReport[],
): SegmentHeader[] {
  const sequences = disk.list().flatMap(name => segmentSequence(name) ?? []);
  const headers: SegmentHeader[] = [];
  for (const [i, sequence] of sequences.entries()) {
    const isLast = i === sequences.length - 1;
    const mayBeTorn = isLast && i > 0 && sequence > durable.segment;
    const header = readHeader(disk, identity, sequence, mayBeTorn, reports);
    if (header !== null) headers.push(header);
  }
  demandNewest(headers, durable);
  let start = 0;
  for (let i = 1; i < headers.length; i++) {
    if (headers[i]?.sequence !== (headers[i - 1]?.sequence ?? 0) + 1) start = i;
  }
  const first = headers[start];
  if (start > 0 && first !== undefined && first.firstIndex > durable.snapshotIndex + 1) {
    throw new StorageError('log-gap', 'a segment of the log is missing, with entries up to this one', {
      file: segmentName(first.sequence - 1),
      index: first.firstIndex - 1,
    });
  }
  for (const leftover of headers.slice(0, start)) {
    const file = segmentName(leftover.sequence);
    disk.remove(file);
    reports.push({
      code: 'leftover-removed',
      message: 'a compacted segment was still there',
      place: { file },
    });
  }
  if (start > 0) disk.syncDirectory();
  return headers.slice(start);
}

/** What was acknowledged from a segment was so after `meta` had noted that the segment is durable. */
function demandNewest(headers: readonly SegmentHeader[], { segment }: DurableMarks): void {
  const newest = headers.at(-1);
  if (newest === undefined || newest.sequence >= segment) return;
  const message = 'the end of the log is missing: this segment was durable';
  throw new StorageError('log-gap', message, { file: segmentName(segment) });
}

/** Null: the newest segment was created but its header never became durable, so nothing in it was. */
function readHeader(
  disk: Disk,
  identity: StorageIdentity,
  sequence: number,
  mayBeTorn: boolean,
  reports: RecoveryReport[],
): SegmentHeader | null {
  const name = segmentName(sequence);
  const file = disk.open(name, 'log');
  const bytes = new Uint8Array(SEGMENT_HEADER_BYTES);
  const length = file.read(bytes, 0);
  file.close();
  const header = decodeSegmentHeader(bytes.subarray(0, length), name);
  if (header?.sequence === sequence) {
    checkOwner(header, identity, name);
    return header;
  }
  const torn = header === null && (length < SEGMENT_HEADER_BYTES || isZero(bytes, 0, length));
  if (!mayBeTorn || !torn) {
    throw new StorageError('log-damaged', 'the header of a segment does not match its checksum', {
      file: name,
      offset: 0,
    });
  }
  disk.remove(name);
  disk.syncDirectory();
  const message = 'a segment whose header was never durable was removed';
  reports.push({ code: 'segment-discarded', message, place: { file: name, offset: 0 } });
  return null;
}

class Replay {
  readonly index: LogIndex;
  #hardState: HardState | null = null;
  #marker: SnapshotMarker | null = null;
  #chain: number | null = null;

  constructor(first: SegmentHeader | undefined) {
    this.index = new LogIndex((first?.firstIndex ?? 1) - 1, first?.previousTerm ?? 0);
  }

  segment(header: SegmentHeader, bytes: Uint8Array): ScanResult {
    if (this.#chain !== null && this.#chain !== header.previousChain) {
      const file = segmentName(header.sequence - 1);
      throw new StorageError('log-damaged', 'the end of a segment is missing', {
        file,
        index: this.index.last + 1,
      });
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const scan = scanRecords(bytes, header.salt, record => {
      this.#record(header, view, record);
    });
    this.#chain = scan.chain;
    return scan;
  }

  result(): { index: LogIndex; hardState: HardState | null; marker: SnapshotMarker | null } {
    return { index: this.index, hardState: this.#hardState, marker: this.#marker };
  }

  #record(header: SegmentHeader, view: DataView, record: RecordView): void {
    if (entryTypeOf(record.type) !== undefined) this.#entry(header, view, record);
    else if (record.type === RecordType.hardState) this.#hardState = decodeHardState(view, record);
    else if (record.type === RecordType.snapshotMarker) {
      this.#marker = decodeMarker(view, record);
      applyMarker(this.index, this.#marker);
    } else {
      const place = { file: segmentName(header.sequence), offset: record.start };
      throw new StorageError('format-unknown', `record type ${record.type} is not known`, place);
    }
  }

  /**
   * After compaction the oldest segment may begin in the middle, or with entries that a later segment
   * supersedes from further below: then the log begins anew there, and the snapshot has to reach that far
   * (checked after the replay).
   */
  #entry(header: SegmentHeader, view: DataView, record: RecordView): void {
    const at = entryIndex(view, record);
    const { index } = this;
    const empty = index.last < index.first;
    if (at < index.first || (empty && at > index.first)) {
      index.reset(at - 1, at === header.firstIndex ? header.previousTerm : undefined);
    }
    if (at > index.last + 1) {
      const place = { file: segmentName(header.sequence), offset: record.start, index: at };
      throw new StorageError('log-gap', `entry ${at} does not follow entry ${index.last}`, place);
    }
    index.add(
      at,
      entryTerm(view, record),
      header.sequence,
      record.start,
      record.payloadLength - ENTRY_HEAD_BYTES,
    );
  }
}

function damaged(header: SegmentHeader, scan: ScanResult, index: LogIndex): StorageError {
  return new StorageError('log-damaged', `durable records do not match: ${scan.reason}`, {
    file: segmentName(header.sequence),
    offset: scan.end,
    index: index.last + 1,
  });
}

/** Cuts a torn tail and makes sure that what is left is durable: it may only be in the system's cache. */
function reopenLast(
  file: DiskFile,
  header: SegmentHeader,
  scan: ScanResult,
  index: LogIndex,
  reports: RecoveryReport[],
): SegmentWriter {
  if (scan.outcome === 'torn') {
    const message = `${file.size() - scan.end} bytes that were never durable were cut (${scan.reason})`;
    reports.push({
      code: 'torn-tail',
      message,
      place: { file: file.name, offset: scan.end, index: index.last + 1 },
    });
    file.truncate(scan.end);
  }
  file.syncNow();
  return new SegmentWriter(file, header, scan.end, scan.chain);
}
