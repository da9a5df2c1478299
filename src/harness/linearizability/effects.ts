/**
 * What each kind of operation does to the value under one key, and what its output says of the value it met.
 *
 * A key starts absent (`null`). Lists and sets are kept as JSON text; an empty one is absent, as in Redis.
 *
 * @module
 */
import type { Operation, OperationOutput } from '../history.js';
import { balances, open, transfer } from './bank.js';
import { type Effect, ModelError } from './effect.js';
import type { Interner } from './interner.js';
import { ANY, ILLEGAL } from './problem.js';

type Values = Interner;

const text = (operation: Operation): string => {
  const { value } = operation;
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new ModelError(`${operation.op} of key ${operation.key} needs a value`);
};

const told = (operation: Operation): OperationOutput | undefined =>
  operation.ok === true ? operation.output : undefined;

function get(operation: Operation, values: Values): Effect {
  const output = told(operation);
  const seen = values.id(output === undefined || output === null ? null : String(output));
  return {
    pure: true,
    needs: seen,
    produces: ANY,
    signature: '',
    step: state => (state === seen ? state : ILLEGAL),
  };
}

function put(operation: Operation, values: Values): Effect {
  const written = values.id(text(operation));
  return { pure: false, needs: ANY, produces: written, signature: `put ${written}`, step: () => written };
}

/** A transition that builds a new value from the old one, remembered per state. */
function derived(
  change: (value: string | null) => string | null | undefined,
  values: Values,
): Effect['step'] {
  const cache = new Map<number, number>();
  return state => {
    const known = cache.get(state);
    if (known !== undefined) return known;
    const next = change(values.value(state));
    const id = next === undefined ? ILLEGAL : values.id(next);
    cache.set(state, id);
    return id;
  };
}

function append(operation: Operation, values: Values): Effect {
  const suffix = text(operation);
  const output = told(operation);
  const change = (value: string | null): string | undefined => {
    const next = (value ?? '') + suffix;
    return typeof output === 'number' && next.length !== output ? undefined : next;
  };
  return {
    pure: false,
    needs: ANY,
    produces: ANY,
    signature: `append ${suffix}`,
    step: derived(change, values),
  };
}

function del(operation: Operation, values: Values): Effect {
  const absent = values.id(null);
  const output = told(operation);
  if (output === 0) {
    return {
      pure: true,
      needs: absent,
      produces: ANY,
      signature: '',
      step: state => (state === absent ? state : ILLEGAL),
    };
  }
  const mustExist = output === 1;
  const step = (state: number): number => (mustExist && state === absent ? ILLEGAL : absent);
  return { pure: false, needs: ANY, produces: absent, signature: 'del', step };
}

function cas(operation: Operation, values: Values): Effect {
  if (!Array.isArray(operation.value) || operation.value.length !== 2) {
    throw new ModelError(`cas of key ${operation.key} needs [expected, new]`);
  }
  const [expected, written] = operation.value.map(item => values.id(item === null ? null : String(item))) as [
    number,
    number,
  ];
  const output = told(operation);
  if (output === false || output === 0) {
    return {
      pure: true,
      needs: ANY,
      produces: ANY,
      signature: '',
      step: state => (state === expected ? ILLEGAL : state),
    };
  }
  const step = (state: number): number => (state === expected ? written : ILLEGAL);
  return { pure: false, needs: expected, produces: written, signature: `cas ${expected} ${written}`, step };
}

const INTEGER = /^-?\d+$/;

function incr(operation: Operation, values: Values): Effect {
  const amount = operation.value === undefined || operation.value === null ? 1 : Number(operation.value);
  const output = told(operation);
  if (!Number.isSafeInteger(amount)) {
    throw new ModelError(`${operation.op} of key ${operation.key} needs a whole number`);
  }
  if (output !== undefined && !Number.isSafeInteger(Number(output))) {
    throw new ModelError(`${operation.op} of key ${operation.key} must answer a whole number`);
  }
  const change = (value: string | null): string | undefined => {
    if (value !== null && !INTEGER.test(value)) return undefined;
    const next = Number(value ?? '0') + amount;
    return output !== undefined && Number(output) !== next ? undefined : String(next);
  };
  const result = output === undefined ? null : Number(output);
  // An increment to `amount` may have met "0" or an absent key.
  const needs = result === null || result === amount ? ANY : values.id(String(result - amount));
  const produces = result === null ? ANY : values.id(String(result));
  return { pure: false, needs, produces, signature: `incr ${amount}`, step: derived(change, values) };
}

