/**
 * How values lie in etcd: a string as its bytes, so that whoever reads etcd reads it too. A list, hash or set, and a
 * string that could be mistaken for one of them, begins with a mark and its type.
 *
 * ```
 * "\0raftkv\0"  type: l h s, or S for a string   u32 count, count × (u32 length, bytes)   or the string's bytes
 * ```
 *
 * @module
 */
import { ByteReader } from '../../kv/byte-reader.js';
import { ByteWriter } from '../../kv/byte-writer.js';
import type { Value } from '../../kv/entry.js';
import { HashValue } from '../../kv/hash-value.js';
import { ListValue } from '../../kv/list-value.js';
import { SetValue } from '../../kv/set-value.js';

const MARK = '\0raftkv\0';
const TYPE_AT = MARK.length;
const CONTENT_AT = TYPE_AT + 1;
const INITIAL_BYTES = 1024;

export function encodeValue(value: Value): Buffer {
  if (typeof value === 'string') {
    return Buffer.from(value.startsWith(MARK) ? `${MARK}S${value}` : value, 'latin1');
  }
  switch (value.type) {
    case 'list':
      return encodeTexts('l', value.slice(0, value.length));
    case 'hash':
      return encodeTexts('h', [...value.entries()].flat());
    case 'set':
      return encodeTexts('s', [...value.values()]);
  }
}

/** Whatever is not exactly one of our forms is a string, as any bytes are. */
export function decodeValue(bytes: Buffer): Value {
  const text = bytes.toString('latin1');
  if (!text.startsWith(MARK)) return text;
  const type = text[TYPE_AT];
  if (type === 'S' && text.startsWith(MARK, CONTENT_AT)) return text.slice(CONTENT_AT);
  const texts = textsOf(bytes);
  return (texts === null ? null : collectionOf(type, texts)) ?? text;
}

function collectionOf(type: string | undefined, texts: readonly string[]): Value | null {
  switch (type) {
    case 'l':
      return listOf(texts);
    case 'h':
      return hashOf(texts);
    case 's':
      return setOf(texts);
    default:
      return null;
  }
}

function encodeTexts(type: string, texts: readonly string[]): Buffer {
  const out = new ByteWriter(INITIAL_BYTES, INITIAL_BYTES);
  for (let at = 0; at < MARK.length; at++) out.u8(MARK.charCodeAt(at));
  out.u8(type.charCodeAt(0));
  out.u32(texts.length);
  for (const text of texts) out.text(text);
  return out.copy();
}

/** Null: the bytes are not exactly a count and so many texts, one at least. */
function textsOf(bytes: Buffer): string[] | null {
  let at = CONTENT_AT + 4;
  if (at >= bytes.length) return null;
  for (let left = bytes.readUInt32LE(CONTENT_AT); left > 0; left--) {
    if (at + 4 > bytes.length) return null;
    at += 4 + bytes.readUInt32LE(at);
  }
  if (at !== bytes.length) return null;
  return new ByteReader(bytes, CONTENT_AT).texts();
}

function listOf(texts: readonly string[]): ListValue {
  const list = new ListValue();
  for (const text of texts) list.pushTail(text);
  return list;
}

function hashOf(texts: readonly string[]): HashValue | null {
  const hash = new HashValue();
  for (let at = 0; at + 1 < texts.length; at += 2) hash.set(texts[at] ?? '', texts[at + 1] ?? '');
  return 2 * hash.size === texts.length ? hash : null;
}

function setOf(texts: readonly string[]): SetValue | null {
  const set = new SetValue();
  for (const text of texts) set.add(text);
  return set.size === texts.length ? set : null;
}
