/**
 * The first 128 bytes of a log segment: whose it is, where it stands, and what came before.
 *
 * ```text
 *   0  8 bytes "RKVLOG" 0x0d 0x0a        8  u32 format version      12  u32 raft id
 *  16  u64 sequence of the segment (1, 2, …)
 *  24  u64 first index: every entry in it has at least this index
 *  32  u64 term of the entry before (first index − 1)
 *  40  u32 head checksum of the last record of the segment before (0 for the first)
 *  44  u8  length of the cluster id, then the cluster id (ASCII), zeros up to 124
 * 124  u32 CRC-32 of bytes 0–123
 * ```
 *
 * @module
 */
import { checksum } from './checksum.js';
import type { StorageIdentity } from './model.js';
import { getUint53, setUint53 } from './numbers.js';
import { StorageError } from './storage-error.js';

export const SEGMENT_HEADER_BYTES = 128;
const FORMAT_VERSION = 1;
const MAGIC = 'RKVLOG\r\n';
const CLUSTER_ID_BYTES_MAX = 40;
const SEGMENT_NAME = /^wal-(\d{12})\.log$/;

export interface SegmentHeader {
  readonly clusterId: string;
  readonly raftId: number;
  readonly sequence: number;
  readonly firstIndex: number;
  readonly previousTerm: number;
  readonly previousChain: number;
  /** Checksum of the header: chain of the first record and salt of all of them. */
  readonly salt: number;
}

export function segmentName(sequence: number): string {
  return `wal-${String(sequence).padStart(12, '0')}.log`;
}

/** The sequence in a segment's name, null for the name of another file. */
export function segmentSequence(name: string): number | null {
  const match = SEGMENT_NAME.exec(name);
  return match === null ? null : Number(match[1]);
}

export function isClusterId(text: string): boolean {
  return /^[\x21-\x7e]{1,40}$/.test(text);
}

export function encodeSegmentHeader(header: Omit<SegmentHeader, 'salt'>): Uint8Array {
  const bytes = new Uint8Array(SEGMENT_HEADER_BYTES);
  const view = new DataView(bytes.buffer);
  writeAscii(bytes, 0, MAGIC);
  view.setUint32(8, FORMAT_VERSION, true);
  view.setUint32(12, header.raftId, true);
  setUint53(view, 16, header.sequence);
  setUint53(view, 24, header.firstIndex);
  setUint53(view, 32, header.previousTerm);
  view.setUint32(40, header.previousChain, true);
  view.setUint8(44, header.clusterId.length);
  writeAscii(bytes, 45, header.clusterId);
  view.setUint32(124, checksum(bytes.subarray(0, 124)), true);
  return bytes;
}

/**
 * The header, or null when its checksum does not match. Throws `format-unknown` for an intact header of
 * another version.
 */
export function decodeSegmentHeader(bytes: Uint8Array, file: string): SegmentHeader | null {
  if (bytes.length < SEGMENT_HEADER_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, SEGMENT_HEADER_BYTES);
  const salt = view.getUint32(124, true);
  if (checksum(bytes.subarray(0, 124)) !== salt) return null;
  if (readAscii(bytes, 0, MAGIC.length) !== MAGIC) return null;
  const version = view.getUint32(8, true);
  if (version !== FORMAT_VERSION) {
    throw new StorageError('format-unknown', `log format version ${version} is not known`, { file });
  }
  return {
    clusterId: readAscii(bytes, 45, Math.min(view.getUint8(44), CLUSTER_ID_BYTES_MAX)),
    raftId: view.getUint32(12, true),
    sequence: getUint53(view, 16),
    firstIndex: getUint53(view, 24),
    previousTerm: getUint53(view, 32),
    previousChain: view.getUint32(40, true),
    salt,
  };
}

/** Refuses a file that belongs to another cluster or member. */
export function checkOwner(
  found: { readonly clusterId: string; readonly raftId: number },
  identity: StorageIdentity,
  file: string,
): void {
  if (found.clusterId !== identity.clusterId) {
    const message = `the file belongs to cluster ${found.clusterId}, not ${identity.clusterId}`;
    throw new StorageError('wrong-cluster', message, { file });
  }
  if (found.raftId !== identity.raftId) {
    const message = `the file belongs to member ${found.raftId}, not ${identity.raftId}`;
    throw new StorageError('wrong-node', message, { file });
  }
}

export function writeAscii(bytes: Uint8Array, position: number, text: string): void {
  for (let i = 0; i < text.length; i++) bytes[position + i] = text.charCodeAt(i);
}

export function readAscii(bytes: Uint8Array, position: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(position, position + length));
}
