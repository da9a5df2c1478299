/**
 * Walking through the keys.
 *
 * @module
 */
import type { Context } from '../context.js';
import { type Entry, typeOf } from '../entry.js';
import { INVALID_CURSOR, NOT_AN_INTEGER, SYNTAX_ERROR } from '../error-replies.js';
import { globMatcher } from '../glob.js';
import { parsePosition } from '../integer.js';
import { type ErrorReply, NIL, type Reply } from '../reply.js';
import { type Command, NO_KEYS } from './command.js';

const DEFAULT_COUNT = 10;
const RANDOM_ATTEMPTS = 100;

function keys(context: Context, args: readonly string[]): Reply {
  const matches = globMatcher(args[0] ?? '');
  const found: string[] = [];
  for (const entry of context.store.slots) {
    if (!context.store.isDue(entry) && matches(entry.key)) found.push(entry.key);
  }
  return found;
}

export interface ScanOptions {
  count: number;
  matches: (key: string) => boolean;
  type: string | null;
}

/** @param args cursor first */
export function parseScanOptions(args: readonly string[]): ScanOptions | ErrorReply {
  const options: ScanOptions = { count: DEFAULT_COUNT, matches: () => true, type: null };
  for (let at = 1; at < args.length; at += 2) {
    const word = (args[at] ?? '').toUpperCase();
    const value = args[at + 1];
    if (value === undefined) return SYNTAX_ERROR;
    if (word === 'COUNT') {
      const count = parsePosition(value);
      if (count === null) return NOT_AN_INTEGER;
      if (count < 1) return SYNTAX_ERROR;
      options.count = count;
    } else if (word === 'MATCH') options.matches = globMatcher(value);
    else if (word === 'TYPE') options.type = value.toLowerCase();
    else return SYNTAX_ERROR;
  }
  return options;
}

/**
 * The cursor is the number of slots still to visit, from the last one down. An entry that leaves is replaced by the last,
 * which has been visited: so whatever is there from start to end is returned, and nothing needs remembering.
 */
function scan(context: Context, args: readonly string[]): Reply {
  const cursorText = args[0] ?? '';
  if (!/^\d{1,20}$/.test(cursorText)) return INVALID_CURSOR;
  const options = parseScanOptions(args);
  if ('kind' in options) return options;
  const { slots } = context.store;
  const cursor = Number(cursorText);
  const start = cursor === 0 ? slots.length : Math.min(cursor, slots.length);
  const end = Math.max(0, start - options.count);
  const found: string[] = [];
  for (let at = start - 1; at >= end; at--) {
    const entry = slots[at];
    if (entry !== undefined && isWanted(context, entry, options)) found.push(entry.key);
  }
  return [String(end), found];
}

function isWanted(context: Context, entry: Entry, options: ScanOptions): boolean {
  if (context.store.isDue(entry)) return false;
  if (options.type !== null && typeOf(entry.value) !== options.type) return false;
  return options.matches(entry.key);
}

function randomkey(context: Context): Reply {
  const { slots } = context.store;
  if (slots.length === 0) return NIL;
  for (let attempt = 0; attempt < RANDOM_ATTEMPTS; attempt++) {
    const entry = slots[context.random(slots.length)];
    if (entry !== undefined && !context.store.isDue(entry)) return entry.key;
  }
  return slots.find(entry => !context.store.isDue(entry))?.key ?? NIL;
}

const reads = { access: 'read', family: 'generic', keys: NO_KEYS } as const;

export const SCAN_COMMANDS: readonly Command[] = [
  {
    ...reads,
    name: 'keys',
    opcode: 96,
    arity: 2,
    summary: 'Keys that match a pattern',
    execute: keys,
  },
  {
    ...reads,
    name: 'scan',
    opcode: 97,
    arity: -2,
    summary: 'Keys, a part at a time',
    difference: 'A cursor may be used at any node that has caught up.',
    execute: scan,
  },
  { ...reads, name: 'randomkey', opcode: 98, arity: 1, summary: 'Any key', execute: randomkey },
];
