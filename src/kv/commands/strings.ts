/**
 * Strings: whole values and parts of them.
 *
 * @module
 */

import { type Context, WRONG } from '../context.js';
import { NO_DEADLINE } from '../entry.js';
import {
  NOT_AN_INTEGER,
  OFFSET_OUT_OF_RANGE,
  STRING_TOO_LONG,
  WRONG_TYPE,
  wrongArity,
} from '../error-replies.js';
import { parsePosition } from '../integer.js';
import { NIL, OK, type Reply } from '../reply.js';
import { ALL_KEYS, type Command, KEY_VALUE_PAIRS, ONE_KEY } from './command.js';
import { MILLISECONDS, parseFutureDeadline, SECONDS, type TimeUnit } from './deadline.js';
import { deadlineOf, parseSetOptions } from './set-options.js';

const APPENDS_PER_FLATTENING = 2048;

function get(context: Context, args: readonly string[]): Reply {
  const value = context.string(args[0] ?? '');
  return value === WRONG ? WRONG_TYPE : (value ?? NIL);
}

function set(context: Context, args: readonly string[]): Reply {
  const [key = '', value = ''] = args;
  const { store } = context;
  if (args.length === 2) {
    store.put(key, value);
    return OK;
  }
  const options = parseSetOptions('set', args, 2);
  if ('kind' in options) return options;
  const deadlineMs = deadlineOf('set', options, context.nowMs);
  if (deadlineMs !== null && typeof deadlineMs !== 'number') return deadlineMs;
  const present = store.getForWrite(key);
  let previous: Reply = NIL;
  if (options.get && present !== undefined) {
    if (typeof present.value !== 'string') return WRONG_TYPE;
    previous = present.value;
  }
  if (options.condition === 'IFEQ' && present !== undefined && typeof present.value !== 'string') {
    return WRONG_TYPE;
  }
  const refused =
    (options.condition === 'NX' && present !== undefined) ||
    (options.condition === 'XX' && present === undefined) ||
    (options.condition === 'IFEQ' && present?.value !== options.comparand);
  if (refused) return options.get ? previous : NIL;
  const kept = options.keepDeadline ? (present?.deadlineMs ?? NO_DEADLINE) : NO_DEADLINE;
  store.put(key, value, deadlineMs ?? kept);
  return options.get ? previous : OK;
}

function setnx(context: Context, args: readonly string[]): Reply {
  const [key = '', value = ''] = args;
  if (context.store.getForWrite(key) !== undefined) return 0;
  context.store.put(key, value);
  return 1;
}

function setWithDeadline(name: string, unit: TimeUnit): Command['execute'] {
  return (context, args) => {
    const [key = '', time = '', value = ''] = args;
    const deadlineMs = parseFutureDeadline(name, time, unit, context.nowMs);
    if (typeof deadlineMs !== 'number') return deadlineMs;
    context.store.put(key, value, deadlineMs);
    return OK;
  };
}

function getset(context: Context, args: readonly string[]): Reply {
  const [key = '', value = ''] = args;
  const present = context.store.getForWrite(key)?.value;
  if (present !== undefined && typeof present !== 'string') return WRONG_TYPE;
  context.store.put(key, value);
  return present ?? NIL;
}

function getdel(context: Context, args: readonly string[]): Reply {
  const entry = context.store.getForWrite(args[0] ?? '');
  if (entry === undefined) return NIL;
  if (typeof entry.value !== 'string') return WRONG_TYPE;
  context.store.remove(entry);
  return entry.value;
}

function getex(context: Context, args: readonly string[]): Reply {
  const options = parseSetOptions('getex', args, 1);
  if ('kind' in options) return options;
  const { store } = context;
  const entry = store.getForWrite(args[0] ?? '');
  if (entry === undefined) return NIL;
  if (typeof entry.value !== 'string') return WRONG_TYPE;
  const deadlineMs = deadlineOf('getex', options, context.nowMs);
  if (deadlineMs !== null && typeof deadlineMs !== 'number') return deadlineMs;
  if (options.persist) {
    if (entry.deadlineMs !== NO_DEADLINE) store.setDeadline(entry, NO_DEADLINE);
  } else if (deadlineMs !== null) {
    if (deadlineMs <= context.nowMs) store.remove(entry);
    else store.setDeadline(entry, deadlineMs);
  }
  return entry.value;
}

function append(context: Context, args: readonly string[]): Reply {
  const [key = '', suffix = ''] = args;
  const { store } = context;
  const entry = store.getForWrite(key);
  if (entry === undefined) {
    store.put(key, suffix);
    return suffix.length;
  }
  const { value } = entry;
  if (typeof value !== 'string') return WRONG_TYPE;
  if (value.length + suffix.length > context.valueLimit) return STRING_TOO_LONG;
  const longer = value + suffix;
  // The engine keeps a sum of strings as a tree until one looks inside: look now and then, or it would take many
  // times the memory of the text.
  if (entry.version % APPENDS_PER_FLATTENING === 0) longer.charCodeAt(0);
  store.appendValue(entry, longer, suffix);
  return longer.length;
}

function strlen(context: Context, args: readonly string[]): Reply {
  const value = context.string(args[0] ?? '');
  return value === WRONG ? WRONG_TYPE : (value?.length ?? 0);
}

