/**
 * Lists.
 *
 * @module
 */
import { type Context, WRONG } from '../context.js';
import { NOT_AN_INTEGER, NOT_POSITIVE, WRONG_TYPE, wrongArity } from '../error-replies.js';
import { parsePosition } from '../integer.js';
import { ListValue } from '../list-value.js';
import { EMPTY_ARRAY, NIL, NULL_ARRAY, type Reply } from '../reply.js';
import { type Command, ONE_KEY } from './command.js';

type End = 'head' | 'tail';

function pushAt(end: End): Command['execute'] {
  return (context, args) => {
    const key = args[0] ?? '';
    const { store } = context;
    const entry = store.getForWrite(key);
    const list = entry?.value ?? new ListValue();
    if (typeof list === 'string' || list.type !== 'list') return WRONG_TYPE;
    if (entry !== undefined) store.beforeChange(entry);
    for (let i = 1; i < args.length; i++) {
      if (end === 'head') list.pushHead(args[i] ?? '');
      else list.pushTail(args[i] ?? '');
    }
    if (entry === undefined) store.put(key, list);
    else store.afterElementsChange(entry);
    return list.length;
  };
}

function popAt(name: string, end: End): Command['execute'] {
  return (context, args) => {
    if (args.length > 2) return wrongArity(name);
    const counted = args.length === 2;
    const count = counted ? parsePosition(args[1] ?? '') : 1;
    if (count === null || count < 0) return NOT_POSITIVE;
    const { store } = context;
    const entry = store.getForWrite(args[0] ?? '');
    if (entry === undefined) return counted ? NULL_ARRAY : NIL;
    const list = entry.value;
    if (typeof list === 'string' || list.type !== 'list') return WRONG_TYPE;
    if (count === 0) return EMPTY_ARRAY;
    store.beforeChange(entry);
    const items: string[] = [];
    while (items.length < count) {
      const item = end === 'head' ? list.popHead() : list.popTail();
      if (item === undefined) break;
      items.push(item);
    }
    store.afterElementsChange(entry);
    return counted ? items : (items[0] ?? NIL);
  };
}

function llen(context: Context, args: readonly string[]): Reply {
  const list = context.list(args[0] ?? '');
  return list === WRONG ? WRONG_TYPE : (list?.length ?? 0);
}

function lrange(context: Context, args: readonly string[]): Reply {
  const start = parsePosition(args[1] ?? '');
  const end = parsePosition(args[2] ?? '');
  if (start === null || end === null) return NOT_AN_INTEGER;
  const list = context.list(args[0] ?? '');
  if (list === WRONG) return WRONG_TYPE;
  if (list === undefined) return EMPTY_ARRAY;
  const from = start < 0 ? Math.max(0, list.length + start) : start;
  const to = end < 0 ? list.length + end : Math.min(end, list.length - 1);
  return from > to ? EMPTY_ARRAY : list.slice(from, to + 1);
}

function lindex(context: Context, args: readonly string[]): Reply {
  const list = context.list(args[0] ?? '');
  if (list === WRONG) return WRONG_TYPE;
  if (list === undefined) return NIL;
  const position = parsePosition(args[1] ?? '');
  if (position === null) return NOT_AN_INTEGER;
  return list.at(position < 0 ? list.length + position : position) ?? NIL;
}

const reads = { access: 'read', family: 'list', keys: ONE_KEY } as const;
const writes = { access: 'write', family: 'list', keys: ONE_KEY } as const;

export const LIST_COMMANDS: readonly Command[] = [
  {
    ...writes,
    name: 'lpush',
    opcode: 128,
    arity: -3,
    summary: 'Adds items at the head',
    execute: pushAt('head'),
  },
  {
    ...writes,
    name: 'rpush',
    opcode: 129,
    arity: -3,
    summary: 'Adds items at the tail',
    execute: pushAt('tail'),
  },
  {
    ...writes,
    name: 'lpop',
    opcode: 130,
    arity: -2,
    summary: 'Removes items from the head',
    execute: popAt('lpop', 'head'),
  },
  {
    ...writes,
    name: 'rpop',
    opcode: 131,
    arity: -2,
    summary: 'Removes items from the tail',
    execute: popAt('rpop', 'tail'),
  },
  { ...reads, name: 'llen', opcode: 132, arity: 2, summary: 'Number of items', execute: llen },
  {
    ...reads,
    name: 'lrange',
    opcode: 133,
    arity: 4,
    summary: 'Items from one position to another',
    execute: lrange,
  },
  {
    ...reads,
    name: 'lindex',
    opcode: 134,
    arity: 3,
    summary: 'Item at a position',
    execute: lindex,
  },
];
