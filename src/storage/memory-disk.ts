/**
 * A disk on the heap that knows what is durable, so that a crash can lose everything else.
 *
 * A file's bytes become durable by its sync, its name by `syncDirectory`. `crash` throws away what is not
 * durable, or lets a chosen part of it survive: real disks write back in any order and may stop in the middle
 * of a write.
 *
 * @module
 */
import { type Disk, DiskError, type DiskFile, type FileUse, type SyncDone } from './disk.js';
import { GrowableBytes } from './growable-bytes.js';

type Change = Write | { readonly kind: 'truncate'; readonly size: number };

interface Write {
  readonly kind: 'write';
  readonly position: number;
  readonly length: number;
  /** Null: still the same in the content of the file, as with everything that is only appended. */
  bytes: Uint8Array | null;
}

class Inode {
  readonly content = new GrowableBytes();
  readonly durable = new GrowableBytes();
  unsynced: Change[] = [];
  /** End of the unsynced writes that have no bytes of their own. */
  unsyncedEnd = 0;

  /** Before what was written and not synced is overwritten: from now on the changes keep their bytes. */
  keepUnsynced(): void {
    for (const change of this.unsynced) if (change.kind === 'write') change.bytes ??= this.bytesOf(change);
    this.unsyncedEnd = 0;
  }

  bytesOf({ bytes, position, length }: Write): Uint8Array {
    return bytes ?? this.content.slice(position, position + length);
  }
}

type NameChange =
  | { readonly kind: 'create'; readonly name: string; readonly inode: Inode }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string }
  | { readonly kind: 'remove'; readonly name: string };

/**
 * Decides at a crash what of the unsynced happens to be on the disk; asked in the order the changes were
 * made.
 */
export interface CrashPolicy {
  /**
   * `sector`: 512 bytes (or the part of them that was written) of a write; `name`: a create, rename or
   * remove.
   */
  keeps(what: 'sector' | 'truncate' | 'name'): boolean;
}

export const LOSE_UNSYNCED: CrashPolicy = { keeps: () => false };
export const KEEP_UNSYNCED: CrashPolicy = { keeps: () => true };

const SECTOR_BYTES = 512;

export class MemoryDisk implements Disk {
  #names = new Map<string, Inode>();
  #durableNames = new Map<string, Inode>();
  #nameChanges: NameChange[] = [];

  list(): readonly string[] {
    return [...this.#names.keys()].sort();
  }

  create(name: string, _use: FileUse): DiskFile {
    if (this.#names.has(name)) {
      throw new DiskError('already-exists', name, `file ${name} exists already`);
    }
    const inode = new Inode();
    this.#names.set(name, inode);
    this.#nameChanges.push({ kind: 'create', name, inode });
    return new MemoryFile(name, inode);
  }

  open(name: string, _use: FileUse): DiskFile {
    return new MemoryFile(name, this.#find(this.#names, name));
  }

  rename(from: string, to: string): void {
    const inode = this.#find(this.#names, from);
    this.#names.delete(from);
    this.#names.set(to, inode);
    this.#nameChanges.push({ kind: 'rename', from, to });
  }

  remove(name: string): void {
    this.#find(this.#names, name);
    this.#names.delete(name);
    this.#nameChanges.push({ kind: 'remove', name });
  }

  syncDirectory(): void {
    this.#durableNames = new Map(this.#names);
    this.#nameChanges = [];
  }

  /**
   * Power is lost: what is left is what was durable, plus what `policy` lets survive. Open files must be
   * dropped.
   */
  crash(policy: CrashPolicy = LOSE_UNSYNCED): void {
    const inodes = new Set([...this.#durableNames.values(), ...this.#names.values()]);
    for (const change of this.#nameChanges) {
      if (policy.keeps('name')) applyNameChange(this.#durableNames, change);
    }
    for (const inode of inodes) crashInode(inode, policy);
    this.#names = new Map(this.#durableNames);
    this.#nameChanges = [];
  }

  #find(names: ReadonlyMap<string, Inode>, name: string): Inode {
    const inode = names.get(name);
    if (inode === undefined) throw new DiskError('not-found', name, `file ${name} is not there`);
    return inode;
  }
}

class MemoryFile implements DiskFile {
  readonly name: string;
  readonly #inode: Inode;

  constructor(name: string, inode: Inode) {
    this.name = name;
    this.#inode = inode;
  }

  size(): number {
    return this.#inode.content.size;
  }

  read(target: Uint8Array, position: number): number {
    return this.#inode.content.read(target, position);
  }

  write(bytes: Uint8Array, position: number): void {
    const inode = this.#inode;
    if (position < inode.unsyncedEnd) inode.keepUnsynced();
    inode.content.write(bytes, position);
    inode.unsynced.push({ kind: 'write', position, length: bytes.length, bytes: null });
    inode.unsyncedEnd = Math.max(inode.unsyncedEnd, position + bytes.length);
  }

  truncate(size: number): void {
    this.#inode.keepUnsynced();
    this.#inode.content.truncate(size);
    this.#inode.unsynced.push({ kind: 'truncate', size });
  }

  sync(done: SyncDone): void {
    this.syncNow();
    done(null);
  }

  syncNow(): void {
    const inode = this.#inode;
    if (inode.unsynced.length === 0) return;
    for (const change of inode.unsynced) applyChange(inode, change);
    inode.unsynced = [];
    inode.unsyncedEnd = 0;
  }

  close(): void {}
}

function applyNameChange(names: Map<string, Inode>, change: NameChange): void {
  switch (change.kind) {
    case 'create':
      names.set(change.name, change.inode);
      return;
    case 'remove':
      names.delete(change.name);
      return;
    case 'rename': {
      const inode = names.get(change.from);
      if (inode === undefined) return;
      names.delete(change.from);
      names.set(change.to, inode);
    }
  }
}

function applyChange({ durable, content }: Inode, change: Change): void {
  if (change.kind === 'truncate') durable.truncate(change.size);
  else if (change.bytes !== null) durable.write(change.bytes, change.position);
  else durable.writeFrom(content, change.position, change.position + change.length);
}

function crashInode(inode: Inode, policy: CrashPolicy): void {
  for (const change of inode.unsynced) {
    if (change.kind === 'write') crashWrite(inode.durable, change.position, inode.bytesOf(change), policy);
    else if (policy.keeps('truncate')) inode.durable.truncate(change.size);
  }
  inode.unsynced = [];
  inode.unsyncedEnd = 0;
  inode.content.assign(inode.durable);
}

function crashWrite(durable: GrowableBytes, position: number, bytes: Uint8Array, policy: CrashPolicy): void {
  for (let start = 0; start < bytes.length; ) {
    const end = start + SECTOR_BYTES - ((position + start) % SECTOR_BYTES);
    if (policy.keeps('sector')) durable.write(bytes.subarray(start, end), position + start);
    start = end;
  }
}
