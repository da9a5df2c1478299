/**
 * The `meta` file: whose directory this is, how often it was opened, the membership it began with, and up to which segment
 * its log goes at least.
 *
 * Two slots of 4 KiB, each two lines of text (a JSON object, the CRC-32 of that line in hexadecimal) filled up with
 * spaces. A start, and each new segment, overwrites the older slot in place: that needs no space on a full disk, and the
 * other slot survives a crash. `starts` is the *epoch* of a start and must never repeat: when one slot does not match its checksum, it may
 * have held one start more than the other, and that start is skipped.
 *
 * @module
 */
import { checksum } from './checksum.js';
import { type Disk, readWholeFile } from './disk.js';
import type { ConfState, StorageIdentity } from './model.js';
import { StorageError } from './storage-error.js';

export const META_FILE = 'meta';
const META_TEMPORARY = 'meta.tmp';
const META_VERSION = 1;
const SLOT_BYTES = 4096;

export interface Meta extends StorageIdentity {
  /** How many times the directory was opened, from 1. */
  readonly starts: number;
  /** Members at the beginning of the log; empty when they come with the log. */
  readonly initialMembers: ConfState;
  /** This segment of the log was durable, so it must be there; absent in directories of before this was noted. */
  readonly segment?: number;
}

interface FoundMeta {
  readonly meta: Meta;
  readonly nextSlot: 0 | 1;
  readonly isSlotDamaged: boolean;
}

/** The meta file of an open directory. */
export class MetaFile {
  readonly #disk: Disk;
  #meta: Meta;
  /** The slot to be overwritten next. */
  #nextSlot: 0 | 1;
  #isSlotDamaged: boolean;

  private constructor(disk: Disk, { meta, nextSlot, isSlotDamaged }: FoundMeta) {
    this.#disk = disk;
    this.#meta = meta;
    this.#nextSlot = nextSlot;
    this.#isSlotDamaged = isSlotDamaged;
  }

  /** Null when there is none. Throws `meta-damaged`, `format-unknown`. */
  static read(disk: Disk): MetaFile | null {
    const found = findMeta(disk);
    return found === null ? null : new MetaFile(disk, found);
  }

  /** Creates it durably, both slots alike. */
  static create(disk: Disk, meta: Meta): MetaFile {
    const slot = encodeSlot(meta);
    const file = disk.create(META_TEMPORARY, 'log');
    try {
      file.write(slot, 0);
      file.write(slot, SLOT_BYTES);
      file.syncNow();
    } finally {
      file.close();
    }
    disk.rename(META_TEMPORARY, META_FILE);
    disk.syncDirectory();
    return new MetaFile(disk, { meta, nextSlot: 0, isSlotDamaged: false });
  }

  /** `starts` counts a start that a damaged slot may have held. */
  get meta(): Meta {
    return this.#meta;
  }

  get isSlotDamaged(): boolean {
    return this.#isSlotDamaged;
  }

  /**
   * Overwrites the older slot durably; after damage the other slot too, so that the slots are never more than one start
   * apart once a start has succeeded. Throws `DiskError`; what was stored before is still there then.
   */
  update(change: Partial<Pick<Meta, 'starts' | 'segment'>>): void {
    const meta = { ...this.#meta, ...change };
    const first = this.#nextSlot;
    const other = first === 0 ? 1 : 0;
    const file = this.#disk.open(META_FILE, 'log');
    try {
      for (const slot of this.#isSlotDamaged ? [first, other] : [first]) {
        file.write(encodeSlot(meta), slot * SLOT_BYTES);
        file.syncNow();
      }
    } finally {
      file.close();
    }
    this.#meta = meta;
    this.#nextSlot = other;
    this.#isSlotDamaged = false;
  }
}

function findMeta(disk: Disk): FoundMeta | null {
  if (!disk.list().includes(META_FILE)) return null;
  const bytes = readWholeFile(disk, META_FILE);
  const first = decodeSlot(bytes.subarray(0, SLOT_BYTES));
  const second = decodeSlot(bytes.subarray(SLOT_BYTES));
  if (first !== null && second !== null) {
    const isFirstNewer = isNewer(first, second);
    return {
      meta: isFirstNewer ? first : second,
      nextSlot: isFirstNewer ? 1 : 0,
      isSlotDamaged: false,
    };
  }
  const whole = first ?? second;
  if (whole === null) {
    throw new StorageError('meta-damaged', 'the meta file does not match its checksums', {
      file: META_FILE,
    });
  }
  const meta = { ...whole, starts: whole.starts + 1 };
  return { meta, nextSlot: first === null ? 0 : 1, isSlotDamaged: true };
}

function isNewer(one: Meta, other: Meta): boolean {
  if (one.starts !== other.starts) return one.starts > other.starts;
  return (one.segment ?? 0) > (other.segment ?? 0);
}

function encodeSlot(meta: Meta): Uint8Array {
  const line = JSON.stringify({ version: META_VERSION, ...meta });
  const text = new TextEncoder().encode(`${line}\n${seal(line)}\n`);
  if (text.length > SLOT_BYTES) throw new RangeError('the first membership is too large');
  const bytes = new Uint8Array(SLOT_BYTES).fill(0x20);
  bytes.set(text);
  return bytes;
}

/** Null when the slot does not match its checksum. */
function decodeSlot(bytes: Uint8Array): Meta | null {
  const text = new TextDecoder().decode(bytes);
  const line = text.slice(0, Math.max(0, text.indexOf('\n')));
  if (!text.startsWith(`\n${seal(line)}\n`, line.length)) return null;
  const { version, ...meta } = JSON.parse(line) as Meta & { readonly version: number };
  if (version === META_VERSION) return meta;
  const message = `meta format version ${version} is not known`;
  throw new StorageError('format-unknown', message, { file: META_FILE });
}

function seal(line: string): string {
  const bytes = new TextEncoder().encode(line);
  return checksum(bytes).toString(16).padStart(8, '0');
}
