/**
 * The payload of one log entry: a batch of client commands, encoded once where the clients are connected. The same bytes are
 * message, log record and input of every replica. All numbers are little-endian.
 *
 * ```
 *  0  u8   format (BATCH_FORMAT)          16  f64  epoch: rises with every life of the origin
 *  1  u8   zero                           24  f64  sequence within origin and epoch, from 1; 0: not de-duplicated
 *  2  u16  zero                           32  f64  log time in ms since 1970, stamped by the leader
 *  4  u32  number of records              40  u32  limit of a string value in bytes
 *  8  u32  origin                         44  u32  zero
 * 12  u32  zero                           48  records
 *
 * record     = command | group | once
 * command    = u16 opcode, u32 count, count × (u32 length, bytes)
 * group      = u16 OPCODE_GROUP, u32 watches, watches × (f64 version, u32 length, key), u32 count, count × command
 * once       = u16 OPCODE_ONCE, f64 session, f64 sequence, command | group
 * ```
 *
 * A record yields exactly one reply. Opcodes are written to disks: a number, once given, keeps its meaning for ever.
 *
 * @module
 */
import { KvError } from './kv-error.js';

export const BATCH_FORMAT = 1;
export const BATCH_HEADER_BYTES = 48;

export const COUNT_AT = 4;
export const ORIGIN_AT = 8;
export const EPOCH_AT = 16;
export const SEQUENCE_AT = 24;
const TIME_AT = 32;
export const VALUE_LIMIT_AT = 40;

/** A transaction: all its commands or, when a watched key has changed, none. */
export const OPCODE_GROUP = 1;
/** A command of a session, executed at most once. */
export const OPCODE_ONCE = 2;
/** Opcodes of ordinary commands start here. */
export const FIRST_COMMAND_OPCODE = 16;

export interface BatchHeader {
  /** Who encoded the batch and answers its clients. */
  readonly origin: number;
  /** Must be larger in each life of the origin, also after it lost its directory. */
  readonly epoch: number;
  /** From 1; 0 marks a batch that is never a duplicate (time ticks). */
  readonly sequence: number;
  /** Milliseconds since 1970; 0 until the leader stamps it. */
  readonly timeMs: number;
  /** Number of records, hence of replies. */
  readonly count: number;
  readonly valueLimit: number;
}

export function viewOf(data: Uint8Array): DataView {
  return new DataView(data.buffer, data.byteOffset, data.byteLength);
}

/** Throws `KvError('batch-format')` when the bytes are no batch, or one of a later format. `view`: of `data`. */
export function readHeader(data: Uint8Array, view = viewOf(data)): BatchHeader {
  if (data.byteLength < BATCH_HEADER_BYTES || data[0] !== BATCH_FORMAT) {
    throw new KvError('batch-format', `not a batch of format ${BATCH_FORMAT}`);
  }
  return {
    origin: view.getUint32(ORIGIN_AT, true),
    epoch: view.getFloat64(EPOCH_AT, true),
    sequence: view.getFloat64(SEQUENCE_AT, true),
    timeMs: view.getFloat64(TIME_AT, true),
    count: view.getUint32(COUNT_AT, true),
    valueLimit: view.getUint32(VALUE_LIMIT_AT, true),
  };
}

/** Writes the log time in place. Only the leader does this, before the entry is in any log. */
export function stampTime(data: Uint8Array, timeMs: number): void {
  viewOf(data).setFloat64(TIME_AT, timeMs, true);
}

/** A batch without commands: it moves log time on, so that what is due expires. */
export function encodeTimeTick(timeMs: number): Uint8Array {
  const data = new Uint8Array(BATCH_HEADER_BYTES);
  data[0] = BATCH_FORMAT;
  stampTime(data, timeMs);
  return data;
}
