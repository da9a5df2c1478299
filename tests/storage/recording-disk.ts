/**
 * A memory disk that can be rebuilt as it was after any prefix of the operations made on it.
 *
 * @module
 */
import type { Disk, DiskFile, FileUse, SyncDone } from '../../src/storage/disk.js';
import { MemoryDisk } from '../../src/storage/memory-disk.js';

type Operation = (disk: MemoryDisk, open: Map<number, DiskFile>) => void;

/**
 * Records what changes the disk; a call at which the recorded run learned something is a mark of the test's.
 */
export class RecordingDisk implements Disk {
  readonly #disk = new MemoryDisk();
  readonly #operations: Operation[] = [];
  #handles = 0;

  get length(): number {
    return this.#operations.length;
  }

  /** The disk after the first `length` operations, nothing crashed yet. */
  replay(length: number): MemoryDisk {
    const disk = new MemoryDisk();
    const open = new Map<number, DiskFile>();
    for (const operation of this.#operations.slice(0, length)) operation(disk, open);
    return disk;
  }

  list(): readonly string[] {
    return this.#disk.list();
  }

  create(name: string, use: FileUse): DiskFile {
    const handle = this.#handles++;
    this.#operations.push((disk, open) => open.set(handle, disk.create(name, use)));
    return this.#file(handle, this.#disk.create(name, use));
  }

  open(name: string, use: FileUse): DiskFile {
    const handle = this.#handles++;
    this.#operations.push((disk, open) => open.set(handle, disk.open(name, use)));
    return this.#file(handle, this.#disk.open(name, use));
  }

  rename(from: string, to: string): void {
    this.#operations.push(disk => disk.rename(from, to));
    this.#disk.rename(from, to);
  }

  remove(name: string): void {
    this.#operations.push(disk => disk.remove(name));
    this.#disk.remove(name);
  }

  syncDirectory(): void {
    this.#operations.push(disk => disk.syncDirectory());
    this.#disk.syncDirectory();
  }

  #file(handle: number, inner: DiskFile): DiskFile {
    const record = (change: (file: DiskFile) => void): void => {
      this.#operations.push((_disk, open) => {
        const file = open.get(handle);
        if (file !== undefined) change(file);
      });
      change(inner);
    };
    return {
      name: inner.name,
      size: () => inner.size(),
      read: (target, position) => inner.read(target, position),
      write: (bytes, position) => {
        const copy = bytes.slice();
        record(file => file.write(copy, position));
      },
      truncate: size => record(file => file.truncate(size)),
      sync: (done: SyncDone) => {
        record(file => file.syncNow());
        done(null);
      },
      syncNow: () => record(file => file.syncNow()),
      close: () => inner.close(),
    };
  }
}
