/**
 * Payloads of the log's records, and the encoder that lays a whole batch of records into one buffer.
 *
 * ```text
 * entry            u64 term, u64 index, data          (record type: the entry's type)
 * hard state       u64 term, u64 vote, u64 commit
 * snapshot marker  u64 index, u64 term                a snapshot up to here is durable
 * ```
 *
 * @module
 */
import type { Entry, EntryType, HardState, RaftId } from './model.js';
import { getUint53, setUint53 } from './numbers.js';
import { RECORD_HEAD_BYTES, RecordType, type RecordView, recordBytes, sealRecord } from './record.js';

export const ENTRY_HEAD_BYTES = 16;
const HARD_STATE_BYTES = 24;
const MARKER_BYTES = 16;
const BUFFER_BYTES_START = 4 << 10;
/** A larger buffer is not kept between batches. */
const KEPT_BUFFER_BYTES_MAX = 4 << 20;

const RECORD_TYPE_OF: Readonly<Record<EntryType, number>> = {
  normal: RecordType.normal,
  'conf-change': RecordType.confChange,
  'conf-change-v2': RecordType.confChangeV2,
};
const ENTRY_TYPES: readonly (EntryType | undefined)[] = [
  undefined,
  'normal',
  'conf-change',
  'conf-change-v2',
];

/**
 * A snapshot that is durable; as a record it restarts the log after `index` unless the log holds that very
 * entry.
 */
export interface SnapshotMarker {
  readonly index: number;
  readonly term: number;
}

/** Entry type of a record, undefined for the other records. */
export function entryTypeOf(recordType: number): EntryType | undefined {
  return ENTRY_TYPES[recordType];
}

export function entryTerm(view: DataView, record: RecordView): number {
  return getUint53(view, record.payloadStart);
}

export function entryIndex(view: DataView, record: RecordView): number {
  return getUint53(view, record.payloadStart + 8);
}

export function decodeEntry(bytes: Uint8Array, view: DataView, record: RecordView): Entry {
  const { payloadStart, payloadLength } = record;
  return {
    term: entryTerm(view, record),
    index: entryIndex(view, record),
    type: entryTypeOf(record.type) ?? 'normal',
    data: bytes.subarray(payloadStart + ENTRY_HEAD_BYTES, payloadStart + payloadLength),
  };
}

export function decodeHardState(view: DataView, record: RecordView): HardState {
  return {
    term: getUint53(view, record.payloadStart),
    vote: getUint53(view, record.payloadStart + 8) as RaftId,
    commit: getUint53(view, record.payloadStart + 16),
  };
}

export function decodeMarker(view: DataView, record: RecordView): SnapshotMarker {
  return {
    index: getUint53(view, record.payloadStart),
    term: getUint53(view, record.payloadStart + 8),
  };
}

/** Lays records one behind the other. The bytes of `take` are valid until the next `begin`. */
export class RecordEncoder {
  #buffer = new Uint8Array(BUFFER_BYTES_START);
  #view = new DataView(this.#buffer.buffer);
  #length = 0;
  #chain = 0;
  #synced = 0;
  #salt = 0;

  /** Starts a batch that continues after the record with head checksum `chain`. */
  begin(chain: number, synced: number, salt: number): void {
    if (this.#buffer.length > KEPT_BUFFER_BYTES_MAX) this.#grow(BUFFER_BYTES_START);
    this.#length = 0;
    this.#chain = chain;
    this.#synced = synced;
    this.#salt = salt;
  }

  get length(): number {
    return this.#length;
  }

  get chain(): number {
    return this.#chain;
  }

  take(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Bytes that are no record: the header of a new segment. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  entry(entry: Entry): void {
    const payload = this.#payload(ENTRY_HEAD_BYTES + entry.data.length);
    setUint53(this.#view, payload, entry.term);
    setUint53(this.#view, payload + 8, entry.index);
    this.#buffer.set(entry.data, payload + ENTRY_HEAD_BYTES);
    this.#seal(RECORD_TYPE_OF[entry.type], ENTRY_HEAD_BYTES + entry.data.length);
  }

  hardState(state: HardState): void {
    const payload = this.#payload(HARD_STATE_BYTES);
    setUint53(this.#view, payload, state.term);
    setUint53(this.#view, payload + 8, state.vote);
    setUint53(this.#view, payload + 16, state.commit);
    this.#seal(RecordType.hardState, HARD_STATE_BYTES);
  }

  marker(marker: SnapshotMarker): void {
    const payload = this.#payload(MARKER_BYTES);
    setUint53(this.#view, payload, marker.index);
    setUint53(this.#view, payload + 8, marker.term);
    this.#seal(RecordType.snapshotMarker, MARKER_BYTES);
  }

  #payload(length: number): number {
    this.#reserve(recordBytes(length));
    return this.#length + RECORD_HEAD_BYTES;
  }

  #seal(type: number, payloadLength: number): void {
    this.#chain = sealRecord(this.#buffer, this.#view, this.#length, {
      type,
      payloadLength,
      chain: this.#chain,
      synced: this.#synced,
      salt: this.#salt,
    });
    this.#length += recordBytes(payloadLength);
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed > this.#buffer.length) this.#grow(Math.max(needed, this.#buffer.length * 2));
  }

  #grow(capacity: number): void {
    const grown = new Uint8Array(capacity);
    grown.set(this.#buffer.subarray(0, Math.min(this.#length, capacity)));
    this.#buffer = grown;
    this.#view = new DataView(grown.buffer);
  }
}