function getrange(context: Context, args: readonly string[]): Reply {
  const start = parsePosition(args[1] ?? '');
  const end = parsePosition(args[2] ?? '');
  if (start === null || end === null) return NOT_AN_INTEGER;
  const value = context.string(args[0] ?? '');
  if (value === WRONG) return WRONG_TYPE;
  if (value === undefined || (start < 0 && end < 0 && start > end)) return '';
  const from = start < 0 ? Math.max(0, value.length + start) : start;
  const to = end < 0 ? Math.max(0, value.length + end) : Math.min(end, value.length - 1);
  return from > to ? '' : value.slice(from, to + 1);
}

function setrange(context: Context, args: readonly string[]): Reply {
  const [key = '', offsetText = '', patch = ''] = args;
  const offset = parsePosition(offsetText);
  if (offset === null) return NOT_AN_INTEGER;
  if (offset < 0) return OFFSET_OUT_OF_RANGE;
  const entry = context.store.getForWrite(key);
  const value = entry?.value ?? '';
  if (typeof value !== 'string') return WRONG_TYPE;
  if (patch.length === 0) return value.length;
  if (offset + patch.length > context.valueLimit) return STRING_TOO_LONG;
  const head = value.slice(0, offset).padEnd(offset, '\0');
  const patched = head + patch + value.slice(offset + patch.length);
  if (entry === undefined) context.store.put(key, patched);
  else context.store.replaceValue(entry, patched);
  return patched.length;
}

function mget(context: Context, args: readonly string[]): Reply {
  return args.map(key => {
    const value = context.string(key);
    return value === WRONG ? NIL : (value ?? NIL);
  });
}

function mset(context: Context, args: readonly string[]): Reply {
  if (args.length % 2 !== 0) return wrongArity('mset');
  for (let i = 0; i < args.length; i += 2) context.store.put(args[i] ?? '', args[i + 1] ?? '');
  return OK;
}

function msetnx(context: Context, args: readonly string[]): Reply {
  if (args.length % 2 !== 0) return wrongArity('msetnx');
  for (let i = 0; i < args.length; i += 2) {
    if (context.store.getForWrite(args[i] ?? '') !== undefined) return 0;
  }
  mset(context, args);
  return 1;
}

const common = { family: 'string', keys: ONE_KEY } as const;
const reads = { ...common, access: 'read' } as const;
const writes = { ...common, access: 'write' } as const;

export const STRING_COMMANDS: readonly Command[] = [
  { ...reads, name: 'get', opcode: 16, arity: 2, summary: 'Value of a key', execute: get },
  {
    ...writes,
    name: 'set',
    opcode: 17,
    arity: -3,
    summary: 'Sets a key, on conditions and with a time to live if asked',
    execute: set,
  },
  {
    ...writes,
    name: 'setnx',
    opcode: 18,
    arity: 3,
    summary: 'Sets a key that does not exist',
    execute: setnx,
  },
  {
    ...writes,
    name: 'setex',
    opcode: 19,
    arity: 4,
    summary: 'Sets a key with a time to live in seconds',
    execute: setWithDeadline('setex', SECONDS),
  },
  {
    ...writes,
    name: 'psetex',
    opcode: 20,
    arity: 4,
    summary: 'Sets a key with a time to live in milliseconds',
    execute: setWithDeadline('psetex', MILLISECONDS),
  },
  {
    ...writes,
    name: 'getset',
    opcode: 21,
    arity: 3,
    summary: 'Sets a key and returns its previous value',
    execute: getset,
  },
  {
    ...writes,
    name: 'getdel',
    opcode: 22,
    arity: 2,
    summary: 'Removes a key and returns its value',
    execute: getdel,
  },
  {
    ...writes,
    name: 'getex',
    opcode: 23,
    arity: -2,
    summary: 'Value of a key, and changes its time to live',
    execute: getex,
  },
  {
    ...writes,
    name: 'append',
    opcode: 24,
    arity: 3,
    summary: 'Appends to a string',
    difference: 'A string cannot grow beyond the value limit (8 MiB unless configured).',
    execute: append,
  },
  { ...reads, name: 'strlen', opcode: 25, arity: 2, summary: 'Length in bytes', execute: strlen },
  {
    ...reads,
    name: 'getrange',
    opcode: 26,
    arity: 4,
    summary: 'Part of a string',
    execute: getrange,
  },
  {
    ...reads,
    name: 'substr',
    opcode: 27,
    arity: 4,
    summary: 'Part of a string (old name of GETRANGE)',
    execute: getrange,
  },
  {
    ...writes,
    name: 'setrange',
    opcode: 28,
    arity: 4,
    summary: 'Overwrites part of a string',
    difference: 'A string cannot grow beyond the value limit (8 MiB unless configured).',
    execute: setrange,
  },
  {
    ...reads,
    name: 'mget',
    opcode: 29,
    arity: -2,
    keys: ALL_KEYS,
    summary: 'Values of several keys',
    execute: mget,
  },
  {
    ...writes,
    name: 'mset',
    opcode: 30,
    arity: -3,
    keys: KEY_VALUE_PAIRS,
    summary: 'Sets several keys at once',
    execute: mset,
  },
  {
    ...writes,
    name: 'msetnx',
    opcode: 31,
    arity: -3,
    keys: KEY_VALUE_PAIRS,
    summary: 'Sets several keys if none of them exists',
    execute: msetnx,
  },
];
