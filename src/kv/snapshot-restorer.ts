/**
 * Builds a state from the chunks of a snapshot, as they come.
 *
 * @module
 */
import { AppliedState } from './applied-state.js';
import { ByteReader } from './byte-reader.js';
import { hashBytes } from './content-hash.js';
import { Entry, elementCount, type Value } from './entry.js';
import { HashValue } from './hash-value.js';
import { KvError } from './kv-error.js';
import { ListValue } from './list-value.js';
import type { Session } from './sessions.js';
import { SetValue } from './set-value.js';
import {
  PREAMBLE_BYTES,
  RECORD,
  RECORD_HEAD_BYTES,
  readHeaderRecord,
  readSession,
  SNAPSHOT_FORMAT,
  SNAPSHOT_MAGIC,
  type SnapshotHeader,
  TYPE_NUMBER,
} from './snapshot-format.js';

interface OpenCollection {
  readonly entry: Entry;
  readonly value: Exclude<Value, string>;
  readonly expected: number;
}

/** A Restorer that threw is of no more use. Nothing of it touches a running state machine. */
export class Restorer {
  readonly #state = new AppliedState();
  readonly #sessions: Session[] = [];
  /** Bytes of a record that is not complete yet. */
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #neededBytes = PREAMBLE_BYTES;
  #preambleRead = false;
  #header: SnapshotHeader | null = null;
  /** Collections that are not complete yet, by slot. */
  readonly #open = new Map<number, OpenCollection>();
  #checksum = 0;
  #keys = 0;
  #complete = false;

  /** Throws `KvError` `snapshot-format` or `snapshot-corrupt`. `chunk` may be reused afterwards. */
  push(chunk: Uint8Array): void {
    this.#waitingBytes += chunk.byteLength;
    if (this.#waitingBytes < this.#neededBytes) {
      this.#waiting.push(new Uint8Array(chunk));
      return;
    }
    const data = this.#waiting.length === 0 ? chunk : Buffer.concat([...this.#waiting, chunk]);
    const consumed = this.#consume(data);
    const rest = new Uint8Array(data.subarray(consumed));
    this.#waiting = rest.byteLength === 0 ? [] : [rest];
    this.#waitingBytes = rest.byteLength;
  }

  /** The restored state. Throws `KvError('snapshot-corrupt')` unless everything is there and its hashes agree. */
  finish(): AppliedState {
    const header = this.#header;
    if (header === null || !this.#complete || this.#waitingBytes > 0 || this.#open.size > 0) {
      throw corrupt('it ends too early');
    }
    if (this.#keys !== header.keys || this.#sessions.length !== header.sessions) {
      throw corrupt('keys or sessions are missing');
    }
    const state = this.#state;
    state.sessions.load(this.#sessions, header.nextSessionId, header.sessionUses);
    state.duplicates.load(header.windows);
    state.lastApplied = header.lastApplied;
    state.lastTerm = header.lastTerm;
    const hash = state.hash();
    if (hash !== header.stateHash) throw corrupt(`state hash ${hash}, not ${header.stateHash}`);
    return state;
  }

  /** Reads all complete records. Returns how far it came. */
  #consume(data: Uint8Array): number {
    let at = this.#preambleRead ? 0 : this.#readPreamble(data);
    const input = new ByteReader(data);
    for (;;) {
      const left = data.byteLength - at;
      this.#neededBytes = RECORD_HEAD_BYTES;
      if (left < RECORD_HEAD_BYTES) return at;
      input.moveTo(at);
      const kind = input.u8();
      this.#neededBytes = RECORD_HEAD_BYTES + input.u32();
      if (left < this.#neededBytes) return at;
      const end = at + this.#neededBytes;
      this.#readRecord(kind, input, end);
      this.#checksum = hashBytes(data, at, end, this.#checksum);
      at = end;
    }
  }

  #readPreamble(data: Uint8Array): number {
    const input = new ByteReader(data);
    const magic = input.u32();
    const format = input.u32();
    if (magic !== SNAPSHOT_MAGIC || format !== SNAPSHOT_FORMAT) {
      throw new KvError('snapshot-format', `not a snapshot of format ${SNAPSHOT_FORMAT}`);
    }
    this.#preambleRead = true;
    this.#checksum = hashBytes(data, 0, PREAMBLE_BYTES);
    return PREAMBLE_BYTES;
  }

