/**
 * The only door to files. One `Disk` is one flat directory of one node.
 *
 * Everything is synchronous except `DiskFile.sync`, so that the same storage code runs in a worker thread
 * (real files), in a cluster without files (shared memory) and in the simulator (memory with virtual time).
 *
 * @module
 */
export type DiskErrorCode = 'disk-full' | 'disk-io' | 'not-found' | 'already-exists' | 'access-denied';

/**
 * Thrown, or given to a sync's `done`, when the disk refuses. `code` is stable: `disk-full` may pass when
 * space returns; after `disk-io` the file's content is unknown.
 */
export class DiskError extends Error {
  override readonly name = 'DiskError';
  readonly code: DiskErrorCode;
  readonly file: string;

  constructor(code: DiskErrorCode, file: string, message: string) {
    super(message);
    this.code = code;
    this.file = file;
  }
}

export type SyncDone = (error: DiskError | null) => void;

/** `bulk` files (snapshots) are large and never waited for: a disk may sync them beside the node's thread. */
export type FileUse = 'log' | 'bulk';

/** An open file. Positions and sizes in bytes. After `close` only `name` may be used. */
export interface DiskFile {
  readonly name: string;
  size(): number;
  /**
   * Fills `target` from `position` on; returns how many bytes there were (fewer only at the end of the file).
   */
  read(target: Uint8Array, position: number): number;
  /** Writes all of `bytes` or throws; after a throw any part of them may be in the file. */
  write(bytes: Uint8Array, position: number): void;
  /** Cuts the file, or extends it with zeros. */
  truncate(size: number): void;
  /**
   * Makes everything written before this call durable. `done` may be called before `sync` returns, or later.
   */
  sync(done: SyncDone): void;
  /** The same, done when it returns. Blocks the thread: for start and rotation, not for the data path. */
  syncNow(): void;
  close(): void;
}

/** Names are plain file names. A created, renamed or removed name is durable only after `syncDirectory`. */
export interface Disk {
  /** Sorted names of all files. */
  list(): readonly string[];
  /** A new empty file for reading and writing. Throws `already-exists`. */
  create(name: string, use: FileUse): DiskFile;
  /** An existing file for reading and writing. Throws `not-found`. */
  open(name: string, use: FileUse): DiskFile;
  /** Atomic; replaces `to` if it is there. */
  rename(from: string, to: string): void;
  remove(name: string): void;
  syncDirectory(): void;
}

/** The whole content of a (small) file. */
export function readWholeFile(disk: Disk, name: string): Uint8Array {
  const file = disk.open(name, 'log');
  try {
    const bytes = new Uint8Array(file.size());
    const length = file.read(bytes, 0);
    return bytes.subarray(0, length);
  } finally {
    file.close();
  }
}
