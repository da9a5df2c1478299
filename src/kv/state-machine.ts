/**
 * The replicated state machine: applies log entries in order, answers reads, and never looks at anything but the log.
 *
 * @module
 */

import { AppliedState } from './applied-state.js';
import {
  BATCH_HEADER_BYTES,
  type BatchHeader,
  OPCODE_GROUP,
  OPCODE_ONCE,
  readHeader,
  viewOf,
} from './batch.js';
import { isWellFormed } from './batch-check.js';
import { ByteReader } from './byte-reader.js';
import type { ChangeObserver } from './change-observer.js';
import { type Command, hasRightArity } from './commands/command.js';
import { NO_SESSION, RESULT_FORGOTTEN } from './commands/raft-commands.js';
import { commandNamed, commandOfOpcode } from './commands/table.js';
import { mixNumber } from './content-hash.js';
import type { Entry } from './entry.js';
import { unknownCommand, wrongArity } from './error-replies.js';
import { KvError } from './kv-error.js';
import { DEFAULT_LIMITS } from './limits.js';
import { LOOKAHEAD } from './lookahead.js';
import { EMPTY_ARRAY, error, NULL_ARRAY, type Reply } from './reply.js';
import { SnapshotCursor } from './snapshot-cursor.js';

/** Keys and sessions removed per entry at most; what is left waits for the next, so a mass expiry stalls nobody. */
const MAX_EXPIRED_PER_ENTRY = 1000;
const UNKNOWN_OPCODE = error('ERR unknown command in batch');

/**
 * - `applied`: executed; `replies[i]` answers record i.
 * - `duplicate`: executed before, or too old to tell; nothing was done and there are no replies.
 * - `empty`: the entry carries no batch.
 * - `malformed`: the bytes are no batch; nothing was done.
 */
export type BatchOutcome = 'applied' | 'duplicate' | 'empty' | 'malformed';

export interface AppliedBatch {
  readonly outcome: BatchOutcome;
  /** Null unless the outcome is `applied` or `duplicate`. */
  readonly header: BatchHeader | null;
  readonly replies: readonly Reply[];
}

const EMPTY: AppliedBatch = { outcome: 'empty', header: null, replies: EMPTY_ARRAY };
const MALFORMED: AppliedBatch = { outcome: 'malformed', header: null, replies: EMPTY_ARRAY };

export class StateMachine {
  #state: AppliedState;
  #readCount = 0;
  #snapshot: SnapshotCursor | null = null;
  #snapshotCount = 0;

  /** @param state to begin with; nothing else may change it */
  constructor(state = new AppliedState()) {
    this.#state = state;
  }

  /** Index of the last entry applied. */
  get lastApplied(): number {
    return this.#state.lastApplied;
  }

  /** Term of the last entry applied. */
  get lastTerm(): number {
    return this.#state.lastTerm;
  }

  /** Log time in ms: the highest time stamped into a batch so far. */
  get logTimeMs(): number {
    return this.#state.store.nowMs;
  }

  get keyCount(): number {
    return this.#state.store.size;
  }

  /** Keys with a time to live. */
  get volatileKeyCount(): number {
    return this.#state.store.volatileCount;
  }

  get sessionCount(): number {
    return this.#state.sessions.size;
  }

  /** Bytes of keys, values and kept session results, without overhead. */
  get byteSize(): number {
    return this.#state.store.byteSize + this.#state.sessions.byteSize;
  }

  /** Log time at which something expires next, or null: the leader then proposes `encodeTimeTick(now)`. */
  nextExpiryMs(): number | null {
    const key = this.#state.store.nextDeadlineMs;
    const session = this.#state.sessions.nextDeadlineMs;
    if (key === null || session === null) return key ?? session;
    return Math.min(key, session);
  }

  /** What WATCH compares: 0 for a missing key, and never the same again after a change. */
  versionOf(key: string): number {
    return this.#state.store.get(key)?.version ?? 0;
  }

  /** 16 hexadecimal digits over the whole applied state: equal on replicas that applied the same entries. */
  hash(): string {
    return this.#state.hash();
  }

  /** Tells of every key that changes from now on; null: tells nobody. */
  observe(observer: ChangeObserver | null): void {
    this.#state.store.observer = observer;
  }

  /** Starts a snapshot of the state as it is now, and returns at once. One at a time; close it or take it to its end. */
  beginSnapshot(): SnapshotCursor {
    if (this.#snapshot !== null) {
      throw new KvError('snapshot-in-progress', 'one snapshot at a time');
    }
    const onClose = () => {
      this.#snapshot = null;
    };
    this.#snapshot = new SnapshotCursor(++this.#snapshotCount, this.#state, onClose);
    return this.#snapshot;
  }

  /** Replaces the whole state by that of a snapshot (`Restorer.finish`). A snapshot in progress is closed. */
  restore(state: AppliedState): void {
    this.#snapshot?.close();
    state.store.observer = this.#state.store.observer;
    this.#state = state;
  }

