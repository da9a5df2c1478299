/**
 * Framing of one record in a log segment: a 24-byte head, the payload, padding to a multiple of 8 bytes.
 *
 * ```text
 *  0  u32 payload length
 *  4  u8  record type        5  u8 0xa7 (mark)       6  u16 0
 *  8  u32 chain: the head checksum of the record before (of the segment's header for the first record)
 * 12  u32 synced: offset in this segment up to which everything was durable when this record was written
 * 16  u32 CRC-32 of the payload
 * 20  u32 CRC-32 of bytes 0–19, seeded with the segment's header checksum
 * 24  payload, then 1–8 bytes of 0xa5 up to a multiple of 8
 * ```
 *
 * The chain makes a missing, repeated or misplaced record visible. `synced` tells a torn tail (what was never
 * durable) from damage to durable records. The last byte of padding is never zero, so a write that did not
 * arrive at its end shows. All numbers are little-endian.
 *
 * @module
 */
import { checksumOfRange } from './checksum.js';

export const RECORD_HEAD_BYTES = 24;
const MARK = 0xa7;
const PADDING = 0xa5;

/** Types 1–3 are the entry types; the numbers are part of the format. */
export const RecordType = {
  normal: 1,
  confChange: 2,
  confChangeV2: 3,
  hardState: 4,
  snapshotMarker: 5,
} as const;

/** Bytes a record with this payload takes in the segment. */
export function recordBytes(payloadLength: number): number {
  const unpadded = RECORD_HEAD_BYTES + payloadLength;
  return unpadded + 8 - (unpadded % 8);
}

/**
 * Seals the record whose payload already lies at `start + 24`; returns its head checksum, the next record's
 * chain.
 */
export function sealRecord(
  buffer: Uint8Array,
  view: DataView,
  start: number,
  head: {
    readonly type: number;
    readonly payloadLength: number;
    readonly chain: number;
    readonly synced: number;
    readonly salt: number;
  },
): number {
  const payloadStart = start + RECORD_HEAD_BYTES;
  const payloadEnd = payloadStart + head.payloadLength;
  buffer.fill(PADDING, payloadEnd, start + recordBytes(head.payloadLength));
  view.setUint32(start, head.payloadLength, true);
  view.setUint8(start + 4, head.type);
  view.setUint8(start + 5, MARK);
  view.setUint16(start + 6, 0, true);
  view.setUint32(start + 8, head.chain, true);
  view.setUint32(start + 12, head.synced, true);
  view.setUint32(start + 16, checksumOfRange(buffer, payloadStart, payloadEnd), true);
  const sealed = checksumOfRange(buffer, start, start + 20, head.salt);
  view.setUint32(start + 20, sealed, true);
  return sealed;
}

export interface RecordView {
  readonly type: number;
  readonly start: number;
  readonly payloadStart: number;
  readonly payloadLength: number;
  /** Start of the next record. */
  readonly next: number;
  readonly chain: number;
  readonly synced: number;
  /** Head checksum. */
  readonly sealed: number;
}

export type RecordProblem = 'short-head' | 'bad-head' | 'short-payload' | 'bad-payload';

/** The record read last: one object for all, as a log has millions. */
export class RecordCursor implements RecordView {
  type = 0;
  start = 0;
  payloadStart = 0;
  payloadLength = 0;
  next = 0;
  chain = 0;
  synced = 0;
  sealed = 0;

  /**
   * Goes to the record at `start` of `bytes` (a whole segment), checking both checksums but not the chain. Unless it returns
   * null the fields mean nothing.
   */
  read(bytes: Uint8Array, view: DataView, start: number, salt: number): RecordProblem | null {
    const payloadStart = start + RECORD_HEAD_BYTES;
    if (payloadStart > bytes.length) return 'short-head';
    const sealed = view.getUint32(start + 20, true);
    if (bytes[start + 5] !== MARK) return 'bad-head';
    if (checksumOfRange(bytes, start, start + 20, salt) !== sealed) return 'bad-head';
    const payloadLength = view.getUint32(start, true);
    const next = start + recordBytes(payloadLength);
    if (next > bytes.length) return 'short-payload';
    const payloadEnd = payloadStart + payloadLength;
    if (checksumOfRange(bytes, payloadStart, payloadEnd) !== view.getUint32(start + 16, true)) {
      return 'bad-payload';
    }
    this.type = view.getUint8(start + 4);
    this.start = start;
    this.payloadStart = payloadStart;
    this.payloadLength = payloadLength;
    this.next = next;
    this.chain = view.getUint32(start + 8, true);
    this.synced = view.getUint32(start + 12, true);
    this.sealed = sealed;
    return null;
  }
}
