/**
 * Exactly-once sessions (Raft dissertation 6.3): a client numbers its commands; the result of each is kept, and a retry with
 * the same number gets the first result instead of running again.
 *
 * Everything is bounded, and what was forgotten is answered with an error that says so, never by running a command twice.
 * A session without traffic for `SESSION_IDLE_MS` of log time is dropped, as is the least recently used one when there are more than
 * `MAX_SESSIONS` or their results take more than `MAX_RESULT_BYTES`.
 *
 * @module
 */
import { mix, mixNumber } from './content-hash.js';
import { type Reply, replySize } from './reply.js';
import { hashReply } from './reply-hash.js';

export const SESSION_IDLE_MS = 3_600_000;
export const MAX_SESSIONS = 16_384;
/** Results kept of one session; so many commands of it may be outstanding at once. */
export const MAX_RESULTS_PER_SESSION = 128;
export const MAX_RESULT_BYTES_PER_SESSION = 1024 * 1024;
const MAX_RESULT_BYTES = 64 * 1024 * 1024;

export interface SessionResult {
  readonly sequence: number;
  readonly reply: Reply;
  readonly bytes: number;
  readonly hash: number;
}

export interface Session {
  readonly id: number;
  /** Log time in ms of the last command. */
  usedAtMs: number;
  /** Number of that use among all uses of all sessions: the order of forgetting. */
  usedOrdinal: number;
  /** Results up to this sequence have been forgotten. */
  floor: number;
  /** By ascending sequence. */
  results: SessionResult[];
  bytes: number;
  /** The last snapshot that has this session's state, or that began before it. */
  capturedBy: number;
}

/** A snapshot in progress; shown a session before it changes. */
export interface SessionCapture {
  readonly id: number;
  captureSession(session: Session): void;
}

export class Sessions {
  /** Least recently used first. */
  readonly #byId = new Map<number, Session>();
  #nextId = 1;
  #useCount = 0;
  #bytes = 0;
  #hash = 0;
  #capture: SessionCapture | null = null;

  get size(): number {
    return this.#byId.size;
  }

  get nextId(): number {
    return this.#nextId;
  }

  get useCount(): number {
    return this.#useCount;
  }

  get byteSize(): number {
    return this.#bytes;
  }

  get hash(): number {
    return mixNumber(mixNumber(this.#hash, this.#nextId), this.#useCount);
  }

  /** Returns the id of the new session. */
  open(nowMs: number): number {
    if (this.#byId.size >= MAX_SESSIONS) this.#dropLeastRecent();
    const id = this.#nextId++;
    const session = {
      id,
      usedAtMs: nowMs,
      usedOrdinal: ++this.#useCount,
      floor: 0,
      results: [],
      bytes: 0,
      capturedBy: this.#capture?.id ?? 0,
    };
    this.#byId.set(id, session);
    this.#account(session, 1);
    return id;
  }

  close(id: number): boolean {
    const session = this.#byId.get(id);
    if (session === undefined) return false;
    this.#drop(session);
    return true;
  }

  /** Finds a session and counts this as use. */
  use(id: number, nowMs: number): Session | undefined {
    const session = this.#byId.get(id);
    if (session === undefined) return undefined;
    this.#beforeChange(session);
    session.usedAtMs = nowMs;
    session.usedOrdinal = ++this.#useCount;
    this.#byId.delete(id);
    this.#byId.set(id, session);
    this.#account(session, 1);
    return session;
  }

  /** The kept result; `'forgotten'`; undefined: the sequence is new. */
  resultOf(session: Session, sequence: number): SessionResult | 'forgotten' | undefined {
    if (sequence <= session.floor) return 'forgotten';
    for (let at = session.results.length - 1; at >= 0; at--) {
      const result = session.results[at];
      if (result === undefined || result.sequence < sequence) return undefined;
      if (result.sequence === sequence) return result;
    }
    return undefined;
  }

  /** Keeps the result of a new sequence, above the session's floor. */
  keep(session: Session, sequence: number, reply: Reply): void {
    // The command may have ended its own session.
    if (this.#byId.get(session.id) !== session) return;
    this.#beforeChange(session);
    const result = sessionResult(sequence, reply);
    insert(session.results, result);
    session.bytes += result.bytes;
    while (
      session.results.length > MAX_RESULTS_PER_SESSION ||
      (session.bytes > MAX_RESULT_BYTES_PER_SESSION && session.results.length > 1)
    ) {
      forgetOldest(session);
    }
    this.#account(session, 1);
    while (this.#bytes > MAX_RESULT_BYTES && this.#byId.size > 1) this.#dropLeastRecent();
  }

  /** Drops what has been idle too long, at most `limit` sessions. */
  expire(nowMs: number, limit: number): void {
    let dropped = 0;
    for (const session of this.#byId.values()) {
      if (dropped >= limit || nowMs - session.usedAtMs < SESSION_IDLE_MS) return;
      this.#drop(session);
      dropped++;
    }
  }

  /** Log time in ms at which the next session expires, or null. */
  get nextDeadlineMs(): number | null {
    for (const session of this.#byId.values()) return session.usedAtMs + SESSION_IDLE_MS;
    return null;
  }

  values(): IterableIterator<Session> {
    return this.#byId.values();
  }

  setCapture(capture: SessionCapture | null): void {
    this.#capture = capture;
  }

  /** Replaces everything by the sessions of a snapshot, in any order. */
  load(sessions: readonly Session[], nextId: number, useCount: number): void {
    this.#byId.clear();
    this.#bytes = 0;
    this.#hash = 0;
    for (const session of sessions.toSorted((a, b) => a.usedOrdinal - b.usedOrdinal)) {
      this.#byId.set(session.id, session);
      this.#account(session, 1);
    }
    this.#nextId = nextId;
    this.#useCount = useCount;
  }

  #dropLeastRecent(): void {
    for (const session of this.#byId.values()) {
      this.#drop(session);
      return;
    }
  }

  #drop(session: Session): void {
    this.#beforeChange(session);
    this.#byId.delete(session.id);
  }

  #beforeChange(session: Session): void {
    const capture = this.#capture;
    if (capture !== null && session.capturedBy !== capture.id) {
      capture.captureSession(session);
      session.capturedBy = capture.id;
    }
    this.#account(session, -1);
  }

  #account(session: Session, sign: 1 | -1): void {
    this.#bytes += sign * session.bytes;
    this.#hash = (this.#hash + sign * hashSession(session)) | 0;
  }
}

export function sessionResult(sequence: number, reply: Reply): SessionResult {
  const hash = mixNumber(hashReply(reply), sequence);
  return { sequence, reply, bytes: replySize(reply), hash };
}

function insert(results: SessionResult[], result: SessionResult): void {
  let at = results.length;
  while (at > 0 && (results[at - 1]?.sequence ?? 0) > result.sequence) at--;
  results.splice(at, 0, result);
}

function forgetOldest(session: Session): void {
  const oldest = session.results.shift();
  if (oldest === undefined) return;
  session.floor = oldest.sequence;
  session.bytes -= oldest.bytes;
}

function hashSession(session: Session): number {
  const used = mixNumber(mixNumber(mixNumber(4, session.id), session.usedAtMs), session.usedOrdinal);
  const head = mixNumber(used, session.floor);
  let sum = 0;
  for (const result of session.results) sum = (sum + result.hash) | 0;
  return mix(head, sum);
}
