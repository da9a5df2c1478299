/**
 * Directories for tests of damage: built whole, changed by a byte, opened, and compared with what they held.
 *
 * @module
 */
import { readWholeFile } from '../../src/storage/disk.js';
import { MemoryDisk } from '../../src/storage/memory-disk.js';
import type { NodeStorage } from '../../src/storage/node-storage.js';
import { StorageError } from '../../src/storage/storage-error.js';
import { entriesOf, entry, hardState, openStorage, stateBytes, store, takeSnapshot } from './fixture.js';

export type Files = ReadonlyMap<string, Uint8Array>;

export function filesOf(disk: MemoryDisk): Files {
  return new Map(disk.list().map(name => [name, readWholeFile(disk, name)]));
}

export function diskOf(files: Files): MemoryDisk {
  const disk = new MemoryDisk();
  for (const [name, bytes] of files) {
    const file = disk.create(name, 'log');
    file.write(bytes, 0);
    file.syncNow();
  }
  disk.syncDirectory();
  return disk;
}

export function changed(files: Files, name: string, change: (bytes: Uint8Array) => Uint8Array): MemoryDisk {
  const copy = new Map(files);
  copy.set(name, change((files.get(name) ?? new Uint8Array(0)).slice()));
  return diskOf(copy);
}

export interface Content {
  readonly starts: number;
  readonly log: string;
  readonly snapshot: string;
}

/** Everything that may be read of a storage. */
export function contentOf(storage: NodeStorage): Content {
  const reader = storage.openSnapshot();
  const { starts, hardState: state, confState } = storage.recovery;
  const entries = storage.entries(storage.firstIndex(), storage.lastIndex() + 1, 1e9);
  const log = JSON.stringify([
    [state, confState, storage.firstIndex()],
    entries.map(({ index, term, type, data }) => [index, term, type, [...data]]),
  ]);
  const snapshot = reader === null ? 'none' : [storage.snapshot(), [...reader.read(0, 1e9)]];
  return { starts, log, snapshot: JSON.stringify(snapshot) };
}

/** Opens and compares: how the damage was dealt with. */
export function outcomeOf(disk: MemoryDisk, expected: Content): string {
  try {
    const storage = openStorage(disk);
    const { starts, log, snapshot } = contentOf(storage);
    const reports = storage.recovery.reports.map(report => report.code);
    if (log !== expected.log) return 'silently wrong log';
    if (starts !== expected.starts) {
      const skipped = reports.includes('meta-repaired') && starts === expected.starts + 1;
      return skipped ? 'repaired' : 'silently wrong number of starts';
    }
    if (snapshot === expected.snapshot) return 'harmless';
    const without = reports.includes('snapshot-damaged') && storage.snapshot() === null;
    return without ? 'repaired' : 'silently wrong snapshot';
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return error.message.includes('file ') ? error.code : `no file named: ${error.message}`;
  }
}

/** A directory with three segments, the middle of the log in a snapshot, and a superseded entry. */
export function richDirectory(preallocateBytes: number): Files {
  const disk = new MemoryDisk();
  const storage = openStorage(disk, { segmentBytes: 700, preallocateBytes });
  for (const one of entriesOf(1, 12, 1)) store(storage, [one]);
  takeSnapshot(storage, 6, stateBytes(300));
  store(storage, [entry(12, 2, 'other')], hardState(2, 3, 11));
  store(storage, [entry(13, 2, 'a'), { ...entry(14, 2, 'bb'), type: 'conf-change-v2' }]);
  store(storage, [], hardState(3, 1, 13));
  return filesOf(disk);
}
