/**
 * Sets.
 *
 * @module
 */
import { type Context, WRONG } from '../context.js';
import { WRONG_TYPE } from '../error-replies.js';
import { EMPTY_ARRAY, type Reply } from '../reply.js';
import { SetValue } from '../set-value.js';
import { type Command, ONE_KEY } from './command.js';

function sadd(context: Context, args: readonly string[]): Reply {
  const key = args[0] ?? '';
  const { store } = context;
  const entry = store.getForWrite(key);
  const set = entry?.value ?? new SetValue();
  if (typeof set === 'string' || set.type !== 'set') return WRONG_TYPE;
  const fresh = args.slice(1).filter(member => !set.has(member));
  if (fresh.length === 0) return 0;
  if (entry !== undefined) store.beforeChange(entry);
  let added = 0;
  for (const member of fresh) if (set.add(member)) added++;
  if (entry === undefined) store.put(key, set);
  else store.afterElementsChange(entry);
  return added;
}

function srem(context: Context, args: readonly string[]): Reply {
  const { store } = context;
  const entry = store.getForWrite(args[0] ?? '');
  if (entry === undefined) return 0;
  const set = entry.value;
  if (typeof set === 'string' || set.type !== 'set') return WRONG_TYPE;
  const present = args.slice(1).filter(member => set.has(member));
  if (present.length === 0) return 0;
  store.beforeChange(entry);
  let removed = 0;
  for (const member of present) if (set.delete(member)) removed++;
  store.afterElementsChange(entry);
  return removed;
}

function smembers(context: Context, args: readonly string[]): Reply {
  const set = context.set(args[0] ?? '');
  if (set === WRONG) return WRONG_TYPE;
  return { kind: 'set', items: set === undefined ? EMPTY_ARRAY : [...set.values()] };
}

function sismember(context: Context, args: readonly string[]): Reply {
  const set = context.set(args[0] ?? '');
  if (set === WRONG) return WRONG_TYPE;
  return set?.has(args[1] ?? '') === true ? 1 : 0;
}

function scard(context: Context, args: readonly string[]): Reply {
  const set = context.set(args[0] ?? '');
  return set === WRONG ? WRONG_TYPE : (set?.size ?? 0);
}

const reads = { access: 'read', family: 'set', keys: ONE_KEY } as const;
const writes = { access: 'write', family: 'set', keys: ONE_KEY } as const;

export const SET_COMMANDS: readonly Command[] = [
  { ...writes, name: 'sadd', opcode: 160, arity: -3, summary: 'Adds members', execute: sadd },
  { ...writes, name: 'srem', opcode: 161, arity: -3, summary: 'Removes members', execute: srem },
  {
    ...reads,
    name: 'smembers',
    opcode: 162,
    arity: 2,
    summary: 'All members',
    difference: 'Members come in the order in which they were added.',
    execute: smembers,
  },
  {
    ...reads,
    name: 'sismember',
    opcode: 163,
    arity: 3,
    summary: 'Whether a member is in the set',
    execute: sismember,
  },
  { ...reads, name: 'scard', opcode: 164, arity: 2, summary: 'Number of members', execute: scard },
];
