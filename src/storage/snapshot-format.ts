/**
 * Snapshot files: a header, the state's bytes in blocks each with a checksum, a footer.
 *
 * ```text
 * header   0  8 bytes "RKVSNAP\n"    8  u32 format version   12  u32 raft id
 *         16  u64 index             24  u64 term
 *         32  u8 length of the cluster id, then the cluster id, zeros up to 80
 *         80  u32 length n of the membership, then n bytes of JSON, then u32 CRC-32 of all before
 * block    64 KiB of data (the last may be shorter), then u32 CRC-32 of it, seeded with the checksum before
 *          (of the header for the first block)
 * footer   0  4 bytes "END\n"        4  u64 data bytes       12  u32 checksum of the last block
 *         16  u32 CRC-32 of all data                        20  u32 CRC-32 of bytes 0–19, seeded with the
 * field at 12
 * ```
 *
 * @module
 */
import { checksum } from './checksum.js';
import type { ConfState, Snapshot, StorageIdentity } from './model.js';
import { getUint53, setUint53 } from './numbers.js';
import { readAscii, writeAscii } from './segment-header.js';
import { StorageError } from './storage-error.js';

export const BLOCK_BYTES = 64 << 10;
export const BLOCK_CHECKSUM_BYTES = 4;
export const SNAPSHOT_FOOTER_BYTES = 24;
const FORMAT_VERSION = 1;
const HEADER_FIXED_BYTES = 84;
/** A membership of 255 members takes about 1 KiB. */
const HEADER_BYTES_MAX = 64 << 10;
const MAGIC = 'RKVSNAP\n';
const FOOTER_MAGIC = 'END\n';
const SNAPSHOT_NAME = /^snapshot-(\d{16})\.snap$/;

export interface SnapshotHeader {
  readonly clusterId: string;
  readonly raftId: number;
  readonly snapshot: Snapshot;
  /** Where the first block begins. */
  readonly dataStart: number;
  /** Checksum of the header, seed of the first block. */
  readonly checksum: number;
}

export interface SnapshotFooter {
  readonly dataBytes: number;
  readonly lastBlockChecksum: number;
  /** CRC-32 of all data: the same on every node that holds this snapshot. */
  readonly dataChecksum: number;
}

export function snapshotName(index: number): string {
  return `snapshot-${String(index).padStart(16, '0')}.snap`;
}

/** The index in a snapshot's file name, null for the name of another file. */
export function snapshotIndex(name: string): number | null {
  const match = SNAPSHOT_NAME.exec(name);
  return match === null ? null : Number(match[1]);
}

export function encodeSnapshotHeader(identity: StorageIdentity, snapshot: Snapshot): Uint8Array {
  const members = new TextEncoder().encode(JSON.stringify(snapshot.confState));
  const length = HEADER_FIXED_BYTES + members.length;
  const bytes = new Uint8Array(length + 4);
  const view = new DataView(bytes.buffer);
  writeAscii(bytes, 0, MAGIC);
  view.setUint32(8, FORMAT_VERSION, true);
  view.setUint32(12, identity.raftId, true);
  setUint53(view, 16, snapshot.index);
  setUint53(view, 24, snapshot.term);
  view.setUint8(32, identity.clusterId.length);
  writeAscii(bytes, 33, identity.clusterId);
  view.setUint32(80, members.length, true);
  bytes.set(members, HEADER_FIXED_BYTES);
  view.setUint32(length, checksum(bytes.subarray(0, length)), true);
  return bytes;
}

/**
 * `start`: the beginning of the file, at least 64 KiB of it if there is so much. Null when it does not match
 * its checksum.
 */
export function decodeSnapshotHeader(start: Uint8Array, file: string): SnapshotHeader | null {
  if (start.length < HEADER_FIXED_BYTES + 4) return null;
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const length = HEADER_FIXED_BYTES + view.getUint32(80, true);
  if (length + 4 > Math.min(start.length, HEADER_BYTES_MAX)) return null;
  const sealed = view.getUint32(length, true);
  if (checksum(start.subarray(0, length)) !== sealed) return null;
  if (readAscii(start, 0, MAGIC.length) !== MAGIC) return null;
  const version = view.getUint32(8, true);
  if (version !== FORMAT_VERSION) {
    const message = `snapshot format version ${version} is not known`;
    throw new StorageError('format-unknown', message, { file });
  }
  const members = new TextDecoder().decode(start.subarray(HEADER_FIXED_BYTES, length));
  const confState = JSON.parse(members) as ConfState;
  return {
    clusterId: readAscii(start, 33, view.getUint8(32)),
    raftId: view.getUint32(12, true),
    snapshot: { index: getUint53(view, 16), term: getUint53(view, 24), confState },
    dataStart: length + 4,
    checksum: sealed,
  };
}

export function encodeSnapshotFooter(footer: SnapshotFooter): Uint8Array {
  const bytes = new Uint8Array(SNAPSHOT_FOOTER_BYTES);
  const view = new DataView(bytes.buffer);
  writeAscii(bytes, 0, FOOTER_MAGIC);
  setUint53(view, 4, footer.dataBytes);
  view.setUint32(12, footer.lastBlockChecksum, true);
  view.setUint32(16, footer.dataChecksum, true);
  view.setUint32(20, checksum(bytes.subarray(0, 20), footer.lastBlockChecksum), true);
  return bytes;
}

/** Null when it does not match its checksum. */
export function decodeSnapshotFooter(bytes: Uint8Array): SnapshotFooter | null {
  if (bytes.length < SNAPSHOT_FOOTER_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, SNAPSHOT_FOOTER_BYTES);
  const lastBlockChecksum = view.getUint32(12, true);
  if (checksum(bytes.subarray(0, 20), lastBlockChecksum) !== view.getUint32(20, true)) return null;
  if (readAscii(bytes, 0, FOOTER_MAGIC.length) !== FOOTER_MAGIC) return null;
  return {
    dataBytes: getUint53(view, 4),
    lastBlockChecksum,
    dataChecksum: view.getUint32(16, true),
  };
}

/** Bytes that `dataBytes` of data take in blocks with their checksums. */
export function blocksBytes(dataBytes: number): number {
  return dataBytes + Math.ceil(dataBytes / BLOCK_BYTES) * BLOCK_CHECKSUM_BYTES;
}
