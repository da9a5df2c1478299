/**
 * Times to live. Keys expire by log time only.
 *
 * @module
 */
import type { Context } from '../context.js';
import { type Entry, NO_DEADLINE } from '../entry.js';
import { type ErrorReply, error, type Reply } from '../reply.js';
import { type Command, ONE_KEY } from './command.js';
import {
  MILLISECONDS,
  parseDeadline,
  SECONDS,
  type TimeUnit,
  UNIX_MILLISECONDS,
  UNIX_SECONDS,
} from './deadline.js';

const NX_WITH_OTHERS = error('ERR NX and XX, GT or LT options at the same time are not compatible');
const GT_WITH_LT = error('ERR GT and LT options at the same time are not compatible');
const MISSING = -2;
const NEVER = -1;

function parseConditions(args: readonly string[]): ReadonlySet<string> | ErrorReply {
  const conditions = new Set<string>();
  for (const word of args.slice(2)) {
    const condition = word.toUpperCase();
    if (!['NX', 'XX', 'GT', 'LT'].includes(condition)) {
      return error(`ERR Unsupported option ${word}`);
    }
    conditions.add(condition);
  }
  if (conditions.has('NX') && conditions.size > 1) return NX_WITH_OTHERS;
  if (conditions.has('GT') && conditions.has('LT')) return GT_WITH_LT;
  return conditions;
}

function mayExpire(entry: Entry, deadlineMs: number, conditions: ReadonlySet<string>): boolean {
  const current = entry.deadlineMs === NO_DEADLINE ? Number.POSITIVE_INFINITY : entry.deadlineMs;
  const expires = entry.deadlineMs !== NO_DEADLINE;
  if (conditions.has('NX') && expires) return false;
  if (conditions.has('XX') && !expires) return false;
  if (conditions.has('GT') && deadlineMs <= current) return false;
  return !(conditions.has('LT') && deadlineMs >= current);
}

function expireWith(name: string, unit: TimeUnit): Command['execute'] {
  return (context, args) => {
    const conditions = parseConditions(args);
    if ('kind' in conditions) return conditions;
    const deadlineMs = parseDeadline(name, args[1] ?? '', unit, context.nowMs);
    if (typeof deadlineMs !== 'number') return deadlineMs;
    const entry = context.store.getForWrite(args[0] ?? '');
    if (entry === undefined || !mayExpire(entry, deadlineMs, conditions)) return 0;
    if (deadlineMs <= context.nowMs) context.store.remove(entry);
    else context.store.setDeadline(entry, deadlineMs);
    return 1;
  };
}

function persist(context: Context, args: readonly string[]): Reply {
  const entry = context.store.getForWrite(args[0] ?? '');
  if (entry === undefined || entry.deadlineMs === NO_DEADLINE) return 0;
  context.store.setDeadline(entry, NO_DEADLINE);
  return 1;
}

function remainingWith(millisecondsPerUnit: number): Command['execute'] {
  return (context, args) => {
    const entry = context.store.get(args[0] ?? '');
    if (entry === undefined) return MISSING;
    if (entry.deadlineMs === NO_DEADLINE) return NEVER;
    return inUnits(Math.max(0, entry.deadlineMs - context.clockMs), millisecondsPerUnit);
  };
}

function deadlineWith(millisecondsPerUnit: number): Command['execute'] {
  return (context, args) => {
    const entry = context.store.get(args[0] ?? '');
    if (entry === undefined) return MISSING;
    if (entry.deadlineMs === NO_DEADLINE) return NEVER;
    return inUnits(entry.deadlineMs, millisecondsPerUnit);
  };
}

/** Rounded to the nearest, as Redis does. */
function inUnits(milliseconds: number, millisecondsPerUnit: number): number {
  return Math.floor((milliseconds + millisecondsPerUnit / 2) / millisecondsPerUnit);
}

const reads = { access: 'read', family: 'generic', keys: ONE_KEY, arity: 2 } as const;
const writes = { access: 'write', family: 'generic', keys: ONE_KEY, arity: -3 } as const;
const clock =
  'Time is log time, stamped by the leader: the key expires for all replicas at the same point of the log.';

export const EXPIRY_COMMANDS: readonly Command[] = [
  {
    ...writes,
    name: 'expire',
    opcode: 80,
    summary: 'Lets a key expire after seconds',
    difference: clock,
    execute: expireWith('expire', SECONDS),
  },
  {
    ...writes,
    name: 'pexpire',
    opcode: 81,
    summary: 'Lets a key expire after milliseconds',
    difference: clock,
    execute: expireWith('pexpire', MILLISECONDS),
  },
  {
    ...writes,
    name: 'expireat',
    opcode: 82,
    summary: 'Lets a key expire at a Unix time in seconds',
    difference: clock,
    execute: expireWith('expireat', UNIX_SECONDS),
  },
  {
    ...writes,
    name: 'pexpireat',
    opcode: 83,
    summary: 'Lets a key expire at a Unix time in milliseconds',
    difference: clock,
    execute: expireWith('pexpireat', UNIX_MILLISECONDS),
  },
  {
    ...reads,
    name: 'ttl',
    opcode: 84,
    summary: 'Seconds a key has to live',
    execute: remainingWith(1000),
  },
  {
    ...reads,
    name: 'pttl',
    opcode: 85,
    summary: 'Milliseconds a key has to live',
    execute: remainingWith(1),
  },
  {
    ...reads,
    name: 'expiretime',
    opcode: 86,
    summary: 'Unix time in seconds at which a key expires',
    execute: deadlineWith(1000),
  },
  {
    ...reads,
    name: 'pexpiretime',
    opcode: 87,
    summary: 'Unix time in milliseconds at which a key expires',
    execute: deadlineWith(1),
  },
  {
    ...writes,
    name: 'persist',
    opcode: 88,
    arity: 2,
    summary: 'Takes the time to live from a key',
    execute: persist,
  },
];
