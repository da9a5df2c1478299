/**
 * What lies in a node's directory, read without changing anything and without refusing: for `raftkv inspect`.
 *
 * @module
 */
import { type Disk, readWholeFile } from './disk.js';
import { decodeHardState, entryIndex, entryTerm, entryTypeOf } from './log-record.js';
import { type Meta, MetaFile } from './meta-file.js';
import type { HardState, Snapshot } from './model.js';
import { RecordType, type RecordView } from './record.js';
import {
  decodeSegmentHeader,
  SEGMENT_HEADER_BYTES,
  type SegmentHeader,
  segmentSequence,
} from './segment-header.js';
import { scanRecords } from './segment-scan.js';
import { snapshotIndex } from './snapshot-format.js';
import { SnapshotReader } from './snapshot-reader.js';
import { StorageError } from './storage-error.js';

/** Entries of one term that lie one behind the other in a segment. */
export interface EntryRun {
  readonly term: number;
  readonly first: number;
  readonly last: number;
}

export interface SegmentReport {
  readonly file: string;
  readonly bytes: number;
  /** Null: the header does not match its checksum. */
  readonly header: SegmentHeader | null;
  readonly records: number;
  readonly entries: readonly EntryRun[];
  readonly outcome: 'clean' | 'torn' | 'damaged';
  /** Where the valid records end. */
  readonly end: number;
  readonly reason: string;
}

export interface SnapshotReport {
  readonly file: string;
  readonly bytes: number;
  /** Null when damaged. */
  readonly snapshot: Snapshot | null;
  /** What is wrong with it, null when it is whole. */
  readonly problem: string | null;
}

export interface DirectoryReport {
  readonly meta: Meta | null;
  readonly segments: readonly SegmentReport[];
  readonly snapshots: readonly SnapshotReport[];
  /** The last one found in the log. */
  readonly hardState: HardState | null;
  /** Files that belong to nothing (unfinished or foreign). */
  readonly otherFiles: readonly string[];
  /** One line a problem, with its code first; empty: all files are as they should be. */
  readonly problems: readonly string[];
}

/** Reads every file of the directory. Throws only `DiskError`. */
export function inspectDirectory(disk: Disk): DirectoryReport {
  const problems: string[] = [];
  const names = disk.list();
  const found = attempt(problems, () => MetaFile.read(disk));
  if (found?.isSlotDamaged === true)
    problems.push('meta-damaged: one slot of meta does not match its checksum');
  const meta = found?.meta ?? null;
  let hardState: HardState | null = null;
  const segments = names
    .filter(name => segmentSequence(name) !== null)
    .map(name => {
      return inspectSegment(disk, name, problems, found => {
        hardState = found;
      });
    });
  checkSequence(segments, problems);
  const snapshots = names
    .filter(name => snapshotIndex(name) !== null)
    .map(name => inspectSnapshot(disk, name, problems));
  const known = new Set(['meta', ...[...segments, ...snapshots].map(report => report.file)]);
  const otherFiles = names.filter(name => !known.has(name));
  return { meta, segments, snapshots, hardState, otherFiles, problems };
}

function inspectSegment(
  disk: Disk,
  file: string,
  problems: string[],
  onHardState: (state: HardState) => void,
): SegmentReport {
  const bytes = readWholeFile(disk, file);
  const start = bytes.subarray(0, SEGMENT_HEADER_BYTES);
  const header = attempt(problems, () => decodeSegmentHeader(start, file));
  if (header === null) {
    problems.push(`log-damaged: the header of ${file} does not match its checksum`);
    const reason = 'bad-header';
    const nothing = { records: 0, entries: [], outcome: 'damaged', end: 0, reason } as const;
    return { file, bytes: bytes.length, header, ...nothing };
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: EntryRun[] = [];
  let records = 0;
  const scan = scanRecords(bytes, header.salt, record => {
    records++;
    if (record.type === RecordType.hardState) onHardState(decodeHardState(view, record));
    if (entryTypeOf(record.type) !== undefined) addToRuns(entries, view, record);
  });
  if (scan.outcome !== 'clean') {
    problems.push(`log-${scan.outcome}: ${file} at offset ${scan.end}: ${scan.reason}`);
  }
  return { file, bytes: bytes.length, header, records, entries, ...scan };
}

function addToRuns(runs: EntryRun[], view: DataView, record: RecordView): void {
  const index = entryIndex(view, record);
  const term = entryTerm(view, record);
  const run = runs.at(-1);
  if (run !== undefined && run.term === term && run.last + 1 === index) {
    runs[runs.length - 1] = { ...run, last: index };
  } else {
    runs.push({ term, first: index, last: index });
  }
}

function checkSequence(segments: readonly SegmentReport[], problems: string[]): void {
  for (const [i, { file }] of segments.entries()) {
    const before = segments[i - 1]?.file;
    if (before === undefined) continue;
    if (segmentSequence(file) === (segmentSequence(before) ?? 0) + 1) continue;
    problems.push(`log-gap: segments between ${before} and ${file} are missing`);
  }
}

function inspectSnapshot(disk: Disk, file: string, problems: string[]): SnapshotReport {
  const opened = disk.open(file, 'bulk');
  const bytes = opened.size();
  opened.close();
  const before = problems.length;
  const snapshot = attempt(problems, () => {
    const reader = SnapshotReader.open(disk, file, null);
    try {
      reader.verify();
      return reader.snapshot;
    } finally {
      reader.close();
    }
  });
  return { file, bytes, snapshot, problem: problems[before] ?? null };
}

/** Null, and a problem noted, when storage refuses. */
function attempt<T>(problems: string[], action: () => T): T | null {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    problems.push(`${error.code}: ${error.message}`);
    return null;
  }
}
