/**
 * A directory of real files that stays as it is: what is written lives in memory only. Recovery can be tried on it to see
 * what a start would find, and a directory can be looked into that may not be changed.
 *
 * @module
 */
import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Disk, DiskError, type DiskFile, type SyncDone } from './disk.js';

/** One file's content: on the disk until it is changed, in memory from then on. */
class Content {
  readonly name: string;
  /** Null: there never was a real file. */
  readonly #path: string | null;
  #changed: Uint8Array | null;

  constructor(name: string, path: string | null) {
    this.name = name;
    this.#path = path;
    this.#changed = path === null ? new Uint8Array(0) : null;
  }

  get size(): number {
    return this.#changed?.length ?? this.#withFile(descriptor => fstatSync(descriptor).size);
  }

  read(target: Uint8Array, position: number): number {
    if (this.#changed === null) return this.#withFile(descriptor => readFully(descriptor, target, position));
    const part = this.#changed.subarray(position, position + target.length);
    target.set(part);
    return part.length;
  }

  write(bytes: Uint8Array, position: number): void {
    const size = Math.max(this.size, position + bytes.length);
    this.#resize(size).set(bytes, position);
  }

  truncate(size: number): void {
    this.#resize(size);
  }

  #resize(size: number): Uint8Array {
    const before = this.#changed ?? this.#load();
    if (before.length === size) {
      this.#changed = before;
      return before;
    }
    const bytes = new Uint8Array(size);
    bytes.set(before.subarray(0, size));
    this.#changed = bytes;
    return bytes;
  }

  #load(): Uint8Array {
    const bytes = new Uint8Array(this.size);
    this.read(bytes, 0);
    return bytes;
  }

  #withFile<T>(use: (descriptor: number) => T): T {
    const path = this.#path ?? this.name;
    return attempt(this.name, () => {
      const descriptor = openSync(path, 'r');
      try {
        return use(descriptor);
      } finally {
        closeSync(descriptor);
      }
    });
  }
}

export class DryRunDisk implements Disk {
  readonly #files = new Map<string, Content>();

  /** Takes the list of files once. @throws DiskError */
  constructor(directory: string) {
    const path = resolve(directory);
    const found = attempt(path, () => readdirSync(path, { withFileTypes: true }));
    for (const entry of found) {
      if (entry.isFile()) this.#files.set(entry.name, new Content(entry.name, join(path, entry.name)));
    }
  }

  list(): readonly string[] {
    return [...this.#files.keys()].sort();
  }

  create(name: string): DiskFile {
    if (this.#files.has(name)) throw new DiskError('already-exists', name, `${name} is there already`);
    const content = new Content(name, null);
    this.#files.set(name, content);
    return fileOf(content);
  }

  open(name: string): DiskFile {
    return fileOf(this.#find(name));
  }

  rename(from: string, to: string): void {
    const content = this.#find(from);
    this.#files.delete(from);
    this.#files.set(to, content);
  }

  remove(name: string): void {
    this.#find(name);
    this.#files.delete(name);
  }

  syncDirectory(): void {}

  #find(name: string): Content {
    const content = this.#files.get(name);
    if (content === undefined) throw new DiskError('not-found', name, `there is no file ${name}`);
    return content;
  }
}

const fileOf = (content: Content): DiskFile => ({
  name: content.name,
  size: () => content.size,
  read: (target, position) => content.read(target, position),
  write: (bytes, position) => content.write(bytes, position),
  truncate: size => content.truncate(size),
  sync: (done: SyncDone) => done(null),
  syncNow: () => {},
  close: () => {},
});

function readFully(descriptor: number, target: Uint8Array, position: number): number {
  let total = 0;
  while (total < target.length) {
    const count = readSync(descriptor, target, total, target.length - total, position + total);
    if (count === 0) break;
    total += count;
  }
  return total;
}

function attempt<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    const message = error instanceof Error ? error.message : String(error);
    if (code === 'ENOENT') throw new DiskError('not-found', file, message);
    throw new DiskError(code === 'EACCES' ? 'access-denied' : 'disk-io', file, message);
  }
}