  /** Applies the entry at `index`; entries come without gaps. `data` empty: an entry that carries no batch. */
  apply(index: number, term: number, data: Uint8Array): AppliedBatch {
    if (index !== this.#state.lastApplied + 1) {
      throw new KvError('index-not-next', `entry ${index} after ${this.#state.lastApplied}`);
    }
    this.#state.lastApplied = index;
    this.#state.lastTerm = term;
    if (data.byteLength === 0) return EMPTY;
    const view = viewOf(data);
    if (!isWellFormed(data, view)) return MALFORMED;
    const header = readHeader(data, view);
    this.#advanceTime(header.timeMs);
    const { origin, epoch, sequence } = header;
    if (sequence > 0 && this.#state.duplicates.admit(origin, epoch, sequence, index) === 'duplicate') {
      return { outcome: 'duplicate', header, replies: EMPTY_ARRAY };
    }
    this.#state.context.clockMs = this.#state.store.nowMs;
    this.#state.context.valueLimit = header.valueLimit;
    this.#state.context.seedRandom(mixNumber(1, index));
    return {
      outcome: 'applied',
      header,
      replies: this.#executeAll(data, view, header.count),
    };
  }

  /**
   * Answers a read-only command from the current state, changing nothing. `args` without the name, and of the right number
   * (`checkCommand`). `clockMs`: the caller's clock, so that TTL counts down between entries.
   */
  read(command: Command, args: readonly string[], clockMs = 0): Reply {
    if (command.access !== 'read') {
      throw new KvError('write-in-read', `${command.name} writes: it goes through the log`);
    }
    const context = this.#state.context;
    context.clockMs = Math.max(clockMs, this.#state.store.nowMs);
    context.valueLimit = DEFAULT_LIMITS.valueBytes;
    context.seedRandom(mixNumber(this.#state.lastApplied, ++this.#readCount));
    return command.execute(context, args);
  }

  /** As `read`, for words as a client sends them: the name first. */
  readWords(words: readonly string[], clockMs = 0): Reply {
    const [name = '', ...args] = words;
    const command = commandNamed(name);
    if (command === undefined) return unknownCommand(name, args);
    if (!hasRightArity(command, args.length)) return wrongArity(command.name);
    return this.read(command, args, clockMs);
  }

  #advanceTime(timeMs: number): void {
    const store = this.#state.store;
    if (timeMs > store.nowMs) store.nowMs = timeMs;
    store.removeDue(MAX_EXPIRED_PER_ENTRY);
    this.#state.sessions.expire(store.nowMs, MAX_EXPIRED_PER_ENTRY);
  }

  #executeAll(data: Uint8Array, view: DataView, count: number): Reply[] {
    const { lookahead } = this.#state;
    const reader = new ByteReader(data, BATCH_HEADER_BYTES, view);
    const replies: Reply[] = [];
    for (let first = 0; first < count; first += LOOKAHEAD) {
      const next = Math.min(LOOKAHEAD, count - first);
      lookahead.look(data, view, reader.position, next);
      for (let i = 0; i < next; i++) replies.push(this.#executeRecord(reader, lookahead.entryOf(i)));
    }
    lookahead.forget();
    return replies;
  }

  /** `entry`: of a plain command's first key, where that is known. */
  #executeRecord(reader: ByteReader, entry: Entry | null): Reply {
    const opcode = reader.u16();
    if (opcode === OPCODE_ONCE) return this.#executeOnce(reader);
    if (opcode === OPCODE_GROUP) return this.#executeGroup(reader, true);
    if (entry === null) return this.#executeCommand(opcode, reader.texts());
    this.#state.store.expect(entry);
    return this.#executeCommand(opcode, reader.texts(entry.key));
  }

  /** Reads the record in any case; without `wanted` that is all. */
  #executeCommandOrGroup(opcode: number, reader: ByteReader, wanted: boolean): Reply {
    if (opcode === OPCODE_GROUP) return this.#executeGroup(reader, wanted);
    const args = reader.texts();
    return wanted ? this.#executeCommand(opcode, args) : null;
  }

  #executeCommand(opcode: number, args: readonly string[]): Reply {
    const command = commandOfOpcode(opcode);
    if (command === undefined) return UNKNOWN_OPCODE;
    if (!hasRightArity(command, args.length)) return wrongArity(command.name);
    this.#state.store.cause = command.name;
    return command.execute(this.#state.context, args);
  }

  #executeGroup(reader: ByteReader, wanted: boolean): Reply {
    let execute = wanted;
    const watchCount = reader.u32();
    for (let i = 0; i < watchCount; i++) {
      const version = reader.f64();
      if (this.versionOf(reader.text()) !== version) execute = false;
    }
    const count = reader.u32();
    const replies: Reply[] = [];
    for (let i = 0; i < count; i++) {
      replies.push(this.#executeCommandOrGroup(reader.u16(), reader, execute));
    }
    return execute ? replies : NULL_ARRAY;
  }

  #executeOnce(reader: ByteReader): Reply {
    const id = reader.f64();
    const sequence = reader.f64();
    const sessions = this.#state.sessions;
    const session = sessions.use(id, this.#state.store.nowMs);
    const kept = session === undefined ? undefined : sessions.resultOf(session, sequence);
    const isNew = session !== undefined && kept === undefined;
    const reply = this.#executeCommandOrGroup(reader.u16(), reader, isNew);
    if (session === undefined) return NO_SESSION;
    if (kept === 'forgotten') return RESULT_FORGOTTEN;
    if (kept !== undefined) return kept.reply;
    sessions.keep(session, sequence, reply);
    return reply;
  }
}
