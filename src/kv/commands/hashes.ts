/**
 * Hashes.
 *
 * @module
 */
import { type Context, WRONG } from '../context.js';
import {
  HASH_VALUE_NOT_AN_INTEGER,
  INCREMENT_OVERFLOW,
  NOT_AN_INTEGER,
  WRONG_TYPE,
  wrongArity,
} from '../error-replies.js';
import { HashValue } from '../hash-value.js';
import { addIntegers, parseInteger } from '../integer.js';
import { EMPTY_ARRAY, type MapReply, NIL, type Reply } from '../reply.js';
import { type Command, ONE_KEY } from './command.js';

const EMPTY_MAP: MapReply = Object.freeze({ kind: 'map', items: EMPTY_ARRAY });

function hset(context: Context, args: readonly string[]): Reply {
  if (args.length % 2 !== 1) return wrongArity('hset');
  const key = args[0] ?? '';
  const { store } = context;
  const entry = store.getForWrite(key);
  const hash = entry?.value ?? new HashValue();
  if (typeof hash === 'string' || hash.type !== 'hash') return WRONG_TYPE;
  if (entry !== undefined) store.beforeChange(entry);
  let added = 0;
  for (let i = 1; i < args.length; i += 2) {
    if (hash.set(args[i] ?? '', args[i + 1] ?? '')) added++;
  }
  if (entry === undefined) store.put(key, hash);
  else store.afterElementsChange(entry);
  return added;
}

function hdel(context: Context, args: readonly string[]): Reply {
  const { store } = context;
  const entry = store.getForWrite(args[0] ?? '');
  if (entry === undefined) return 0;
  const hash = entry.value;
  if (typeof hash === 'string' || hash.type !== 'hash') return WRONG_TYPE;
  const present = args.slice(1).filter(field => hash.has(field));
  if (present.length === 0) return 0;
  store.beforeChange(entry);
  let removed = 0;
  for (const field of present) if (hash.delete(field)) removed++;
  store.afterElementsChange(entry);
  return removed;
}

function hincrby(context: Context, args: readonly string[]): Reply {
  const [key = '', field = '', incrementText = ''] = args;
  const increment = parseInteger(incrementText);
  if (increment === null) return NOT_AN_INTEGER;
  const value = context.hash(key);
  if (value === WRONG) return WRONG_TYPE;
  const current = parseInteger(value?.get(field) ?? '0');
  if (current === null) return HASH_VALUE_NOT_AN_INTEGER;
  const sum = addIntegers(current, increment);
  if (sum === null) return INCREMENT_OVERFLOW;
  hset(context, [key, field, String(sum)]);
  return sum;
}

function hget(context: Context, args: readonly string[]): Reply {
  const hash = context.hash(args[0] ?? '');
  return hash === WRONG ? WRONG_TYPE : (hash?.get(args[1] ?? '') ?? NIL);
}

function hmget(context: Context, args: readonly string[]): Reply {
  const hash = context.hash(args[0] ?? '');
  if (hash === WRONG) return WRONG_TYPE;
  return args.slice(1).map(field => hash?.get(field) ?? NIL);
}

function hexists(context: Context, args: readonly string[]): Reply {
  const hash = context.hash(args[0] ?? '');
  if (hash === WRONG) return WRONG_TYPE;
  return hash?.has(args[1] ?? '') === true ? 1 : 0;
}

function hlen(context: Context, args: readonly string[]): Reply {
  const hash = context.hash(args[0] ?? '');
  return hash === WRONG ? WRONG_TYPE : (hash?.size ?? 0);
}

function hgetall(context: Context, args: readonly string[]): Reply {
  const hash = context.hash(args[0] ?? '');
  if (hash === WRONG) return WRONG_TYPE;
  if (hash === undefined) return EMPTY_MAP;
  const items: string[] = [];
  for (const [field, value] of hash.entries()) items.push(field, value);
  return { kind: 'map', items };
}

/** Fields (0) or values (1). */
function column(which: 0 | 1): Command['execute'] {
  return (context, args) => {
    const hash = context.hash(args[0] ?? '');
    if (hash === WRONG) return WRONG_TYPE;
    return hash === undefined ? EMPTY_ARRAY : Array.from(hash.entries(), pair => pair[which]);
  };
}

const reads = { access: 'read', family: 'hash', keys: ONE_KEY } as const;
const writes = { access: 'write', family: 'hash', keys: ONE_KEY } as const;
const order = 'Fields come in the order in which they were first set, also in large hashes.';

export const HASH_COMMANDS: readonly Command[] = [
  { ...writes, name: 'hset', opcode: 144, arity: -4, summary: 'Sets fields', execute: hset },
  { ...reads, name: 'hget', opcode: 145, arity: 3, summary: 'Value of a field', execute: hget },
  { ...writes, name: 'hdel', opcode: 146, arity: -3, summary: 'Removes fields', execute: hdel },
  {
    ...reads,
    name: 'hgetall',
    opcode: 147,
    arity: 2,
    summary: 'All fields and values',
    difference: order,
    execute: hgetall,
  },
  {
    ...writes,
    name: 'hincrby',
    opcode: 148,
    arity: 4,
    summary: 'Adds to an integer field',
    execute: hincrby,
  },
  { ...reads, name: 'hlen', opcode: 149, arity: 2, summary: 'Number of fields', execute: hlen },
  {
    ...reads,
    name: 'hexists',
    opcode: 150,
    arity: 3,
    summary: 'Whether a field exists',
    execute: hexists,
  },
  {
    ...reads,
    name: 'hkeys',
    opcode: 151,
    arity: 2,
    summary: 'All fields',
    difference: order,
    execute: column(0),
  },
  {
    ...reads,
    name: 'hvals',
    opcode: 152,
    arity: 2,
    summary: 'All values',
    difference: order,
    execute: column(1),
  },
  {
    ...reads,
    name: 'hmget',
    opcode: 153,
    arity: -3,
    summary: 'Values of several fields',
    execute: hmget,
  },
];
