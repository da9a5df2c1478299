/**
 * The `meta` file: whose directory this is, how often it was opened, and the membership it began with.
 *
 * Two slots of 4 KiB, each two lines of text (a JSON object, the CRC-32 of that line in hexadecimal) filled up with
 * spaces. A start overwrites the older slot in place: it needs no space on a full disk, and the other slot survives a
 * crash. `starts` is the *epoch* of a start and must never repeat: when one slot does not match its checksum, it may
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
}

export interface FoundMeta {
  /** `starts` counts a start that a damaged slot may have held. */
  readonly meta: Meta;
  /** The slot to be overwritten by the next start. */
  readonly nextSlot: 0 | 1;
  readonly isSlotDamaged: boolean;
}

/** The meta file of a directory, null when there is none. Throws `meta-damaged`, `format-unknown`. */
export function readMeta(disk: Disk): FoundMeta | null {
  if (!disk.list().includes(META_FILE)) return null;
  const bytes = readWholeFile(disk, META_FILE);
  const first = decodeSlot(bytes.subarray(0, SLOT_BYTES));
  const second = decodeSlot(bytes.subarray(SLOT_BYTES));
  if (first !== null && second !== null) {
    const isFirstNewer = first.starts > second.starts;
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

/** Creates the meta file durably, both slots alike. */
export function createMeta(disk: Disk, meta: Meta): void {
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
}

/**
 * Overwrites the older slot durably; after damage the other slot too, so that the slots are never more than one start
 * apart once a start has succeeded.
 */
export function updateMeta(disk: Disk, meta: Meta, found: FoundMeta): void {
  const slots = found.isSlotDamaged ? [found.nextSlot, 1 - found.nextSlot] : [found.nextSlot];
  const file = disk.open(META_FILE, 'log');
  try {
    for (const slot of slots) {
      file.write(encodeSlot(meta), slot * SLOT_BYTES);
      file.syncNow();
    }
  } finally {
    file.close();
  }
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
