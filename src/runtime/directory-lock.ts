/**
 * Keeps two processes from using one data directory: a file that names its owner.
 *
 * A lock whose process is gone is taken over. A process number may be given again, so the lock also holds when its process
 * started (from /proc, where there is one).
 *
 * @module
 */
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
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

interface Owner {
  readonly pid: number;
  /** Clock ticks since boot; empty where that cannot be known. */
  readonly startedAt: string;
}

export class DirectoryLock {
  readonly #file: string;
  readonly #onExit: () => void;

  private constructor(file: string) {
    this.#file = file;
    this.#onExit = () => rmSync(file, { force: true });
    process.once('exit', this.#onExit);
  }

  /**
   * Makes the directory if needed and locks it.
   * @throws DirectoryLocked
   */
  static acquire(directory: string): DirectoryLock {
    mkdirSync(directory, { recursive: true });
    const file = join(directory, LOCK_FILE);
    const own = join(directory, `${LOCK_FILE}.${process.pid}.${performance.now()}`);
    writeFileSync(own, JSON.stringify({ pid: process.pid, startedAt: startOf(process.pid) }));
    try {
      // A link appears whole or not at all, and fails when the name is taken.
      if (!tryLink(own, file)) {
        removeStale(directory, file);
        if (!tryLink(own, file)) throw new DirectoryLocked(directory, readOwner(file)?.pid ?? 0);
      }
    } finally {
      rmSync(own, { force: true });
    }
    return new DirectoryLock(file);
  }

  /** As `acquire`, for a directory that must be there already. @throws DirectoryLocked, `ENOENT` */
  static acquireExisting(directory: string): DirectoryLock {
    statSync(directory);
    return DirectoryLock.acquire(directory);
  }

  release(): void {
    process.removeListener('exit', this.#onExit);
    rmSync(this.#file, { force: true });
  }
}

function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
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

function readOwner(file: string): Owner | null {
  try {
    const { pid, startedAt } = JSON.parse(readFileSync(file, 'utf8')) as Partial<Owner>;
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
