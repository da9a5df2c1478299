/**
 * Encodes commands into a batch (`batch.ts`) as they are parsed.
 *
 * @module
 */
import {
  BATCH_FORMAT,
  BATCH_HEADER_BYTES,
  COUNT_AT,
  EPOCH_AT,
  OPCODE_GROUP,
  OPCODE_ONCE,
  ORIGIN_AT,
  SEQUENCE_AT,
  VALUE_LIMIT_AT,
} from './batch.js';
import { KvError } from './kv-error.js';
import { DEFAULT_LIMITS, type Limits } from './limits.js';

/** A latin1 string or bytes. */
export type Argument = string | Uint8Array;

/** A key and the version a client saw (`StateMachine.versionOf`); 0: the key did not exist. */
export interface WatchedKey {
  readonly key: Argument;
  readonly version: number;
}

const INITIAL_BYTES = 16 * 1024;
/** After a batch larger than this its buffer is given back. */
const RETAINED_BYTES = 1024 * 1024;
/** Below this a copy in JavaScript is cheaper than a call into the engine. */
const SHORT_BYTES = 48;

/** Collects records; `finish` hands out the batch and starts the next. */
export class BatchBuilder {
  readonly #limits: Limits;
  #bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  #at = BATCH_HEADER_BYTES;
  #count = 0;
  /** Where the command count of the open group stands; 0: no group is open. */
  #groupCountAt = 0;
  #groupCount = 0;
  #prefixed = false;

  constructor(limits: Limits = DEFAULT_LIMITS) {
    this.#limits = limits;
  }

  /** Records so far: the next one's reply has this position in the replies. */
  get count(): number {
    return this.#count;
  }

  /** Size of the batch so far, header included. */
  get byteLength(): number {
    return this.#at;
  }

  /** Appends a whole command; `args` without its name. */
  append(opcode: number, args: readonly Argument[]): void {
    this.open(opcode, args.length);
    for (const arg of args) {
      if (typeof arg === 'string') this.argumentText(arg);
      else this.argumentBytes(arg, 0, arg.byteLength);
    }
  }

  /** Starts a command; exactly `argumentCount` calls of `argumentText` or `argumentBytes` must follow. */
  open(opcode: number, argumentCount: number): void {
    this.#reserve(6);
    this.#writeU16(opcode);
    this.#writeU32(argumentCount);
    this.#countRecord();
  }

  /** One char is one byte. */
  argumentText(text: string): void {
    const length = text.length;
    this.#reserve(4 + length);
    this.#writeU32(length);
    if (length > SHORT_BYTES) {
      this.#bytes.write(text, this.#at, length, 'latin1');
    } else {
      const bytes = this.#bytes;
      const at = this.#at;
      for (let i = 0; i < length; i++) bytes[at + i] = text.charCodeAt(i);
    }
    this.#at += length;
  }

  /** Copies `source` from `start` (included) to `end` (not included). */
  argumentBytes(source: Uint8Array, start: number, end: number): void {
    const length = end - start;
    this.#reserve(4 + length);
    this.#writeU32(length);
    if (length > SHORT_BYTES) {
      this.#bytes.set(source.subarray(start, end), this.#at);
    } else {
      const bytes = this.#bytes;
      const at = this.#at;
      for (let i = 0; i < length; i++) bytes[at + i] = source[start + i] ?? 0;
    }
    this.#at += length;
  }

  /** Makes the next command or group one of a session: executed at most once for this session and sequence. */
  once(session: number, sequence: number): void {
    if (this.#prefixed || this.#groupCountAt > 0) {
      throw new KvError('batch-misuse', 'once() applies to a whole command or group');
    }
    this.#reserve(18);
    this.#writeU16(OPCODE_ONCE);
    this.#writeF64(session);
    this.#writeF64(sequence);
    this.#prefixed = true;
  }

  /** Starts a transaction: the commands up to `closeGroup` are one record with one reply. */
  openGroup(watched: readonly WatchedKey[]): void {
    if (this.#groupCountAt > 0) throw new KvError('batch-misuse', 'groups do not nest');
    this.#reserve(6);
    this.#writeU16(OPCODE_GROUP);
    this.#writeU32(watched.length);
    for (const { key, version } of watched) {
      this.#reserve(8);
      this.#writeF64(version);
      if (typeof key === 'string') this.argumentText(key);
      else this.argumentBytes(key, 0, key.byteLength);
    }
    this.#countRecord();
    this.#reserve(4);
    this.#groupCountAt = this.#at;
    this.#groupCount = 0;
    this.#writeU32(0);
  }

  closeGroup(): void {
    if (this.#groupCountAt === 0) throw new KvError('batch-misuse', 'no group is open');
    this.#bytes.writeUInt32LE(this.#groupCount, this.#groupCountAt);
    this.#groupCountAt = 0;
  }

  /**
   * The batch, in memory of its own (it may be transferred to another thread). The builder is empty again.
   * `origin`, `epoch`, `sequence`: see `BatchHeader`.
   */
  finish(origin: number, epoch: number, sequence: number): Uint8Array {
    if (this.#groupCountAt > 0 || this.#prefixed) {
      throw new KvError('batch-misuse', 'the last record is not complete');
    }
    const batch = Buffer.allocUnsafeSlow(this.#at);
    batch.fill(0, 0, BATCH_HEADER_BYTES);
    this.#bytes.copy(batch, BATCH_HEADER_BYTES, BATCH_HEADER_BYTES, this.#at);
    batch[0] = BATCH_FORMAT;
    batch.writeUInt32LE(this.#count, COUNT_AT);
    batch.writeUInt32LE(origin, ORIGIN_AT);
    batch.writeDoubleLE(epoch, EPOCH_AT);
    batch.writeDoubleLE(sequence, SEQUENCE_AT);
    batch.writeUInt32LE(this.#limits.valueBytes, VALUE_LIMIT_AT);
    this.clear();
    return new Uint8Array(batch.buffer, batch.byteOffset, batch.byteLength);
  }

  /** Forgets what was appended. */
  clear(): void {
    this.#at = BATCH_HEADER_BYTES;
    this.#count = 0;
    this.#groupCountAt = 0;
    this.#prefixed = false;
    if (this.#bytes.byteLength > RETAINED_BYTES) {
      this.#bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES);
    }
  }

  #countRecord(): void {
    this.#prefixed = false;
    if (this.#groupCountAt > 0) this.#groupCount++;
    else this.#count++;
  }

  #reserve(bytes: number): void {
    const needed = this.#at + bytes;
    if (needed <= this.#bytes.byteLength) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.byteLength));
    this.#bytes.copy(larger, 0, 0, this.#at);
    this.#bytes = larger;
  }

  #writeU16(value: number): void {
    const bytes = this.#bytes;
    bytes[this.#at++] = value;
    bytes[this.#at++] = value >>> 8;
  }

  #writeU32(value: number): void {
    const bytes = this.#bytes;
    bytes[this.#at++] = value;
    bytes[this.#at++] = value >>> 8;
    bytes[this.#at++] = value >>> 16;
    bytes[this.#at++] = value >>> 24;
  }

  #writeF64(value: number): void {
    this.#bytes.writeDoubleLE(value, this.#at);
    this.#at += 8;
  }
}
