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
import { ByteWriter } from './byte-writer.js';
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
const RETAINED_BYTES = 1024 * 1024;

/** Collects records; `finish` hands out the batch and starts the next. */
export class BatchBuilder {
  readonly #limits: Limits;
  readonly #out = new ByteWriter(INITIAL_BYTES, RETAINED_BYTES);
  #count = 0;
  /** Where the command count of the open group stands; 0: no group is open. */
  #groupCountAt = 0;
  #groupCount = 0;
  #prefixed = false;

  constructor(limits: Limits = DEFAULT_LIMITS) {
    this.#limits = limits;
    this.#out.hole(BATCH_HEADER_BYTES);
  }

  /** Records so far: the next one's reply has this position in the replies. */
  get count(): number {
    return this.#count;
  }

  /** Size of the batch so far, header included. */
  get byteLength(): number {
    return this.#out.length;
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
    this.#out.u16(opcode);
    this.#out.u32(argumentCount);
    this.#countRecord();
  }

  /** One char is one byte. */
  argumentText(text: string): void {
    this.#out.text(text);
  }

  /** Copies `source` from `start` (included) to `end` (not included). */
  argumentBytes(source: Uint8Array, start: number, end: number): void {
    this.#out.bytes(source, start, end);
  }

  /** Makes the next command or group one of a session: executed at most once for this session and sequence. */
  once(session: number, sequence: number): void {
    if (this.#prefixed || this.#groupCountAt > 0) {
      throw new KvError('batch-misuse', 'once() applies to a whole command or group');
    }
    this.#out.u16(OPCODE_ONCE);
    this.#out.f64(session);
    this.#out.f64(sequence);
    this.#prefixed = true;
  }

  /** Starts a transaction: the commands up to `closeGroup` are one record with one reply. */
  openGroup(watched: readonly WatchedKey[]): void {
    if (this.#groupCountAt > 0) throw new KvError('batch-misuse', 'groups do not nest');
    this.#out.u16(OPCODE_GROUP);
    this.#out.u32(watched.length);
    for (const { key, version } of watched) {
      this.#out.f64(version);
      if (typeof key === 'string') this.argumentText(key);
      else this.argumentBytes(key, 0, key.byteLength);
    }
    this.#countRecord();
    this.#groupCountAt = this.#out.hole(4);
    this.#groupCount = 0;
  }

  closeGroup(): void {
    if (this.#groupCountAt === 0) throw new KvError('batch-misuse', 'no group is open');
    this.#out.patchU32(this.#groupCountAt, this.#groupCount);
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
    const batch = this.#out.copy();
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
    this.#out.truncate(BATCH_HEADER_BYTES);
    this.#count = 0;
    this.#groupCountAt = 0;
    this.#prefixed = false;
  }

  #countRecord(): void {
    this.#prefixed = false;
    if (this.#groupCountAt > 0) this.#groupCount++;
    else this.#count++;
  }
}
