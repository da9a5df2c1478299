/**
 * Replies in a form in which those of Redis and ours can be compared, and written as JSON.
 *
 * @module
 */
import { isArrayReply, type Reply } from '../../src/kv/reply.js';
import type { Words } from './replica.js';

export type Comparable =
  | string
  | number
  | null
  | readonly Comparable[]
  | { readonly [name: string]: Comparable | boolean };

/** Without what may differ: order within sets, maps and KEYS; RESP3's one null stands for both of RESP2. */
export function comparable(words: Words, reply: Reply): Comparable {
  if (typeof reply === 'bigint') return { integer: String(reply) };
  if (typeof reply !== 'object' || reply === null) return reply;
  if (isArrayReply(reply)) {
    const items = reply.map(item => comparable(words, item));
    return /^(keys|hkeys|hvals)$/i.test(words[0] ?? '') ? items.map(String).sort() : items;
  }
  switch (reply.kind) {
    case 'null-array':
      return null;
    case 'set':
      return { set: reply.items.map(String).sort() };
    case 'map':
      return { map: pairs(words, reply.items).sort() };
    case 'simple':
    case 'error':
      return { [reply.kind]: reply.text };
    case 'double':
    case 'boolean':
      return { [reply.kind]: reply.value };
    case 'verbatim':
      return { verbatim: reply.text };
  }
}

function pairs(words: Words, items: readonly Reply[]): string[] {
  const texts: string[] = [];
  for (let i = 0; i < items.length; i += 2) {
    texts.push(JSON.stringify(comparable(words, items.slice(i, i + 2))));
  }
  return texts;
}
