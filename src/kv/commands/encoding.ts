/**
 * What OBJECT ENCODING answers: the representation Redis 7.0 would choose, with its default thresholds.
 *
 * @module
 */
import type { HashValue } from '../hash-value.js';
import { parseInteger } from '../integer.js';
import type { ListValue } from '../list-value.js';
import type { SetValue } from '../set-value.js';

const LONGEST_EMBEDDED = 44;
const LISTPACK_ENTRIES = 128;
const LISTPACK_VALUE = 64;
const INTSET_ENTRIES = 512;

export function encodingOf(value: string | ListValue | HashValue | SetValue): string {
  if (typeof value === 'string') return stringEncoding(value);
  switch (value.type) {
    case 'list':
      return 'quicklist';
    case 'hash':
      return hashEncoding(value);
    case 'set':
      return setEncoding(value);
  }
}

function stringEncoding(value: string): string {
  if (parseInteger(value) !== null) return 'int';
  return value.length <= LONGEST_EMBEDDED ? 'embstr' : 'raw';
}

function hashEncoding(hash: HashValue): string {
  if (hash.size > LISTPACK_ENTRIES) return 'hashtable';
  for (const [field, value] of hash.entries()) {
    if (field.length > LISTPACK_VALUE || value.length > LISTPACK_VALUE) return 'hashtable';
  }
  return 'listpack';
}

function setEncoding(set: SetValue): string {
  if (set.size > INTSET_ENTRIES) return 'hashtable';
  for (const member of set.values()) if (parseInteger(member) === null) return 'hashtable';
  return 'intset';
}