  #readRecord(kind: number, input: ByteReader, end: number): void {
    if (this.#complete) throw corrupt('bytes after the end');
    try {
      this.#dispatch(kind, input);
    } catch (cause) {
      if (cause instanceof RangeError || cause instanceof SyntaxError) throw corrupt(cause.message);
      throw cause;
    }
    if (input.position !== end) throw corrupt(`record of kind ${kind} has a wrong length`);
  }

  #dispatch(kind: number, input: ByteReader): void {
    if ((this.#header === null) !== (kind === RECORD.header)) throw corrupt('header misplaced');
    switch (kind) {
      case RECORD.header:
        this.#readHeader(input);
        break;
      case RECORD.string:
        this.#readString(input);
        break;
      case RECORD.collection:
        this.#readCollection(input);
        break;
      case RECORD.elements:
        this.#readElements(input);
        break;
      case RECORD.session:
        this.#sessions.push(readSession(input));
        break;
      case RECORD.trailer:
        if (input.u32() !== this.#checksum >>> 0) throw corrupt('wrong checksum');
        this.#complete = true;
        break;
      default:
        throw corrupt(`record of kind ${kind}`);
    }
  }

  #readHeader(input: ByteReader): void {
    const header = readHeaderRecord(input);
    this.#header = header;
    this.#state.store.beginLoad(header.keys, header.changeCount, header.logTimeMs);
  }

  #readString(input: ByteReader): void {
    const head = readEntryHead(input);
    this.#load(entryOf(head, input.text()));
  }

  #readCollection(input: ByteReader): void {
    const head = readEntryHead(input);
    const value = emptyCollection(input.u8());
    const open = { entry: entryOf(head, value), value, expected: input.u32() };
    this.#open.set(head.slot, open);
    this.#closeIfComplete(open);
  }

  #readElements(input: ByteReader): void {
    const open = this.#open.get(input.u32());
    if (open === undefined) throw corrupt('elements misplaced');
    addElements(open.value, input.texts());
    this.#closeIfComplete(open);
  }

  #closeIfComplete(open: OpenCollection): void {
    const count = elementCount(open.value);
    if (count > open.expected) throw corrupt('too many elements');
    if (count < open.expected) return;
    this.#open.delete(open.entry.slot);
    this.#load(open.entry);
  }

  #load(entry: Entry): void {
    if (!this.#state.store.load(entry)) throw corrupt('an entry appears twice');
    this.#keys++;
  }
}

interface EntryHead {
  readonly slot: number;
  readonly deadlineMs: number;
  readonly version: number;
  readonly key: string;
}

function readEntryHead(input: ByteReader): EntryHead {
  return {
    slot: input.u32(),
    deadlineMs: input.f64(),
    version: input.f64(),
    key: input.text(),
  };
}

function entryOf(head: EntryHead, value: Value): Entry {
  const entry = new Entry(head.key, value);
  entry.slot = head.slot;
  entry.deadlineMs = head.deadlineMs;
  entry.version = head.version;
  return entry;
}

function emptyCollection(typeNumber: number): Exclude<Value, string> {
  switch (typeNumber) {
    case TYPE_NUMBER.list:
      return new ListValue();
    case TYPE_NUMBER.hash:
      return new HashValue();
    case TYPE_NUMBER.set:
      return new SetValue();
    default:
      throw corrupt(`collection of type ${typeNumber}`);
  }
}

function addElements(value: Exclude<Value, string>, elements: readonly string[]): void {
  switch (value.type) {
    case 'list':
      for (const element of elements) value.pushTail(element);
      return;
    case 'set':
      for (const element of elements) value.add(element);
      return;
    case 'hash':
      for (let i = 0; i < elements.length; i += 2) {
        value.set(elements[i] ?? '', elements[i + 1] ?? '');
      }
  }
}

function corrupt(reason: string): KvError {
  return new KvError('snapshot-corrupt', `snapshot is damaged: ${reason}`);
}
