/**
 * Transfers between the accounts of a bank under MULTI and WATCH. A bank is one object: its money is constant.
 *
 * @module
 */
import { type ClientConnection, plain } from '../../client/index.js';
import type { Operation } from '../history.js';
import {
  ask,
  type Call,
  type CallOutcome,
  CONFLICT,
  type Draw,
  prepare,
  transact,
  type Workload,
} from './workload.js';

const ACCOUNTS = ['a', 'b', 'c', 'd', 'e'] as const;
const OPENING_BALANCE = 100;
const MAX_TRANSFER = 30;
/** Banks a client remembers to be open. */
const MAX_REMEMBERED = 10_000;

const accountKey = (bank: string, account: string): string => `${bank}:${account}`;

export class BankWorkload implements Workload {
  readonly name = 'bank';
  readonly #open = new Set<string>();

  next({ random, keys, readShare }: Draw): Call {
    const isRead = random.next() < readShare;
    const bank = isRead ? keys.forRead(random) : keys.forWrite(random);
    if (!this.#open.has(bank)) return this.#opening(bank);
    if (isRead) return this.finalRead(bank);
    const from = random.below(ACCOUNTS.length);
    const to = (from + 1 + random.below(ACCOUNTS.length - 1)) % ACCOUNTS.length;
    return transferCall(bank, ACCOUNTS[from] ?? 'a', ACCOUNTS[to] ?? 'b', 1 + random.below(MAX_TRANSFER));
  }

  finalRead(bank: string): Call {
    return {
      op: 'balances',
      key: bank,
      perform: connection =>
        ask(connection, ['MGET', ...ACCOUNTS.map(account => accountKey(bank, account))], reply => {
          const balances = Array.isArray(reply) ? reply : [];
          if (balances.every(balance => balance === null)) return null;
          // A single missing account shows as a balance no model can explain.
          return ACCOUNTS.map((account, index) => `${account}=${balances[index] ?? -1}`);
        }),
    };
  }

  #opening(bank: string): Call {
    const balances = ACCOUNTS.flatMap(account => [accountKey(bank, account), String(OPENING_BALANCE)]);
    return {
      op: 'open',
      key: bank,
      value: ACCOUNTS.map(account => `${account}=${OPENING_BALANCE}`),
      perform: async connection => {
        const outcome = await ask(connection, ['MSETNX', ...balances], reply => reply === 1);
        if (this.#open.size >= MAX_REMEMBERED) this.#open.clear();
        if (outcome.kind === 'ok') this.#open.add(bank);
        return outcome;
      },
    };
  }
}

/** The keys a bank is made of, for cleaning up. */
export const accountKeysOf = (bank: string): readonly string[] =>
  ACCOUNTS.map(account => accountKey(bank, account));

const transferCall = (bank: string, from: string, to: string, amount: number): Call => {
  const value: Operation['value'] = [from, to, String(amount)];
  const perform = (connection: ClientConnection): Promise<CallOutcome> =>
    transfer(connection, accountKey(bank, from), accountKey(bank, to), amount);
  return { op: 'transfer', key: bank, value, perform };
};

async function transfer(
  connection: ClientConnection,
  from: string,
  to: string,
  amount: number,
): Promise<CallOutcome> {
  const watched = await prepare(connection, ['WATCH', from, to]);
  if ('refused' in watched) return watched.refused;
  const present = await prepare(connection, ['GET', from]);
  if ('refused' in present) return present.refused;
  if (Number(plain(present.reply) ?? 0) < amount) {
    await connection.execute(['UNWATCH']);
    return { kind: 'ok', output: false };
  }
  const outcome = await transact(connection, [
    ['DECRBY', from, amount],
    ['INCRBY', to, amount],
  ]);
  if (outcome.kind !== 'done') return outcome;
  return outcome.replies === null ? CONFLICT : { kind: 'ok', output: true };
}
