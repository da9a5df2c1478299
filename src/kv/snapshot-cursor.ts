/**
 * Writes a snapshot bit by bit while the state goes on changing.
 *
 * Beginning costs next to nothing. Afterwards, whatever is about to change and has not been written yet is written first, as it
 * is (copy-on-write); so the stream holds exactly the state at the beginning, in another order. A collection is written whole at the
 * first change to it: that change costs time in its length, once per snapshot.
 *
 * Memory: the entries that changed wait, encoded, until they are taken; at most the whole state.
 *
 * @module
 */
import type { AppliedState } from './applied-state.js';
import { ByteWriter } from './byte-writer.js';
import { hashBytes } from './content-hash.js';
import type { Entry, Value } from './entry.js';
import { elementCount } from './entry.js';
import { KvError } from './kv-error.js';
import type { Session } from './sessions.js';
import {
  RECORD,
  SNAPSHOT_FORMAT,
  SNAPSHOT_MAGIC,
  type SnapshotHeader,
  TYPE_NUMBER,
  writeEntryHead,
  writeHeader,
  writeRecord,
  writeSession,
} from './snapshot-format.js';

/** Encoded records are cut off at this size; a collection is written in parts of about as much. */
const SECTION_BYTES = 128 * 1024;
const SECTION_BYTES_START = 4 * 1024;
const PART_BYTES = 32 * 1024;

interface OpenCollection {
  readonly entry: Entry;
  readonly elements: Iterator<string>;
  /** Elements that stay together: the field and value of a hash. */
  readonly stride: number;
}

export class SnapshotCursor {
  readonly id: number;
  readonly header: SnapshotHeader;
  readonly #state: AppliedState;
  readonly #onClose: () => void;
  readonly #out = new ByteWriter(SECTION_BYTES_START, 4 * SECTION_BYTES);
  /** Finished sections not yet taken, and how much of the first one is. */
  readonly #sections: Buffer[] = [];
  #takenOfFirst = 0;
  #waitingBytes = 0;
  #checksum = 0;
  /** The entries at the beginning; FLUSHALL gives the store another array. */
  readonly #slots: readonly Entry[];
  /** Slots from here up are done. The last entry may move down into a gap, so the way goes from top to bottom. */
  #remaining: number;
  #open: OpenCollection | null = null;
  readonly #sessions: Iterator<Session>;
  #phase: 'entries' | 'sessions' | 'done' | 'abandoned' = 'entries';

