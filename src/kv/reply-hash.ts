/**
 * Hash of a reply, for kept results as part of the state.
 *
 * @module
 */
import { hashText, mix, mixNumber } from './content-hash.js';
import { isArrayReply, type Reply } from './reply.js';

/** Equal replies have equal hashes. */
export function hashReply(reply: Reply): number {
  if (typeof reply === 'string') return mix(5, hashText(reply));
  if (typeof reply === 'number') return mixNumber(6, reply);
  if (typeof reply === 'bigint') return mix(7, hashText(String(reply)));
  if (reply === null) return 8;
  if (isArrayReply(reply)) return hashItems(9, reply);
  switch (reply.kind) {
    case 'map':
      return hashItems(10, reply.items);
    case 'set':
      return hashItems(11, reply.items);
    case 'simple':
      return mix(12, hashText(reply.text));
    case 'error':
      return mix(13, hashText(reply.text));
    case 'verbatim':
      return mix(14, hashText(reply.text, hashText(reply.format)));
    case 'double':
      return mix(15, hashText(String(reply.value)));
    case 'boolean':
      return reply.value ? 16 : 17;
    case 'null-array':
      return 18;
  }
}

function hashItems(seed: number, items: readonly Reply[]): number {
  let hash = seed;
  for (const item of items) hash = mix(hash, hashReply(item));
  return hash;
}
