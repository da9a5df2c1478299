/**
 * A disk in shared memory that outlives the thread that uses it: the disk of a cluster without files.
 *
 * Each file is one growable `SharedArrayBuffer` whose first 8 bytes hold the file's size. The owner (the
 * supervisor) keeps the table of names; the node's thread tells it every change through `onChange`, in order.
 * When the thread ends, the owner first takes all changes that are still on their way (`receiveMessageOnPort`
 * until it is empty), then gives the table to the next thread: nothing written is lost, as when a process
 * dies and its machine goes on.
 *
 * The memory of a removed file is used again for the next one. Left to the garbage collectors it would stay for very long: both threads
 * know the buffer, each frees it only when it collects its old objects, and memory that is shared does not count as a reason to do so.
 *
 * @module
 */
import { type Disk, DiskError, type DiskFile, type FileUse, type SyncDone } from './disk.js';

/** Names and contents; may be sent to a thread as it is. */
export type SharedFiles = ReadonlyMap<string, SharedArrayBuffer>;

export type SharedFileChange =
  | { readonly kind: 'put'; readonly name: string; readonly content: SharedArrayBuffer }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string }
  | { readonly kind: 'remove'; readonly name: string };

/** The ES2024 additions to `SharedArrayBuffer`, which Node 20 has. */
interface GrowableBuffer {
  readonly maxByteLength: number;
  grow(byteLength: number): void;
}
type GrowableConstructor = new (
  byteLength: number,
  options: { readonly maxByteLength: number },
) => SharedArrayBuffer & GrowableBuffer;

const SIZE_BYTES = 8;
const CAPACITY_START = 64 << 10;
const FILE_BYTES_MAX = 1 << 30;
/** Contents of removed files that are kept for new ones, for each use; the garbage collector gets what is more. */
const SPARE_CONTENTS_MAX = 8;

/** Applies a change told by the node's thread to the owner's table. */
export function applySharedChange(files: Map<string, SharedArrayBuffer>, change: SharedFileChange): void {
  switch (change.kind) {
    case 'put':
      files.set(change.name, change.content);
      return;
    case 'remove':
      files.delete(change.name);
      return;
    case 'rename': {
      const content = files.get(change.from);
      files.delete(change.from);
      if (content !== undefined) files.set(change.to, content);
    }
  }
}

export class SharedMemoryDisk implements Disk {
  readonly #files: Map<string, SharedArrayBuffer>;
  readonly #onChange: (change: SharedFileChange) => void;
  readonly #fileBytesMax: number;
  readonly #spares: Readonly<Record<FileUse, SharedArrayBuffer[]>> = { log: [], bulk: [] };
  /** Of contents that were opened here: what for, and by how many handles they are open. */
  readonly #opened = new Map<SharedArrayBuffer, OpenedContent>();

  /**
   * `files` is the owner's table as it is now. Address space for `fileBytesMax` (default 1 GiB) is reserved a
   * file, memory is taken as a file grows; beyond it writes fail with `disk-full`.
   */
  constructor(
    files: SharedFiles,
    onChange: (change: SharedFileChange) => void,
    fileBytesMax = FILE_BYTES_MAX,
  ) {
    this.#files = new Map(files);
    this.#onChange = onChange;
    this.#fileBytesMax = fileBytesMax;
  }

  list(): readonly string[] {
    return [...this.#files.keys()].sort();
  }

  create(name: string, use: FileUse): DiskFile {
    if (this.#files.has(name)) {
      throw new DiskError('already-exists', name, `file ${name} exists already`);
    }
    const content = this.#spares[use].pop() ?? this.#newContent();
    new Float64Array(content, 0, 1)[0] = 0;
    this.#change({ kind: 'put', name, content });
    return this.#handle(name, content, use);
  }

  open(name: string, use: FileUse): DiskFile {
    return this.#handle(name, this.#find(name), use);
  }

  rename(from: string, to: string): void {
    this.#find(from);
    const replaced = from === to ? undefined : this.#files.get(to);
    this.#change({ kind: 'rename', from, to });
    if (replaced !== undefined) this.#removed(replaced);
  }

  remove(name: string): void {
    const content = this.#find(name);
    this.#change({ kind: 'remove', name });
    this.#removed(content);
  }

  syncDirectory(): void {}

  #change(change: SharedFileChange): void {
    applySharedChange(this.#files, change);
    this.#onChange(change);
  }

  #newContent(): SharedArrayBuffer {
    return new (SharedArrayBuffer as unknown as GrowableConstructor)(CAPACITY_START, {
      maxByteLength: SIZE_BYTES + this.#fileBytesMax,
    });
  }

