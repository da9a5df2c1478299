/**
 * Keeps two processes from using one data directory: a symbolic link that names its owner. It is there whole or not at all,
 * and needs no space, so a node also starts on a full disk.
 *
 * A lock whose process is gone is taken over. A process number may be given again, so the lock also holds when its process
 * started (from /proc, where there is one).
 *
 * @module
 */
import { mkdirSync, readFileSync, readlinkSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

const LOCK_FILE = 'lock';

/** Thrown when a live process, `pid`, uses the directory. */
export class DirectoryLocked extends Error {
  override readonly name = 'DirectoryLocked';
  readonly code = 'directory-locked';
  readonly pid: number;
  constructor(directory: string, pid: number) {
    const owner = pid === process.pid ? 'this process' : `process ${pid}`;
    super(`data directory ${directory} is in use by ${owner}`);
    this.pid = pid;
  }
}

/** Thrown when the directory cannot be made or written to. */
export class DirectoryUnusable extends Error {
  override readonly name = 'DirectoryUnusable';
  readonly code = 'directory-unusable';
  constructor(directory: string, cause: unknown) {
    const reason = REASONS.find(([code]) => hasCode(cause, code))?.[1];
    super(`data directory ${directory} cannot be used: ${reason ?? String(cause)}`, { cause });
  }
}

const REASONS: readonly (readonly [code: string, reason: string])[] = [
  ['EACCES', 'this user may not write to it'],
  ['EPERM', 'this user may not write to it'],
  ['EROFS', 'the file system is read-only'],
  ['ENOTDIR', 'it is no directory'],
  ['EEXIST', 'it is no directory'],
  ['ENOENT', 'it does not exist'],
  ['ENOSPC', 'no space is left for so much as a name in it'],
];

interface Owner {
  readonly pid: number;
  /** Clock ticks since boot; empty where that cannot be known. */
  readonly startedAt: string;
}

export class DirectoryLock {
  readonly #file: string;
  readonly #onExit: () => void;

  /** For `lock`: the file is this process's. */
  constructor(file: string) {
    this.#file = file;
    this.#onExit = () => rmSync(file, { force: true });
    process.once('exit', this.#onExit);
  }

  /**
   * Makes the directory if needed and locks it.
   * @throws DirectoryLocked, DirectoryUnusable
   */
  static acquire(directory: string): DirectoryLock {
    return usable(directory, () => {
      mkdirSync(directory, { recursive: true });
      return lock(directory);
    });
  }

  /** As `acquire`, for a directory that must be there already. @throws DirectoryLocked, DirectoryUnusable */
  static acquireExisting(directory: string): DirectoryLock {
    return usable(directory, () => {
      statSync(directory);
      return lock(directory);
    });
  }

  release(): void {
    process.removeListener('exit', this.#onExit);
    rmSync(this.#file, { force: true });
  }
}

function usable<T>(directory: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw error instanceof DirectoryLocked ? error : new DirectoryUnusable(directory, error);
  }
}

function lock(directory: string): DirectoryLock {
  const file = join(directory, LOCK_FILE);
  if (!tryLock(file)) {
    removeStale(directory, file);
    if (!tryLock(file)) throw new DirectoryLocked(directory, readOwner(file)?.pid ?? 0);
  }
  return new DirectoryLock(file);
}

function tryLock(file: string): boolean {
  try {
    symlinkSync(JSON.stringify({ pid: process.pid, startedAt: startOf(process.pid) }), file);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/** Moves the lock of a dead process out of the way. @throws DirectoryLocked when its process lives */
function removeStale(directory: string, file: string): void {
  const owner = readOwner(file);
  if (owner !== null && isAlive(owner)) throw new DirectoryLocked(directory, owner.pid);
  const moved = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, moved);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    throw error;
  }
  // Another process may have taken over, and locked, between our look and our move.
  const movedOwner = readOwner(moved);
  if (movedOwner !== null && isAlive(movedOwner)) {
    renameSync(moved, file);
    throw new DirectoryLocked(directory, movedOwner.pid);
  }
  rmSync(moved, { force: true });
}

function readLock(file: string): string {
  try {
    return readlinkSync(file);
  } catch (error) {
    // A file, as earlier versions made it.
    if (hasCode(error, 'EINVAL')) return readFileSync(file, 'utf8');
    throw error;
  }
}

function readOwner(file: string): Owner | null {
  try {
    const { pid, startedAt } = JSON.parse(readLock(file)) as Partial<Owner>;
    return typeof pid === 'number' ? { pid, startedAt: startedAt ?? '' } : null;
  } catch {
    return null;
  }
}

function isAlive(owner: Owner): boolean {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if (hasCode(error, 'ESRCH')) return false;
  }
  return startOf(owner.pid) === owner.startedAt;
}

/**
 * When the process started, empty where that cannot be known. Fields 3 (state) and 22 of /proc/PID/stat; the second
 * field, a name in parentheses, may hold anything. A process that is only waiting to be reaped has ended.
 */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? 'ended' : (fields[19] ?? '');
  } catch {
    return '';
  }
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
