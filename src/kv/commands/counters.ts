/**
 * Strings as numbers.
 *
 * @module
 */
import type { Context } from '../context.js';
import { addDecimals, formatDecimal, parseDecimal } from '../decimal.js';
import {
  DECREMENT_OVERFLOW,
  INCREMENT_NOT_FINITE,
  INCREMENT_OVERFLOW,
  NOT_A_FLOAT,
  NOT_AN_INTEGER,
  WRONG_TYPE,
} from '../error-replies.js';
import { addIntegers, type Integer, negateInteger, parseInteger } from '../integer.js';
import type { Reply } from '../reply.js';
import { type Command, ONE_KEY } from './command.js';

function add(context: Context, key: string, increment: Integer): Reply {
  const { store } = context;
  const entry = store.getForWrite(key);
  if (entry === undefined) {
    store.put(key, String(increment));
    return increment;
  }
  if (typeof entry.value !== 'string') return WRONG_TYPE;
  const current = parseInteger(entry.value);
  if (current === null) return NOT_AN_INTEGER;
  const sum = addIntegers(current, increment);
  if (sum === null) return INCREMENT_OVERFLOW;
  store.replaceValue(entry, String(sum));
  return sum;
}

function incrby(context: Context, args: readonly string[]): Reply {
  const increment = parseInteger(args[1] ?? '');
  return increment === null ? NOT_AN_INTEGER : add(context, args[0] ?? '', increment);
}

function decrby(context: Context, args: readonly string[]): Reply {
  const decrement = parseInteger(args[1] ?? '');
  if (decrement === null) return NOT_AN_INTEGER;
  const increment = negateInteger(decrement);
  return increment === null ? DECREMENT_OVERFLOW : add(context, args[0] ?? '', increment);
}

function incrbyfloat(context: Context, args: readonly string[]): Reply {
  const [key = '', incrementText = ''] = args;
  const { store } = context;
  const entry = store.getForWrite(key);
  const current = entry?.value ?? '0';
  if (typeof current !== 'string') return WRONG_TYPE;
  const value = parseDecimal(current);
  const increment = parseDecimal(incrementText);
  if (value === null || increment === null) return NOT_A_FLOAT;
  const sum = addDecimals(value, increment);
  if (sum === null) return INCREMENT_NOT_FINITE;
  const text = formatDecimal(sum);
  if (entry === undefined) store.put(key, text);
  else store.replaceValue(entry, text);
  return text;
}

const counter = { access: 'write', family: 'string', keys: ONE_KEY } as const;

export const COUNTER_COMMANDS: readonly Command[] = [
  {
    ...counter,
    name: 'incr',
    opcode: 32,
    arity: 2,
    summary: 'Adds one to an integer',
    execute: (context, args) => add(context, args[0] ?? '', 1),
  },
  {
    ...counter,
    name: 'decr',
    opcode: 33,
    arity: 2,
    summary: 'Subtracts one from an integer',
    execute: (context, args) => add(context, args[0] ?? '', -1),
  },
  {
    ...counter,
    name: 'incrby',
    opcode: 34,
    arity: 3,
    summary: 'Adds to an integer',
    execute: incrby,
  },
  {
    ...counter,
    name: 'decrby',
    opcode: 35,
    arity: 3,
    summary: 'Subtracts from an integer',
    execute: decrby,
  },
  {
    ...counter,
    name: 'incrbyfloat',
    opcode: 36,
    arity: 3,
    summary: 'Adds to a decimal number',
    difference: 'Adds exactly and keeps 17 decimal places, where Redis rounds to 64 bits.',
    execute: incrbyfloat,
  },
];