  #handle(name: string, content: SharedArrayBuffer, use: FileUse): DiskFile {
    const opened = this.#opened.get(content) ?? { use, handles: 0, isRemoved: false };
    this.#opened.set(content, opened);
    opened.handles += 1;
    return new SharedMemoryFile(name, content, () => {
      opened.handles -= 1;
      this.#spare(content, opened);
    });
  }

  /** One that was never opened here is left to the garbage collector: what it was for is not known. */
  #removed(content: SharedArrayBuffer): void {
    const opened = this.#opened.get(content);
    if (opened === undefined) return;
    opened.isRemoved = true;
    this.#spare(content, opened);
  }

  /** Who has a removed file open may still read it: only then its memory is free for another. */
  #spare(content: SharedArrayBuffer, { use, handles, isRemoved }: OpenedContent): void {
    if (!isRemoved || handles > 0) return;
    this.#opened.delete(content);
    const spares = this.#spares[use];
    if (spares.length < SPARE_CONTENTS_MAX) spares.push(content);
  }

  #find(name: string): SharedArrayBuffer {
    const content = this.#files.get(name);
    if (content === undefined) throw new DiskError('not-found', name, `file ${name} is not there`);
    return content;
  }
}

interface OpenedContent {
  readonly use: FileUse;
  handles: number;
  isRemoved: boolean;
}

/** Beyond its size a content holds whatever was there before. */
class SharedMemoryFile implements DiskFile {
  readonly name: string;
  readonly #onClose: () => void;
  #isOpen = true;
  readonly #content: SharedArrayBuffer & GrowableBuffer;
  readonly #size: Float64Array;
  #bytes: Uint8Array;

  constructor(name: string, content: SharedArrayBuffer, onClose: () => void) {
    this.name = name;
    this.#onClose = onClose;
    this.#content = content as SharedArrayBuffer & GrowableBuffer;
    this.#size = new Float64Array(content, 0, 1);
    this.#bytes = new Uint8Array(content, SIZE_BYTES);
  }

  size(): number {
    return this.#size[0] ?? 0;
  }

  read(target: Uint8Array, position: number): number {
    const length = Math.max(0, Math.min(target.length, this.size() - position));
    target.set(this.#view(position + length).subarray(position, position + length));
    return length;
  }

  write(bytes: Uint8Array, position: number): void {
    const end = position + bytes.length;
    const size = this.size();
    this.#reserve(end);
    if (position > size) this.#bytes.fill(0, size, position);
    this.#bytes.set(bytes, position);
    if (end > size) this.#size[0] = end;
  }

  truncate(size: number): void {
    const old = this.size();
    this.#reserve(size);
    if (size > old) this.#bytes.fill(0, old, size);
    this.#size[0] = size;
  }

  sync(done: SyncDone): void {
    done(null);
  }

  syncNow(): void {}

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#onClose();
  }

  #reserve(size: number): void {
    const needed = SIZE_BYTES + size;
    if (needed > this.#content.byteLength) {
      if (needed > this.#content.maxByteLength) {
        throw new DiskError('disk-full', this.name, `file ${this.name} reached its largest size`);
      }
      const doubled = Math.max(needed, this.#content.byteLength * 2);
      this.#content.grow(Math.min(doubled, this.#content.maxByteLength));
    }
    this.#view(size);
  }

  /** The content, seen as far as it has grown by now (another handle may have grown it). */
  #view(size: number): Uint8Array {
    if (size > this.#bytes.length) this.#bytes = new Uint8Array(this.#content, SIZE_BYTES);
    return this.#bytes;
  }
}
