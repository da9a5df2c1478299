/**
 * The definition of linearizability, tried by brute force: every order of every choice of unknown operations. What each operation
 * does is written down here a second time, on plain values, without any of the checker's code.
 *
 * @module
 */
import type { Operation } from '../../src/harness/history.js';

/** JSON text of the value under the key; null: absent. */
type State = string | null;

/** What `operation` leaves in `state`, or undefined where its answer does not fit. */
type Apply = (state: State, operation: Operation) => State | undefined;

/** Of these, an acknowledged one without an answer took effect. */
const CONDITIONAL: ReadonlySet<string> = new Set(['cas', 'open', 'transfer']);

const toldOf = ({ ok, op, output }: Operation) => {
  if (ok !== true) return undefined;
  return output === undefined && CONDITIONAL.has(op) ? true : output;
};
const fits = (told: unknown, answer: unknown): boolean =>
  told === undefined || JSON.stringify(told) === JSON.stringify(answer);

const applyToRegister: Apply = (state, operation) => {
  const told = toldOf(operation);
  switch (operation.op) {
    case 'get':
      return operation.ok !== true || told === state ? state : undefined;
    case 'put':
      return String(operation.value);
    case 'append': {
      const next = (state ?? '') + String(operation.value);
      return fits(told, next.length) ? next : undefined;
    }
    case 'incr': {
      const next = Number(state ?? '0') + Number(operation.value ?? 1);
      if (Number.isNaN(next)) return undefined;
      return fits(told, next) ? String(next) : undefined;
    }
    case 'del':
      return fits(told, state === null ? 0 : 1) ? null : undefined;
    case 'cas': {
      const [expected, written] = operation.value as readonly [string, string];
      if (told === false) return state === expected ? undefined : state;
      if (state === expected) return written;
      return told === true ? undefined : state;
    }
    default:
      throw new Error(`no brute force for ${operation.op}`);
  }
};

const textList = (value: Operation['value']): readonly string[] =>
  Array.isArray(value) ? value.map(String) : [String(value)];

const applyToList: Apply = (state, operation) => {
  const list = state === null ? [] : (JSON.parse(state) as string[]);
  const told = toldOf(operation);
  if (operation.op === 'lrange')
    return fits(told ?? (operation.ok === true ? [] : undefined), list) ? state : undefined;
  const next = [...list, ...textList(operation.value)];
  return fits(told, Array.isArray(told) ? next : next.length) ? JSON.stringify(next) : undefined;
};

const applyToSet: Apply = (state, operation) => {
  const set = new Set(state === null ? [] : (JSON.parse(state) as string[]));
  const told = toldOf(operation);
  if (operation.op === 'smembers') {
    if (operation.ok !== true) return state;
    return fits(Array.isArray(told) ? [...told].sort() : [], [...set].sort()) ? state : undefined;
  }
  const added = new Set(textList(operation.value).filter(member => !set.has(member)));
  return fits(told, added.size) ? JSON.stringify([...set, ...added].sort()) : undefined;
};

type Accounts = Record<string, number>;
const accountsOf = (words: readonly unknown[]): Accounts =>
  Object.fromEntries(
    words.map(word => {
      const [name = '', amount] = String(word).split('=');
      return [name, Number(amount)];
    }),
  );
const wordsOf = (accounts: Accounts): string[] =>
  Object.entries(accounts).map(([name, amount]) => `${name}=${amount}`);

const applyToBank: Apply = (state, operation) => {
  const accounts = state === null ? null : (JSON.parse(state) as Accounts);
  const told = toldOf(operation);
  switch (operation.op) {
    case 'balances':
      if (operation.ok !== true) return state;
      return fits(told ?? null, accounts === null ? null : wordsOf(accounts)) ? state : undefined;
    case 'open': {
      const opens = accounts === null;
      if (!fits(told, opens)) return undefined;
      return opens ? JSON.stringify(accountsOf(operation.value as readonly string[])) : state;
    }
    case 'transfer': {
      const [from = '', to = '', text = ''] = operation.value as readonly string[];
      const moves = accounts !== null && (accounts[from] ?? -1) >= Number(text);
      if (!fits(told, moves)) return undefined;
      if (!moves) return state;
      const next = { ...accounts };
      next[from] = (next[from] ?? 0) - Number(text);
      if (to in next) next[to] = (next[to] ?? 0) + Number(text);
      return JSON.stringify(next);
    }
    default:
      throw new Error(`no brute force for ${operation.op}`);
  }
};

const MODELS = {
  register: applyToRegister,
  list: applyToList,
  set: applyToSet,
  bank: applyToBank,
} as const;

export type ModelName = keyof typeof MODELS;

/** Of one key. */
export function bruteForce(history: readonly Operation[], model: ModelName = 'register'): boolean {
  const apply = MODELS[model];
  const operations = history.filter(operation => operation.ok !== false);
  const done = new Set<Operation>();
  const extend = (state: State): boolean => {
    const open = operations.filter(operation => !done.has(operation));
    if (open.every(operation => operation.ok === 'unknown')) return true;
    const firstReturn = Math.min(...open.map(operation => operation.returnNs ?? Number.POSITIVE_INFINITY));
    for (const operation of open) {
      if (operation.callNs > firstReturn) continue;
      const next = apply(state, operation);
      if (next === undefined) continue;
      done.add(operation);
      if (extend(next)) return true;
      done.delete(operation);
    }
    return false;
  };
  return extend(null);
}
