/**
 * The `meta` file: whose directory this is, how often it was opened, and the membership it began with.
 *
 * Two lines of text: a JSON object and the CRC-32 of the first line in hexadecimal. Replaced as a whole
 * through a temporary file and a rename. `starts` is the *epoch* of this start: it never repeats, because a
 * start begins by storing it.
 *
 * @module
 */
import { checksum } from './checksum.js';
import { type Disk, readWholeFile } from './disk.js';
import type { ConfState, RaftId, StorageIdentity } from './model.js';
import { StorageError } from './storage-error.js';

export const META_FILE = 'meta';
const META_TEMPORARY = 'meta.tmp';
const META_VERSION = 1;

export interface Meta extends StorageIdentity {
  /** How many times the directory was opened, from 1. */
  readonly starts: number;
  /** Members at the beginning of the log; empty when they come with the log. */
  readonly initialMembers: ConfState;
}

/** The meta file of a directory, null when there is none. Throws `meta-damaged`, `format-unknown`. */
export function readMeta(disk: Disk): Meta | null {
  if (!disk.list().includes(META_FILE)) return null;
  const text = new TextDecoder().decode(readWholeFile(disk, META_FILE));
  const lineEnd = text.indexOf('\n');
  const line = text.slice(0, Math.max(0, lineEnd));
  if (text.slice(line.length) !== `\n${seal(line)}\n`) {
    throw new StorageError('meta-damaged', 'the meta file does not match its checksum', {
      file: META_FILE,
    });
  }
  return parseMeta(line);
}

/** Replaces the meta file durably. */
export function writeMeta(disk: Disk, meta: Meta): void {
  if (disk.list().includes(META_TEMPORARY)) disk.remove(META_TEMPORARY);
  const line = JSON.stringify({ version: META_VERSION, ...meta });
  const file = disk.create(META_TEMPORARY, 'log');
  try {
    file.write(new TextEncoder().encode(`${line}\n${seal(line)}\n`), 0);
    file.syncNow();
  } finally {
    file.close();
  }
  disk.rename(META_TEMPORARY, META_FILE);
  disk.syncDirectory();
}

function seal(line: string): string {
  const bytes = new TextEncoder().encode(line);
  return checksum(bytes).toString(16).padStart(8, '0');
}

/** The checksum held, so the fields are as `writeMeta` wrote them. */
function parseMeta(line: string): Meta {
  const { version, ...meta } = JSON.parse(line) as Meta & { readonly version: number };
  if (version !== META_VERSION) {
    const message = `meta format version ${version} is not known`;
    throw new StorageError('format-unknown', message, { file: META_FILE });
  }
  return { ...meta, raftId: meta.raftId as RaftId };
}
