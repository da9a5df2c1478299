/**
 * A snapshot as a stream of bytes, cut into chunks anywhere. All numbers are little-endian.
 *
 * ```
 * stream  = u32 SNAPSHOT_MAGIC, u32 SNAPSHOT_FORMAT, records
 * record  = u8 kind, u32 length of the rest, rest
 * records = header, (string | collection, elements… | session)…, trailer
 *
 * header      f64 lastApplied, lastTerm, logTimeMs, changeCount, keys, sessions, nextSessionId, sessionUses,
 *             text stateHash, u32 count, count × origin window
 * window      u32 origin, f64 epoch, f64 highest, f64 usedAt, WINDOW_WORDS × u32
 * string      u32 slot, f64 deadlineMs, f64 version, text key, text value
 * collection  u32 slot, f64 deadlineMs, f64 version, text key, u8 type, u32 number of elements
 * elements    u32 slot, u32 count, count texts (a hash: field, value, field, …)
 * session     f64 id, usedAtMs, usedOrdinal, floor, u32 count, count × (f64 sequence, reply)
 * trailer     u32 checksum of everything before this record
 * ```
 *
 * Entries come in no particular order. The parts of a collection keep theirs, but other records may come between them.
 *
 * @module
 */
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { type OriginWindow, WINDOW_WORDS } from './duplicates.js';
import type { Entry } from './entry.js';
import { readReply, writeReply } from './reply-codec.js';
import { type Session, sessionResult } from './sessions.js';

/** `RKVS`. */
export const SNAPSHOT_MAGIC = 0x53564b52;
export const SNAPSHOT_FORMAT = 1;
export const PREAMBLE_BYTES = 8;
export const RECORD_HEAD_BYTES = 5;

export const RECORD = {
  header: 1,
  string: 2,
  collection: 3,
  elements: 4,
  session: 5,
  trailer: 6,
} as const;

export const TYPE_NUMBER = { list: 1, hash: 2, set: 3 } as const;

export interface SnapshotHeader {
  readonly lastApplied: number;
  readonly lastTerm: number;
  readonly logTimeMs: number;
  readonly changeCount: number;
  readonly keys: number;
  readonly sessions: number;
  readonly nextSessionId: number;
  readonly sessionUses: number;
  readonly stateHash: string;
  readonly windows: readonly OriginWindow[];
}

/** Writes one record; `writeRest` writes what follows its head. */
export function writeRecord(out: ByteWriter, kind: number, writeRest: () => void): void {
  out.u8(kind);
  const lengthAt = out.hole(4);
  const start = out.length;
  writeRest();
  out.patchU32(lengthAt, out.length - start);
}

export function writeHeader(out: ByteWriter, header: SnapshotHeader): void {
  writeRecord(out, RECORD.header, () => {
    out.f64(header.lastApplied);
    out.f64(header.lastTerm);
    out.f64(header.logTimeMs);
    out.f64(header.changeCount);
    out.f64(header.keys);
    out.f64(header.sessions);
    out.f64(header.nextSessionId);
    out.f64(header.sessionUses);
    out.text(header.stateHash);
    out.u32(header.windows.length);
    for (const window of header.windows) {
      out.u32(window.origin);
      out.f64(window.epoch);
      out.f64(window.highest);
      out.f64(window.usedAt);
      for (const word of window.seen) out.u32(word);
    }
  });
}

export function readHeaderRecord(input: ByteReader): SnapshotHeader {
  return {
    lastApplied: input.f64(),
    lastTerm: input.f64(),
    logTimeMs: input.f64(),
    changeCount: input.f64(),
    keys: input.f64(),
    sessions: input.f64(),
    nextSessionId: input.f64(),
    sessionUses: input.f64(),
    stateHash: input.text(),
    windows: readWindows(input),
  };
}

function readWindows(input: ByteReader): OriginWindow[] {
  const count = input.u32();
  const windows: OriginWindow[] = [];
  for (let i = 0; i < count; i++) {
    const origin = input.u32();
    const epoch = input.f64();
    const highest = input.f64();
    const usedAt = input.f64();
    const seen = new Uint32Array(WINDOW_WORDS);
    for (let word = 0; word < WINDOW_WORDS; word++) seen[word] = input.u32();
    windows.push({ origin, epoch, highest, usedAt, seen, hash: null });
  }
  return windows;
}

/** What strings and collections begin with. */
export function writeEntryHead(out: ByteWriter, entry: Entry): void {
  out.u32(entry.slot);
  out.f64(entry.deadlineMs);
  out.f64(entry.version);
  out.text(entry.key);
}

export function writeSession(out: ByteWriter, session: Session): void {
  writeRecord(out, RECORD.session, () => {
    out.f64(session.id);
    out.f64(session.usedAtMs);
    out.f64(session.usedOrdinal);
    out.f64(session.floor);
    out.u32(session.results.length);
    for (const { sequence, reply } of session.results) {
      out.f64(sequence);
      writeReply(out, reply);
    }
  });
}

export function readSession(input: ByteReader): Session {
  const id = input.f64();
  const usedAtMs = input.f64();
  const usedOrdinal = input.f64();
  const floor = input.f64();
  const count = input.u32();
  const results = [];
  let bytes = 0;
  for (let i = 0; i < count; i++) {
    const sequence = input.f64();
    const result = sessionResult(sequence, readReply(input));
    bytes += result.bytes;
    results.push(result);
  }
  return { id, usedAtMs, usedOrdinal, floor, results, bytes, capturedBy: 0 };
}
