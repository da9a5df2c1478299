/**
 * Replies as bytes: kept results of sessions in a snapshot.
 *
 * @module
 */
import type { ByteReader } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';
import { KvError } from './kv-error.js';
import { isArrayReply, NULL_ARRAY, type Reply, type TaggedReply } from './reply.js';

const TAG = {
  null: 0,
  bulk: 1,
  integer: 2,
  bigInteger: 3,
  array: 4,
  simple: 5,
  error: 6,
  nullArray: 7,
  map: 8,
  set: 9,
  double: 10,
  boolean: 11,
  verbatim: 12,
} as const;

export function writeReply(out: ByteWriter, reply: Reply): void {
  if (reply === null) {
    out.u8(TAG.null);
  } else if (typeof reply === 'string') {
    writeText(out, TAG.bulk, reply);
  } else if (typeof reply === 'number') {
    out.u8(TAG.integer);
    out.f64(reply);
  } else if (typeof reply === 'bigint') {
    writeText(out, TAG.bigInteger, String(reply));
  } else if (isArrayReply(reply)) {
    writeItems(out, TAG.array, reply);
  } else {
    writeTagged(out, reply);
  }
}

function writeTagged(out: ByteWriter, reply: TaggedReply): void {
  switch (reply.kind) {
    case 'simple':
      writeText(out, TAG.simple, reply.text);
      break;
    case 'error':
      writeText(out, TAG.error, reply.text);
      break;
    case 'null-array':
      out.u8(TAG.nullArray);
      break;
    case 'map':
      writeItems(out, TAG.map, reply.items);
      break;
    case 'set':
      writeItems(out, TAG.set, reply.items);
      break;
    case 'double':
      out.u8(TAG.double);
      out.f64(reply.value);
      break;
    case 'boolean':
      out.u8(TAG.boolean);
      out.u8(reply.value ? 1 : 0);
      break;
    case 'verbatim':
      writeText(out, TAG.verbatim, reply.format);
      out.text(reply.text);
      break;
  }
}

function writeText(out: ByteWriter, tag: number, text: string): void {
  out.u8(tag);
  out.text(text);
}

function writeItems(out: ByteWriter, tag: number, items: readonly Reply[]): void {
  out.u8(tag);
  out.u32(items.length);
  for (const item of items) writeReply(out, item);
}

/** Throws `KvError('snapshot-corrupt')` for an unknown tag. */
export function readReply(input: ByteReader): Reply {
  const tag = input.u8();
  switch (tag) {
    case TAG.null:
      return null;
    case TAG.bulk:
      return input.text();
    case TAG.integer:
      return input.f64();
    case TAG.bigInteger:
      return BigInt(input.text());
    case TAG.array:
      return readItems(input);
    case TAG.simple:
      return { kind: 'simple', text: input.text() };
    case TAG.error:
      return { kind: 'error', text: input.text() };
    case TAG.nullArray:
      return NULL_ARRAY;
    case TAG.map:
      return { kind: 'map', items: readItems(input) };
    case TAG.set:
      return { kind: 'set', items: readItems(input) };
    case TAG.double:
      return { kind: 'double', value: input.f64() };
    case TAG.boolean:
      return { kind: 'boolean', value: input.u8() === 1 };
    case TAG.verbatim:
      return { kind: 'verbatim', format: input.text(), text: input.text() };
    default:
      throw new KvError('snapshot-corrupt', `reply tag ${tag}`);
  }
}

function readItems(input: ByteReader): Reply[] {
  const count = input.u32();
  const items: Reply[] = [];
  for (let i = 0; i < count; i++) items.push(readReply(input));
  return items;
}
