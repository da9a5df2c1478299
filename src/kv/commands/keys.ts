/**
 * Keys whatever they hold.
 *
 * @module
 */
import type { Context } from '../context.js';
import { type Entry, elementCount, typeOf, type Value } from '../entry.js';
import {
  DB_OUT_OF_RANGE,
  NO_SUCH_KEY,
  NOT_AN_INTEGER,
  SAME_OBJECT,
  SYNTAX_ERROR,
  unknownSubcommand,
  wrongArity,
} from '../error-replies.js';
import { parseInteger } from '../integer.js';
import { error, NIL, OK, type Reply, simple } from '../reply.js';
import { ALL_KEYS, type Command, ONE_KEY, TWO_KEYS } from './command.js';
import { encodingOf } from './encoding.js';

const NO_FREQUENCY = error(
  'ERR An LFU maxmemory policy is not selected, access frequency not tracked. ' +
    'Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.',
);
const TYPE_REPLIES = {
  none: simple('none'),
  string: simple('string'),
  list: simple('list'),
  hash: simple('hash'),
  set: simple('set'),
} as const;

function del(context: Context, args: readonly string[]): Reply {
  let removed = 0;
  for (const key of args) {
    const entry = context.store.getForWrite(key);
    if (entry === undefined) continue;
    context.store.remove(entry);
    removed++;
  }
  return removed;
}

function exists(context: Context, args: readonly string[]): Reply {
  let present = 0;
  for (const key of args) if (context.store.get(key) !== undefined) present++;
  return present;
}

function type(context: Context, args: readonly string[]): Reply {
  const entry = context.store.get(args[0] ?? '');
  return entry === undefined ? TYPE_REPLIES.none : TYPE_REPLIES[typeOf(entry.value)];
}

/** Puts the value and deadline of `source` at `key`, whatever was there. */
function putAs(context: Context, key: string, source: Entry, value: Value): void {
  context.store.put(key, value, source.deadlineMs);
}

function rename(context: Context, args: readonly string[]): Reply {
  const [from = '', to = ''] = args;
  const source = context.store.getForWrite(from);
  if (source === undefined) return NO_SUCH_KEY;
  if (from !== to) {
    context.store.remove(source);
    putAs(context, to, source, source.value);
  }
  return OK;
}

function renamenx(context: Context, args: readonly string[]): Reply {
  const [from = '', to = ''] = args;
  const source = context.store.getForWrite(from);
  if (source === undefined) return NO_SUCH_KEY;
  if (context.store.getForWrite(to) !== undefined) return 0;
  context.store.remove(source);
  putAs(context, to, source, source.value);
  return 1;
}

function copy(context: Context, args: readonly string[]): Reply {
  const [from = '', to = ''] = args;
  let replace = false;
  for (let at = 2; at < args.length; at++) {
    const word = (args[at] ?? '').toUpperCase();
    const database = args[at + 1];
    if (word === 'REPLACE') replace = true;
    else if (word === 'DB' && database !== undefined) {
      const number = parseInteger(database);
      if (number === null) return NOT_AN_INTEGER;
      if (number !== 0) return DB_OUT_OF_RANGE;
      at++;
    } else return SYNTAX_ERROR;
  }
  if (from === to) return SAME_OBJECT;
  const source = context.store.getForWrite(from);
  if (source === undefined) return 0;
  if (context.store.getForWrite(to) !== undefined && !replace) return 0;
  const { value } = source;
  putAs(context, to, source, typeof value === 'string' ? value : value.copy());
  return 1;
}

const OBJECT_HELP = [
  'OBJECT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:',
  'ENCODING <key>',
  '    Return the kind of internal representation used in order to store the value',
  '    associated with a <key>.',
  'FREQ <key>',
  '    Return the access frequency index of the <key>. The returned integer is',
  '    proportional to the logarithm of the recent access frequency of the key.',
  'IDLETIME <key>',
  '    Return the idle time of the <key>, that is the approximated number of',
  '    seconds elapsed since the last access to the key.',
  'REFCOUNT <key>',
  '    Return the number of references of the value associated with the specified',
  '    <key>.',
  'HELP',
  '    Print this help.',
].map(simple);