  /** `id` must differ from those of all earlier snapshots of this state. */
  constructor(id: number, state: AppliedState, onClose: () => void) {
    this.id = id;
    this.#state = state;
    this.#onClose = onClose;
    this.#slots = state.store.slots;
    this.#remaining = this.#slots.length;
    this.#sessions = state.sessions.values();
    this.header = headerOf(state);
    this.#out.u32(SNAPSHOT_MAGIC);
    this.#out.u32(SNAPSHOT_FORMAT);
    writeHeader(this.#out, this.header);
    state.store.setCapture(this);
    state.sessions.setCapture(this);
  }

  /** Bytes encoded and waiting to be taken. */
  get waitingBytes(): number {
    return this.#waitingBytes + this.#out.length;
  }

  /** The next chunk, at most `maxBytes` long, in memory of its own; null at the end. */
  next(maxBytes: number): Uint8Array | null {
    if (this.#phase === 'abandoned') {
      throw new KvError('snapshot-abandoned', 'the snapshot was closed before its end');
    }
    while (this.#waitingBytes < maxBytes && this.#phase !== 'done') this.#writeSection();
    return this.#take(maxBytes);
  }

  /** Gives up; the state no longer cares for this snapshot. */
  close(): void {
    if (this.#phase === 'done' || this.#phase === 'abandoned') return;
    this.#phase = 'abandoned';
    this.#release();
  }

  /** Called by the store before `entry` changes, moves or leaves, until it has been captured. */
  capture(entry: Entry): void {
    if (this.#open?.entry === entry) this.#finishOpen();
    else this.#writeWhole(entry);
    this.#cutSection();
  }

  /** Called before `session` changes or leaves, until it has been captured. */
  captureSession(session: Session): void {
    writeSession(this.#out, session);
    this.#cutSection();
  }

  /** Goes on until a section is full or everything is written. */
  #writeSection(): void {
    const before = this.#sections.length;
    while (this.#sections.length === before && this.#phase !== 'done') {
      if (this.#phase === 'entries') this.#stepEntries();
      else this.#stepSessions();
      this.#cutSection();
    }
  }

  #stepEntries(): void {
    if (this.#open !== null) {
      if (!this.#writePart(this.#open)) this.#finishOpen();
      return;
    }
    if (this.#remaining === 0) {
      this.#phase = 'sessions';
      return;
    }
    const entry = this.#slots[--this.#remaining];
    if (entry === undefined || entry.capturedBy === this.id) return;
    if (typeof entry.value === 'string') {
      this.#writeString(entry, entry.value);
      entry.capturedBy = this.id;
    } else {
      this.#open = this.#openCollection(entry, entry.value);
    }
  }

  #stepSessions(): void {
    const { value: session, done } = this.#sessions.next();
    if (done === true) {
      this.#finish();
    } else if (session.capturedBy !== this.id) {
      writeSession(this.#out, session);
      session.capturedBy = this.id;
    }
  }

  #finish(): void {
    this.#endSection();
    writeRecord(this.#out, RECORD.trailer, () => this.#out.u32(this.#checksum));
    this.#endSection();
    this.#phase = 'done';
    this.#release();
  }

  #release(): void {
    this.#state.store.setCapture(null);
    this.#state.sessions.setCapture(null);
    this.#onClose();
  }

  #writeWhole(entry: Entry): void {
    const { value } = entry;
    if (typeof value === 'string') {
      this.#writeString(entry, value);
      return;
    }
    const collection = this.#openCollection(entry, value);
    while (this.#writePart(collection)) this.#cutSection();
  }

  #writeString(entry: Entry, value: string): void {
    writeRecord(this.#out, RECORD.string, () => {
      writeEntryHead(this.#out, entry);
      this.#out.text(value);
    });
  }

  #openCollection(entry: Entry, value: Exclude<Value, string>): OpenCollection {
    writeRecord(this.#out, RECORD.collection, () => {
      writeEntryHead(this.#out, entry);
      this.#out.u8(TYPE_NUMBER[value.type]);
      this.#out.u32(elementCount(value));
    });
    return { entry, elements: elementsOf(value), stride: value.type === 'hash' ? 2 : 1 };
  }

  /** Writes some elements. False: there were none left. */
  #writePart({ entry, elements, stride }: OpenCollection): boolean {
    const out = this.#out;
    let count = 0;
    const start = out.length;
    writeRecord(out, RECORD.elements, () => {
      out.u32(entry.slot);
      const countAt = out.hole(4);
      while (out.length - start < PART_BYTES || count % stride !== 0) {
        const { value: element, done } = elements.next();
        if (done === true) break;
        out.text(element);
        count++;
      }
      out.patchU32(countAt, count);
    });
    if (count === 0) out.truncate(start);
    return count > 0;
  }

  #finishOpen(): void {
    const open = this.#open;
    if (open === null) return;
    while (this.#writePart(open)) this.#cutSection();
    open.entry.capturedBy = this.id;
    this.#open = null;
  }

  #cutSection(): void {
    if (this.#out.length >= SECTION_BYTES) this.#endSection();
  }

  #endSection(): void {
    if (this.#out.length === 0) return;
    const section = this.#out.copy();
    this.#out.truncate(0);
    this.#checksum = hashBytes(section, 0, section.byteLength, this.#checksum);
    this.#sections.push(section);
    this.#waitingBytes += section.byteLength;
  }

  #take(maxBytes: number): Uint8Array | null {
    const size = Math.min(maxBytes, this.#waitingBytes);
    if (size === 0) return null;
    const chunk = Buffer.allocUnsafeSlow(size);
    let filled = 0;
    while (filled < size) {
      const section = this.#sections[0];
      if (section === undefined) break;
      const taken = section.copy(chunk, filled, this.#takenOfFirst);
      filled += taken;
      this.#takenOfFirst += taken;
      if (this.#takenOfFirst === section.byteLength) {
        this.#sections.shift();
        this.#takenOfFirst = 0;
      }
    }
    this.#waitingBytes -= size;
    return new Uint8Array(chunk.buffer, chunk.byteOffset, size);
  }
}

function headerOf(state: AppliedState): SnapshotHeader {
  const { store, sessions, duplicates } = state;
  return {
    lastApplied: state.lastApplied,
    lastTerm: state.lastTerm,
    logTimeMs: store.nowMs,
    changeCount: store.changeCount,
    keys: store.size,
    sessions: sessions.size,
    nextSessionId: sessions.nextId,
    sessionUses: sessions.useCount,
    stateHash: state.hash(),
    windows: Array.from(duplicates.windows(), window => ({ ...window, seen: window.seen.slice() })),
  };
}

function* elementsOf(value: Exclude<Value, string>): Generator<string, undefined> {
  switch (value.type) {
    case 'list':
      for (let position = 0; position < value.length; position++) yield value.at(position) ?? '';
      return;
    case 'set':
      yield* value.values();
      return;
    case 'hash':
      for (const [field, fieldValue] of value.entries()) {
        yield field;
        yield fieldValue;
      }
  }
}
