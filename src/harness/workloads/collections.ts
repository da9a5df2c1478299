/**
 * Counters, lists and sets: what is added must be there once, and stay.
 *
 * @module
 */
import { plain } from '../../client/index.js';
import { ask, type Call, type Draw, stringOrNull, strings, transact, type Workload } from './workload.js';

/** One counter a key; every increment is told the value it made. */
export class CounterWorkload implements Workload {
  readonly name = 'counter';

  next({ random, keys, readShare }: Draw): Call {
    if (random.next() < readShare) return this.finalRead(keys.forRead(random));
    const key = keys.forWrite(random);
    const amount = 1 + random.below(5);
    return {
      op: 'incr',
      key,
      value: amount,
      perform: connection => ask(connection, ['INCRBY', key, amount], Number),
    };
  }

  finalRead(key: string): Call {
    return { op: 'get', key, perform: connection => ask(connection, ['GET', key], stringOrNull) };
  }
}

/** Unique elements pushed to lists; half of the pushes read the list in the same transaction. */
export class ListAppendWorkload implements Workload {
  readonly name = 'list-append';

  next({ random, keys, readShare, token }: Draw): Call {
    if (random.next() < readShare) return this.finalRead(keys.forRead(random));
    const key = keys.forWrite(random);
    if (random.next() < 0.5) {
      return {
        op: 'rpush',
        key,
        value: [token],
        perform: connection => ask(connection, ['RPUSH', key, token], Number),
      };
    }
    return { op: 'rpush', key, value: [token], perform: connection => pushAndRead(connection, key, token) };
  }

  finalRead(key: string): Call {
    return {
      op: 'lrange',
      key,
      perform: connection => ask(connection, ['LRANGE', key, 0, -1], strings),
    };
  }
}

const pushAndRead: (
  ...args: [...Parameters<Call['perform']>, string, string]
) => ReturnType<Call['perform']> = async (connection, key, token) => {
  const outcome = await transact(connection, [
    ['RPUSH', key, token],
    ['LRANGE', key, 0, -1],
  ]);
  if (outcome.kind !== 'done') return outcome;
  const list = outcome.replies?.[1];
  if (list?.kind !== 'array') return { kind: 'unknown', error: 'no-list' };
  return { kind: 'ok', output: strings(plain(list)) };
};

/** Unique members added to sets. */
export class SetAddWorkload implements Workload {
  readonly name = 'set-add';

  next({ random, keys, readShare, token }: Draw): Call {
    if (random.next() < readShare) return this.finalRead(keys.forRead(random));
    const key = keys.forWrite(random);
    return {
      op: 'sadd',
      key,
      value: [token],
      perform: connection => ask(connection, ['SADD', key, token], Number),
    };
  }

  finalRead(key: string): Call {
    return { op: 'smembers', key, perform: connection => ask(connection, ['SMEMBERS', key], strings) };
  }
}
