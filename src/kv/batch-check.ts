/**
 * Checks the form of a batch (`batch.ts`); `ByteReader` then reads it.
 *
 * @module
 */
import { BATCH_FORMAT, BATCH_HEADER_BYTES, COUNT_AT, OPCODE_GROUP, OPCODE_ONCE, viewOf } from './batch.js';

/**
 * Whether the bytes are a complete batch. Checked before anything of it is executed, so that a damaged batch has no
 * effect at all rather than part of one. `view`: of `data`.
 */
export function isWellFormed(data: Uint8Array, view = viewOf(data)): boolean {
  if (data.byteLength < BATCH_HEADER_BYTES || data[0] !== BATCH_FORMAT) return false;
  const count = view.getUint32(COUNT_AT, true);
  let at = BATCH_HEADER_BYTES;
  for (let i = 0; i < count && at >= 0; i++) at = endOfRecord(view, at);
  return at === data.byteLength;
}

/** Position after the record at `at`; negative: the record does not fit. */
function endOfRecord(view: DataView, at: number): number {
  if (at + 2 > view.byteLength) return -1;
  if (view.getUint16(at, true) !== OPCODE_ONCE) return endOfCommandOrGroup(view, at);
  const inner = at + 18;
  return inner > view.byteLength ? -1 : endOfCommandOrGroup(view, inner);
}

function endOfCommandOrGroup(view: DataView, at: number): number {
  if (at + 6 > view.byteLength) return -1;
  const opcode = view.getUint16(at, true);
  if (opcode === OPCODE_ONCE) return -1;
  const count = view.getUint32(at + 2, true);
  return opcode === OPCODE_GROUP ? endOfGroup(view, at + 6, count) : endOfTexts(view, at + 6, count, 0);
}

function endOfGroup(view: DataView, watchesAt: number, watchCount: number): number {
  const countAt = endOfTexts(view, watchesAt, watchCount, 8);
  if (countAt < 0 || countAt + 4 > view.byteLength) return -1;
  const count = view.getUint32(countAt, true);
  let at = countAt + 4;
  for (let i = 0; i < count && at >= 0; i++) {
    if (at + 6 > view.byteLength) return -1;
    const opcode = view.getUint16(at, true);
    if (opcode === OPCODE_ONCE || opcode === OPCODE_GROUP) return -1;
    at = endOfTexts(view, at + 6, view.getUint32(at + 2, true), 0);
  }
  return at;
}

/** Skips `count` length-prefixed texts, each preceded by `skip` bytes. */
function endOfTexts(view: DataView, start: number, count: number, skip: number): number {
  let at = start;
  for (let i = 0; i < count; i++) {
    at += skip;
    if (at + 4 > view.byteLength) return -1;
    at += 4 + view.getUint32(at, true);
  }
  return at <= view.byteLength ? at : -1;
}
