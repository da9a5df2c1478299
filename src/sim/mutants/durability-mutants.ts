/**
 * Rules of the disk, broken.
 *
 * @module
 */
import type { Disk, DiskFile, SyncDone } from '../../storage/disk.js';
import { FaultyDisk } from '../../storage/faulty-disk.js';
import { NodeStorage } from '../../storage/node-storage.js';
import { segmentSequence } from '../../storage/segment-header.js';
import { StorageError } from '../../storage/storage-error.js';
import type { Mutant } from './mutant.js';

/** A file that says that it synced. */
class UnsyncedFile implements DiskFile {
  readonly name: string;
  readonly #file: DiskFile;

  constructor(file: DiskFile) {
    this.name = file.name;
    this.#file = file;
  }

  size(): number {
    return this.#file.size();
  }

  read(target: Uint8Array, position: number): number {
    return this.#file.read(target, position);
  }

  write(bytes: Uint8Array, position: number): void {
    this.#file.write(bytes, position);
  }

  truncate(size: number): void {
    this.#file.truncate(size);
  }

  sync(done: SyncDone): void {
    done(null);
  }

  syncNow(): void {}

  close(): void {
    this.#file.close();
  }
}

/** Replay goes up to the damage and takes it for the end of the log. */
function cutAtDamage(disk: Disk, { place }: StorageError): boolean {
  const { file, offset } = place;
  if (file === undefined || offset === undefined || offset === 0) return false;
  const damaged = segmentSequence(file);
  if (damaged === null) return false;
  for (const name of disk.list()) {
    const sequence = segmentSequence(name);
    if (sequence !== null && sequence > damaged) disk.remove(name);
  }
  const segment = disk.open(file, 'log');
  segment.truncate(offset);
  segment.syncNow();
  segment.close();
  disk.syncDirectory();
  return true;
}

export const DURABILITY_MUTANTS: readonly Mutant[] = [
  {
    name: 'sync-does-nothing',
    breaks: 'A sync of the log reports success without writing anything.',
    source: 'Raft paper, Figure 2; write() taken for fsync()',
    install: patches =>
      patches.method(FaultyDisk, 'sync', () => (_, done) => {
        done(null);
      }),
  },
  {
    name: 'sync-error-ignored',
    breaks: 'A sync that failed is taken for one that succeeded.',
    source: 'PostgreSQL fsyncgate (2018); logcabin and etcd treat it as fatal',
    install: patches =>
      patches.method(
        FaultyDisk,
        'sync',
        original =>
          function (file, done) {
            original.call(this, file, () => done(null));
          },
      ),
  },
  {
    name: 'damage-ends-the-log',
    breaks: 'Recovery stops silently at the first bad checksum, also in the middle of durable records.',
    source: 'Protocol-aware recovery (Alagappan et al. 2018)',
    install: patches =>
      patches.staticMethod(NodeStorage, 'open', original => (disk, options) => {
        try {
          return original(disk, options);
        } catch (error) {
          // Only for a node that starts: whoever looks at a copy sees the files as they are.
          const cut = error instanceof StorageError && disk instanceof FaultyDisk && cutAtDamage(disk, error);
          if (!cut) throw error;
          return original(disk, options);
        }
      }),
  },
  {
    name: 'snapshot-renamed-before-sync',
    breaks: 'A snapshot gets its final name, and the log behind it goes, before its content is durable.',
    source: 'Pillai et al. 2014 (rename without fsync); etcd issue 6368',
    install: patches =>
      patches.method(
        FaultyDisk,
        'create',
        original =>
          function (name, use) {
            const file = original.call(this, name, use);
            return use === 'bulk' ? new UnsyncedFile(file) : file;
          },
      ),
  },
  {
    name: 'rotation-not-synced',
    breaks: 'A log segment is left for the next one before it is durable.',
    source: 'tigerbeetle pull request 2345; syncs of all but the last file',
    install: patches => patches.method(FaultyDisk, 'syncNow', () => () => undefined),
  },
  {
    name: 'directory-not-synced',
    breaks: 'Files are created and renamed without syncing their directory.',
    source: 'etcd issue 6368',
    install: patches => patches.method(FaultyDisk, 'syncDirectory', () => () => undefined),
  },
];
