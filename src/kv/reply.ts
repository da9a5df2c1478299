/**
 * What a command answers: a small RESP-like union. The frequent shapes are JavaScript primitives, so that the
 * hot path allocates nothing: a stored value is its own reply.
 *
 * | JavaScript value | RESP |
 * |---|---|
 * | `string` | bulk string (latin1: one char is one byte) |
 * | `number`, `bigint` | integer (signed, 64 bits; `bigint` only beyond 2^53) |
 * | `null` | null bulk string |
 * | array | array |
 * | object with `kind` | everything else |
 *
 * @module
 */

export interface SimpleReply {
  readonly kind: 'simple';
  readonly text: string;
}

/** `text` holds the code word too: `WRONGTYPE Operation against …`. */
export interface ErrorReply {
  readonly kind: 'error';
  readonly text: string;
}

/** RESP2 `*-1`: an aborted transaction. RESP3 has one null for both. */
export interface NullArrayReply {
  readonly kind: 'null-array';
}

/** `items` alternate key, value. RESP2 sends them as a flat array. */
export interface MapReply {
  readonly kind: 'map';
  readonly items: readonly Reply[];
}

/** RESP2 sends it as an array. */
export interface SetReply {
  readonly kind: 'set';
  readonly items: readonly Reply[];
}

/** RESP2 sends it as a bulk string. */
export interface DoubleReply {
  readonly kind: 'double';
  readonly value: number;
}

/** RESP2 sends it as 0 or 1. */
export interface BooleanReply {
  readonly kind: 'boolean';
  readonly value: boolean;
}

/** RESP2 sends it as a bulk string; `format` has three letters (`txt`, `mkd`). */
export interface VerbatimReply {
  readonly kind: 'verbatim';
  readonly format: string;
  readonly text: string;
}

export type TaggedReply =
  | SimpleReply
  | ErrorReply
  | NullArrayReply
  | MapReply
  | SetReply
  | DoubleReply
  | BooleanReply
  | VerbatimReply;

export type Reply = string | number | bigint | null | readonly Reply[] | TaggedReply;

export const OK: SimpleReply = Object.freeze({ kind: 'simple', text: 'OK' });
export const PONG: SimpleReply = Object.freeze({ kind: 'simple', text: 'PONG' });
export const QUEUED: SimpleReply = Object.freeze({ kind: 'simple', text: 'QUEUED' });
export const NIL = null;
export const NULL_ARRAY: NullArrayReply = Object.freeze({ kind: 'null-array' });
export const EMPTY_ARRAY: readonly Reply[] = Object.freeze([]);

export function simple(text: string): SimpleReply {
  return { kind: 'simple', text };
}

export function error(text: string): ErrorReply {
  return { kind: 'error', text };
}

export function isArrayReply(reply: Reply): reply is readonly Reply[] {
  return Array.isArray(reply);
}

export function isErrorReply(reply: Reply): reply is ErrorReply {
  return typeof reply === 'object' && reply !== null && 'kind' in reply && reply.kind === 'error';
}

/** Rough memory of a reply in bytes, for limits on what is kept. */
export function replySize(reply: Reply): number {
  if (typeof reply === 'string') return 16 + reply.length;
  if (typeof reply !== 'object' || reply === null) return 16;
  if (isArrayReply(reply)) return itemsSize(reply);
  switch (reply.kind) {
    case 'map':
    case 'set':
      return itemsSize(reply.items);
    case 'simple':
    case 'error':
    case 'verbatim':
      return 16 + reply.text.length;
    case 'null-array':
    case 'double':
    case 'boolean':
      return 16;
  }
}

function itemsSize(items: readonly Reply[]): number {
  let total = 16;
  for (const item of items) total += replySize(item);
  return total;
}
