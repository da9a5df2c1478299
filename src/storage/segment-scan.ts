/**
 * Walks the records of one segment and judges how it ends: cleanly, torn by a crash, or damaged.
 *
 * A *torn* tail was never durable: its end did not arrive (the file stops, sectors are still zero, the last
 * byte is zero) and no record after it claims that it was synced. Anything else that does not match its
 * checksum is *damage* to durable bytes and must not be cut away, because a vote or an acknowledged entry may
 * be in it.
 *
 * @module
 */
import { RECORD_HEAD_BYTES, RecordCursor, type RecordView, recordBytes } from './record.js';
import { SEGMENT_HEADER_BYTES } from './segment-header.js';

/** Storage writes whole sectors; a lost one reads as zeros. */
const SECTOR_BYTES = 512;

export interface ScanResult {
  readonly outcome: 'clean' | 'torn' | 'damaged';
  /** Where valid records end. */
  readonly end: number;
  /** Head checksum of the last valid record (the header's when there is none). */
  readonly chain: number;
  /** What was found at `end`; empty when clean. */
  readonly reason: string;
}

/**
 * Calls `visit` for each valid record of `bytes` (a whole segment with a valid header) in order. The record it is given is
 * another one after it returns.
 */
export function scanRecords(
  bytes: Uint8Array,
  salt: number,
  visit: (record: RecordView) => void,
): ScanResult {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let position = SEGMENT_HEADER_BYTES;
  let chain = salt;
  const record = new RecordCursor();
  while (position < bytes.length) {
    const problem = record.read(bytes, view, position, salt);
    if (problem !== null) {
      if (isZero(bytes, position, bytes.length)) break;
      const durable = laterRecordCovers(bytes, view, position, salt);
      const torn = !durable && looksTorn(bytes, view, position, problem);
      return { outcome: torn ? 'torn' : 'damaged', end: position, chain, reason: problem };
    }
    if (record.chain !== chain) {
      const durable = laterRecordCovers(bytes, view, position, salt);
      const outcome = durable ? 'damaged' : 'torn';
      return { outcome, end: position, chain, reason: 'broken-chain' };
    }
    visit(record);
    chain = record.sealed;
    position = record.next;
  }
  return { outcome: 'clean', end: Math.min(position, bytes.length), chain, reason: '' };
}

/** Whether a valid record at or after `damage` was written when the bytes there were already durable. */
function laterRecordCovers(bytes: Uint8Array, view: DataView, damage: number, salt: number): boolean {
  const record = new RecordCursor();
  for (let position = damage; position + RECORD_HEAD_BYTES <= bytes.length; position += 8) {
    if (bytes[position + 5] === 0) continue;
    if (record.read(bytes, view, position, salt) === null && record.synced > damage) return true;
  }
  return false;
}

function looksTorn(bytes: Uint8Array, view: DataView, start: number, problem: string): boolean {
  if (problem === 'short-head' || problem === 'short-payload') return true;
  const payloadStart = start + RECORD_HEAD_BYTES;
  if (problem === 'bad-head') {
    return hasZeroSector(bytes, start, payloadStart) || isZero(bytes, payloadStart, bytes.length);
  }
  const end = start + recordBytes(view.getUint32(start, true));
  return bytes[end - 1] === 0 || hasZeroSector(bytes, start, end);
}

/** Whether some sector's part of `[start, end)` holds only zeros. */
function hasZeroSector(bytes: Uint8Array, start: number, end: number): boolean {
  let position = start;
  while (position < end) {
    const sectorEnd = Math.min(end, (Math.floor(position / SECTOR_BYTES) + 1) * SECTOR_BYTES);
    if (isZero(bytes, position, sectorEnd)) return true;
    position = sectorEnd;
  }
  return false;
}

export function isZero(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] !== 0) return false;
  return true;
}