function object(context: Context, args: readonly string[]): Reply {
  const [subcommand = '', key = ''] = args;
  const verb = subcommand.toLowerCase();
  if (verb === 'help') return args.length === 1 ? OBJECT_HELP : wrongArity('object|help');
  if (!['encoding', 'freq', 'idletime', 'refcount'].includes(verb)) {
    return unknownSubcommand('object', subcommand);
  }
  if (args.length !== 2) return wrongArity(`object|${verb}`);
  const entry = context.store.get(key);
  if (entry === undefined) return NIL;
  switch (verb) {
    case 'encoding':
      return encodingOf(entry.value);
    case 'freq':
      return NO_FREQUENCY;
    case 'idletime':
      return 0;
    default:
      return 1;
  }
}

/** Overheads of the engine's objects, measured roughly. */
const ENTRY_OVERHEAD = 160;
const ELEMENT_OVERHEAD = 48;

function memory(context: Context, args: readonly string[]): Reply {
  const [subcommand = '', key = ''] = args;
  if (subcommand.toLowerCase() !== 'usage') return unknownSubcommand('memory', subcommand);
  if (args.length === 1) return wrongArity('memory|usage');
  const validOptions =
    args.length === 2 || (args.length === 4 && (args[2] ?? '').toUpperCase() === 'SAMPLES');
  if (!validOptions) return SYNTAX_ERROR;
  const entry = context.store.get(key);
  if (entry === undefined) return NIL;
  const { value } = entry;
  const fixed = ENTRY_OVERHEAD + key.length;
  if (typeof value === 'string') return fixed + value.length;
  return fixed + value.byteSize + ELEMENT_OVERHEAD * elementCount(value);
}

const reads = { access: 'read', family: 'generic' } as const;
const writes = { access: 'write', family: 'generic' } as const;

export const KEY_COMMANDS: readonly Command[] = [
  {
    ...writes,
    name: 'del',
    opcode: 64,
    arity: -2,
    keys: ALL_KEYS,
    summary: 'Removes keys',
    execute: del,
  },
  {
    ...writes,
    name: 'unlink',
    opcode: 65,
    arity: -2,
    keys: ALL_KEYS,
    summary: 'Removes keys (the same as DEL here)',
    execute: del,
  },
  {
    ...reads,
    name: 'exists',
    opcode: 66,
    arity: -2,
    keys: ALL_KEYS,
    summary: 'How many of the keys exist',
    execute: exists,
  },
  {
    ...reads,
    name: 'touch',
    opcode: 67,
    arity: -2,
    keys: ALL_KEYS,
    summary: 'How many of the keys exist',
    difference: 'Access times are not kept, so it changes nothing.',
    execute: exists,
  },
  {
    ...reads,
    name: 'type',
    opcode: 68,
    arity: 2,
    keys: ONE_KEY,
    summary: 'Type of a value',
    execute: type,
  },
  {
    ...writes,
    name: 'rename',
    opcode: 69,
    arity: 3,
    keys: TWO_KEYS,
    summary: 'Renames a key, over an existing one',
    execute: rename,
  },
  {
    ...writes,
    name: 'renamenx',
    opcode: 70,
    arity: 3,
    keys: TWO_KEYS,
    summary: 'Renames a key unless the new name exists',
    execute: renamenx,
  },
  {
    ...writes,
    name: 'copy',
    opcode: 71,
    arity: -3,
    keys: TWO_KEYS,
    summary: 'Copies a value to another key',
    difference: 'There is one database, number 0.',
    execute: copy,
  },
  {
    ...reads,
    name: 'object',
    opcode: 72,
    arity: -2,
    keys: { first: 2, last: 2, step: 1 },
    summary: 'ENCODING, REFCOUNT, IDLETIME of a key',
    difference: 'ENCODING names what Redis would choose; REFCOUNT is always 1 and IDLETIME always 0.',
    execute: object,
  },
  {
    ...reads,
    name: 'memory',
    opcode: 73,
    arity: -2,
    family: 'server',
    keys: { first: 2, last: 2, step: 1 },
    summary: 'MEMORY USAGE: estimated bytes of a key',
    difference: 'Only USAGE, and the estimate is for this implementation.',
    execute: memory,
  },
];
