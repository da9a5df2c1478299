/**
 * Membership changes and their encoding in log entries.
 *
 * The encoding is the protobuf one of etcd-io/raft (`ConfChange` for entries of type `conf-change`, `ConfChangeV2` for
 * `conf-change-v2`), so that sizes and limits agree with it. An entry without data leaves joint consensus.
 *
 * @module
 */
import { EMPTY_DATA, type Entry } from './entry.js';
import { RaftError } from './errors.js';
import { type RaftId, raftId } from './ids.js';

export type ConfChangeKind = 'add-voter' | 'remove' | 'update' | 'add-learner';

export interface ConfChangeOperation {
  readonly kind: ConfChangeKind;
  readonly id: RaftId;
}

/**
 * `auto`: one operation is done at once, several through joint consensus, which is left by itself. `implicit`: through
 * joint consensus, left by itself. `explicit`: through joint consensus, left by a change without operations.
 */
export type Transition = 'auto' | 'implicit' | 'explicit';

export interface ConfChange {
  readonly transition: Transition;
  /** Done in order. Empty with `auto`: leave joint consensus. */
  readonly operations: readonly ConfChangeOperation[];
  /** Anything the proposer wants beside the change; empty when left out. */
  readonly context?: Uint8Array;
}

/** Leaves joint consensus. */
export const LEAVE_JOINT: ConfChange = { transition: 'auto', operations: [] };

const KINDS: readonly ConfChangeKind[] = ['add-voter', 'remove', 'update', 'add-learner'];
const TRANSITIONS: readonly Transition[] = ['auto', 'implicit', 'explicit'];

const VARINT = 0;
const BYTES = 2;

function pushVarint(out: number[], value: number): void {
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) out.push((rest % 128) | 128);
  out.push(rest);
}

function pushNumber(out: number[], field: number, value: number): void {
  out.push((field << 3) | VARINT);
  pushVarint(out, value);
}

function pushBytes(out: number[], field: number, bytes: ArrayLike<number>): void {
  out.push((field << 3) | BYTES);
  pushVarint(out, bytes.length);
  for (let at = 0; at < bytes.length; at += 1) out.push(bytes[at] ?? 0);
}

/** Data of a `conf-change-v2` entry. */
export function encodeConfChange(change: ConfChange): Uint8Array {
  const out: number[] = [];
  pushNumber(out, 1, TRANSITIONS.indexOf(change.transition));
  for (const operation of change.operations) {
    const nested: number[] = [];
    pushNumber(nested, 1, KINDS.indexOf(operation.kind));
    pushNumber(nested, 2, operation.id);
    pushBytes(out, 2, nested);
  }
  if (change.context !== undefined && change.context.length > 0) pushBytes(out, 3, change.context);
  return Uint8Array.from(out);
}

/** Data of a `conf-change` entry: one operation, done at once. */
export function encodeSimpleConfChange(operation: ConfChangeOperation): Uint8Array {
  const out: number[] = [];
  pushNumber(out, 2, KINDS.indexOf(operation.kind));
  pushNumber(out, 3, operation.id);
  return Uint8Array.from(out);
}

const malformed = (): RaftError => new RaftError('malformed-conf-change');

/** Reads protobuf fields one after another. */
class FieldReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length;
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; scale <= Number.MAX_SAFE_INTEGER; scale *= 128) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined) throw malformed();
      this.#at += 1;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    throw malformed();
  }

  bytes(): Uint8Array {
    const length = this.varint();
    const end = this.#at + length;
    if (end > this.#bytes.length) throw malformed();
    const slice = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return slice;
  }
}

function pick<T>(table: readonly T[], index: number): T {
  const value = table[index];
  if (value === undefined) throw malformed();
  return value;
}

function decodeOperation(bytes: Uint8Array, kindField: number, idField: number): ConfChangeOperation {
  const reader = new FieldReader(bytes);
  let kind: ConfChangeKind = 'add-voter';
  let id = 0;
  while (!reader.done) {
    const tag = reader.varint();
    if (tag === ((kindField << 3) | VARINT)) kind = pick(KINDS, reader.varint());
    else if (tag === ((idField << 3) | VARINT)) id = reader.varint();
    else throw malformed();
  }
  return { kind, id: raftId(id) };
}

function decodeV2(bytes: Uint8Array): ConfChange {
  const reader = new FieldReader(bytes);
  const operations: ConfChangeOperation[] = [];
  let transition: Transition = 'auto';
  let context: Uint8Array = EMPTY_DATA;
  while (!reader.done) {
    const tag = reader.varint();
    if (tag === ((1 << 3) | VARINT)) transition = pick(TRANSITIONS, reader.varint());
    else if (tag === ((2 << 3) | BYTES)) operations.push(decodeOperation(reader.bytes(), 1, 2));
    else if (tag === ((3 << 3) | BYTES)) context = reader.bytes();
    else throw malformed();
  }
  return context.length > 0 ? { transition, operations, context } : { transition, operations };
}

/**
 * The change that an entry carries.
 * @throws RaftError `malformed-conf-change`, also for normal entries
 */
export function decodeConfChange(entry: Pick<Entry, 'type' | 'data'>): ConfChange {
  switch (entry.type) {
    case 'conf-change':
      return { transition: 'auto', operations: [decodeOperation(entry.data, 2, 3)] };
    case 'conf-change-v2':
      return decodeV2(entry.data);
    case 'normal':
      throw malformed();
  }
}
