/**
 * Strings as bits, the first bit of a byte being its highest.
 *
 * @module
 */
import { type Context, WRONG } from '../context.js';
import {
  BIT_OFFSET_INVALID,
  BIT_VALUE_INVALID,
  NOT_AN_INTEGER,
  SYNTAX_ERROR,
  WRONG_TYPE,
} from '../error-replies.js';
import { parsePosition } from '../integer.js';
import type { Reply } from '../reply.js';
import { type Command, ONE_KEY } from './command.js';

/** Of Redis: no string is longer. */
const LARGEST_STRING = 512 * 1024 * 1024;

function parseBitOffset(text: string, valueLimit: number): number | null {
  const offset = parsePosition(text);
  return offset === null || offset < 0 || offset >= 8 * valueLimit ? null : offset;
}

function maskOf(offset: number): number {
  return 0x80 >> (offset % 8);
}

function setbit(context: Context, args: readonly string[]): Reply {
  const [key = '', offsetText = '', bit = ''] = args;
  const offset = parseBitOffset(offsetText, context.valueLimit);
  if (offset === null) return BIT_OFFSET_INVALID;
  if (bit !== '0' && bit !== '1') return BIT_VALUE_INVALID;
  const entry = context.store.getForWrite(key);
  const value = entry?.value ?? '';
  if (typeof value !== 'string') return WRONG_TYPE;
  const at = Math.floor(offset / 8);
  const before = at < value.length ? value.charCodeAt(at) : 0;
  const mask = maskOf(offset);
  const after = bit === '1' ? before | mask : before & ~mask;
  const head = value.slice(0, at).padEnd(at, '\0');
  const changed = head + String.fromCharCode(after) + value.slice(at + 1);
  if (entry === undefined) context.store.put(key, changed);
  else context.store.replaceValue(entry, changed);
  return (before & mask) === 0 ? 0 : 1;
}

function getbit(context: Context, args: readonly string[]): Reply {
  const offset = parseBitOffset(args[1] ?? '', LARGEST_STRING);
  if (offset === null) return BIT_OFFSET_INVALID;
  const value = context.string(args[0] ?? '');
  if (value === WRONG) return WRONG_TYPE;
  const at = Math.floor(offset / 8);
  if (value === undefined || at >= value.length) return 0;
  return (value.charCodeAt(at) & maskOf(offset)) === 0 ? 0 : 1;
}

function ones(byte: number): number {
  let count = 0;
  for (let rest = byte; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** Set bits from bit `start` to bit `end`, both included. */
function countBits(value: string, start: number, end: number): number {
  const firstByte = Math.floor(start / 8);
  const lastByte = Math.floor(end / 8);
  let count = 0;
  for (let at = firstByte; at <= lastByte; at++) {
    let byte = value.charCodeAt(at);
    if (at === firstByte) byte &= 0xff >> (start % 8);
    if (at === lastByte) byte &= 0xff << (7 - (end % 8));
    count += ones(byte & 0xff);
  }
  return count;
}

function bitcount(context: Context, args: readonly string[]): Reply {
  const ranged = args.length > 1;
  if (args.length === 2 || args.length > 4) return bitcountSyntax(context, args);
  const start = ranged ? parsePosition(args[1] ?? '') : 0;
  const end = ranged ? parsePosition(args[2] ?? '') : -1;
  if (start === null || end === null) return NOT_AN_INTEGER;
  const unit = (args[3] ?? 'BYTE').toUpperCase();
  if (unit !== 'BYTE' && unit !== 'BIT') return SYNTAX_ERROR;
  const value = context.string(args[0] ?? '');
  if (value === WRONG) return WRONG_TYPE;
  if (value === undefined || value === '' || (start < 0 && end < 0 && start > end)) return 0;
  const length = unit === 'BIT' ? 8 * value.length : value.length;
  const from = start < 0 ? Math.max(0, length + start) : start;
  const to = end < 0 ? Math.max(0, length + end) : Math.min(end, length - 1);
  if (from > to) return 0;
  return unit === 'BIT' ? countBits(value, from, to) : countBits(value, 8 * from, 8 * to + 7);
}

/** Redis looks at the key before it complains about the form. */
function bitcountSyntax(context: Context, args: readonly string[]): Reply {
  const value = context.string(args[0] ?? '');
  if (value === undefined) return 0;
  return value === WRONG ? WRONG_TYPE : SYNTAX_ERROR;
}

export const BIT_COMMANDS: readonly Command[] = [
  {
    name: 'setbit',
    opcode: 48,
    arity: 4,
    access: 'write',
    family: 'string',
    keys: ONE_KEY,
    summary: 'Sets one bit of a string',
    difference: 'A string cannot grow beyond the value limit (8 MiB unless configured).',
    execute: setbit,
  },
  {
    name: 'getbit',
    opcode: 49,
    arity: 3,
    access: 'read',
    family: 'string',
    keys: ONE_KEY,
    summary: 'One bit of a string',
    execute: getbit,
  },
  {
    name: 'bitcount',
    opcode: 50,
    arity: -2,
    access: 'read',
    family: 'string',
    keys: ONE_KEY,
    summary: 'Number of set bits',
    execute: bitcount,
  },
];
