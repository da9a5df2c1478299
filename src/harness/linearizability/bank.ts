/**
 * A bank as one object: `open` puts money into accounts, `transfer` moves it, `balances` reads all accounts at once.
 *
 * The state is JSON text, `[["a",10],["b",5]]`, in the order the bank was opened with.
 *
 * @module
 */
import type { Operation } from '../history.js';
import { type Effect, ModelError } from './effect.js';
import type { Interner } from './interner.js';
import { ANY, ILLEGAL } from './problem.js';

type Accounts = readonly (readonly [string, number])[];

const wordsOf = ({ op, key, value }: Operation): readonly string[] => {
  if (Array.isArray(value)) return value.map(String);
  throw new ModelError(`${op} of key ${key} needs a list as its value`);
};

/** `["a=10","b=5"]`, the form of both what `open` is given and what `balances` answers. */
function stateOf(words: readonly string[], operation: Operation): string {
  const accounts = words.map(word => {
    const [name = '', balance = ''] = word.split('=', 2);
    if (!/^-?\d+$/.test(balance)) {
      throw new ModelError(`${operation.op} of key ${operation.key}: expected ACCOUNT=NUMBER, found ${word}`);
    }
    return [name, Number(balance)];
  });
  return JSON.stringify(accounts);
}

/** Output false: the bank was open already. */
export function open(operation: Operation, values: Interner): Effect {
  const absent = values.id(null);
  const opened = values.id(stateOf(wordsOf(operation), operation));
  const refused = operation.ok === true && operation.output === false;
  return {
    pure: refused,
    needs: refused ? ANY : absent,
    produces: refused ? ANY : opened,
    signature: 'open',
    step: state => (refused ? (state === absent ? ILLEGAL : state) : state === absent ? opened : ILLEGAL),
  };
}

export function balances(operation: Operation, values: Interner): Effect {
  const output = operation.ok === true ? (operation.output ?? null) : null;
  if (output !== null && !Array.isArray(output)) {
    throw new ModelError(`balances of key ${operation.key} must answer a list`);
  }
  const seen = values.id(output === null ? null : stateOf(output, operation));
  return {
    pure: true,
    needs: seen,
    produces: ANY,
    signature: '',
    step: state => (state === seen ? state : ILLEGAL),
  };
}

/** The accounts after the transfer; null when the money is not there. */
function moved(accounts: Accounts, from: string, to: string, amount: number): Accounts | null {
  const source = accounts.find(([name]) => name === from);
  if (source === undefined || source[1] < amount) return null;
  return accounts.map(([name, balance]) => {
    const change = (name === to ? amount : 0) - (name === from ? amount : 0);
    return [name, balance + change] as const;
  });
}

/** Output true: the money moved; false: there was not enough of it, or no bank. */
export function transfer(operation: Operation, values: Interner): Effect {
  const [from = '', to = '', amountText = ''] = wordsOf(operation);
  const amount = Number(amountText);
  if (!(amount > 0)) throw new ModelError(`transfer of key ${operation.key}: bad amount ${amountText}`);
  const refused = operation.ok === true && operation.output === false;
  const cache = new Map<number, number>();
  const next = (state: number): number => {
    const text = values.value(state);
    if (text === null) return refused ? state : ILLEGAL;
    const after = moved(JSON.parse(text) as Accounts, from, to, amount);
    if (refused) return after === null ? state : ILLEGAL;
    return after === null ? ILLEGAL : values.id(JSON.stringify(after));
  };
  return {
    pure: refused,
    needs: ANY,
    produces: ANY,
    signature: `transfer ${from} ${to} ${amount}`,
    step: state => {
      const known = cache.get(state);
      if (known !== undefined) return known;
      const after = next(state);
      cache.set(state, after);
      return after;
    },
  };
}
