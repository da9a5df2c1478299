/**
 * A directory of real files.
 *
 * `blocking` (default) syncs log files in the caller's thread: measured faster than a trip through the thread
 * pool, which costs two wake-ups. `async` keeps the thread free for who has other work meanwhile. Bulk files are always synced
 * beside the thread.
 *
 * @module
 */
import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import {
  type Disk,
  DiskError,
  type DiskErrorCode,
  type DiskFile,
  type FileUse,
  type SyncDone,
} from './disk.js';

export type SyncMode = 'blocking' | 'async';

export class RealDisk implements Disk {
  readonly directory: string;
  /** Of log files, from the next sync on. */
  syncMode: SyncMode;

  /** Opens `directory`, making it (durably) when it is not there. Throws `DiskError`. */
  constructor(directory: string, mode: SyncMode = 'blocking') {
    this.directory = resolve(directory);
    this.syncMode = mode;
    attempt(this.directory, () => {
      const made = mkdirSync(this.directory, { recursive: true });
      if (made !== undefined) syncNewDirectories(made, this.directory);
    });
  }

  list(): readonly string[] {
    return attempt(this.directory, () =>
      readdirSync(this.directory, { withFileTypes: true })
        .filter(found => found.isFile())
        .map(found => found.name)
        .sort(),
    );
  }

  create(name: string, use: FileUse): DiskFile {
    return this.#open(name, 'wx+', use);
  }

  open(name: string, use: FileUse): DiskFile {
    return this.#open(name, 'r+', use);
  }

  rename(from: string, to: string): void {
    attempt(from, () => renameSync(this.#path(from), this.#path(to)));
  }

  remove(name: string): void {
    attempt(name, () => unlinkSync(this.#path(name)));
  }

  syncDirectory(): void {
    attempt(this.directory, () => syncOneDirectory(this.directory));
  }

  #path(name: string): string {
    return join(this.directory, name);
  }

  #open(name: string, flags: 'wx+' | 'r+', use: FileUse): DiskFile {
    const descriptor = attempt(name, () => openSync(this.#path(name), flags));
    return new RealFile(name, descriptor, () => use === 'log' && this.syncMode === 'blocking');
  }
}

class RealFile implements DiskFile {
  readonly name: string;
  readonly #isBlocking: () => boolean;
  readonly #descriptor: number;
  #pendingSyncs = 0;
  #closed = false;

  constructor(name: string, descriptor: number, isBlocking: () => boolean) {
    this.name = name;
    this.#descriptor = descriptor;
    this.#isBlocking = isBlocking;
  }

  size(): number {
    return attempt(this.name, () => fstatSync(this.#descriptor).size);
  }

  read(target: Uint8Array, position: number): number {
    return attempt(this.name, () => {
      let total = 0;
      while (total < target.length) {
        const left = target.length - total;
        const count = readSync(this.#descriptor, target, total, left, position + total);
        if (count === 0) break;
        total += count;
      }
      return total;
    });
  }

  write(bytes: Uint8Array, position: number): void {
    attempt(this.name, () => {
      let total = 0;
      while (total < bytes.length) {
        const left = bytes.length - total;
        total += writeSync(this.#descriptor, bytes, total, left, position + total);
      }
    });
  }

  truncate(size: number): void {
    attempt(this.name, () => ftruncateSync(this.#descriptor, size));
  }

  sync(done: SyncDone): void {
    if (this.#isBlocking()) {
      done(this.#syncBlocking());
      return;
    }
    this.#pendingSyncs++;
    fdatasync(this.#descriptor, error => {
      this.#pendingSyncs--;
      if (this.#closed && this.#pendingSyncs === 0) closeSync(this.#descriptor);
      done(error === null ? null : diskError(this.name, error));
    });
  }

  syncNow(): void {
    const error = this.#syncBlocking();
    if (error !== null) throw error;
  }

  /** Waits for syncs under way: a descriptor closed under one could be another file's by then. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#pendingSyncs === 0) closeSync(this.#descriptor);
  }

  #syncBlocking(): DiskError | null {
    try {
      fdatasyncSync(this.#descriptor);
      return null;
    } catch (error) {
      return diskError(this.name, error);
    }
  }
}

function syncOneDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Makes the names of `first` … `last` durable, each in its parent. */
function syncNewDirectories(first: string, last: string): void {
  for (let directory = last; ; directory = dirname(directory)) {
    syncOneDirectory(dirname(directory));
    if (directory === first || directory === dirname(directory)) return;
  }
}

function attempt<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw diskError(file, error);
  }
}

const CODES: Readonly<Record<string, DiskErrorCode>> = {
  ENOSPC: 'disk-full',
  EDQUOT: 'disk-full',
  EFBIG: 'disk-full',
  ENOENT: 'not-found',
  EEXIST: 'already-exists',
  EACCES: 'access-denied',
  EPERM: 'access-denied',
  EROFS: 'access-denied',
};

function diskError(file: string, error: unknown): DiskError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const message = error instanceof Error ? error.message : String(error);
  return new DiskError(CODES[code] ?? 'disk-io', file, message);
}