const list = (value: string | null): string[] => (value === null ? [] : (JSON.parse(value) as string[]));
const stored = (items: readonly string[]): string | null =>
  items.length === 0 ? null : JSON.stringify(items);

function outputItems(operation: Operation): readonly string[] {
  const output = told(operation) ?? [];
  if (!Array.isArray(output))
    throw new ModelError(`${operation.op} of key ${operation.key} must answer a list`);
  return output.map(String);
}

const argumentItems = (operation: Operation): readonly string[] =>
  Array.isArray(operation.value) ? operation.value.map(String) : [text(operation)];

function observe(items: readonly string[], values: Values): Effect {
  const seen = values.id(stored(items));
  return {
    pure: true,
    needs: seen,
    produces: ANY,
    signature: '',
    step: state => (state === seen ? state : ILLEGAL),
  };
}

function rpush(operation: Operation, values: Values): Effect {
  const items = argumentItems(operation);
  const output = told(operation);
  if (Array.isArray(output)) return rpushSeen(items, output.map(String), values);
  const change = (value: string | null): string | null | undefined => {
    const next = [...list(value), ...items];
    return typeof output === 'number' && next.length !== output ? undefined : stored(next);
  };
  return {
    pure: false,
    needs: ANY,
    produces: ANY,
    signature: `rpush ${JSON.stringify(items)}`,
    step: derived(change, values),
  };
}

/** A push that was told the whole list after it: it met the list without its items. */
function rpushSeen(items: readonly string[], output: readonly string[], values: Values): Effect {
  const at = output.length - items.length;
  const isOwn = at >= 0 && items.every((item, index) => output[at + index] === item);
  const needs = values.id(stored(output.slice(0, Math.max(0, at))));
  const produces = values.id(stored(output));
  const step = (state: number): number => (isOwn && state === needs ? produces : ILLEGAL);
  return { pure: false, needs, produces, signature: '', step };
}

function sadd(operation: Operation, values: Values): Effect {
  const items = argumentItems(operation);
  const output = told(operation);
  const change = (value: string | null): string | null | undefined => {
    const before = list(value);
    const next = [...new Set([...before, ...items])].sort();
    return typeof output === 'number' && next.length - before.length !== output ? undefined : stored(next);
  };
  return {
    pure: false,
    needs: ANY,
    produces: ANY,
    signature: `sadd ${JSON.stringify(items)}`,
    step: derived(change, values),
  };
}

type Compile = (operation: Operation, values: Values) => Effect;

/** Operation names of a history and what they mean; the names of Redis and those of the command language. */
const EFFECTS: Readonly<Record<string, Compile>> = {
  get,
  read: get,
  put,
  set: put,
  write: put,
  append,
  del,
  cas,
  incr,
  incrby: incr,
  rpush,
  lrange: (operation, values) => observe(outputItems(operation), values),
  sadd,
  smembers: (operation, values) => observe([...outputItems(operation)].sort(), values),
  open,
  transfer,
  balances,
};

const KNOWN_OPERATIONS: readonly string[] = Object.keys(EFFECTS);

/** @throws ModelError */
export function effectOf(operation: Operation, values: Values): Effect {
  const compile = Object.hasOwn(EFFECTS, operation.op) ? EFFECTS[operation.op] : undefined;
  if (compile === undefined) {
    throw new ModelError(`unknown operation "${operation.op}"; known: ${KNOWN_OPERATIONS.join(', ')}`);
  }
  return compile(operation, values);
}
