/**
 * Registers: get, put and compare-and-set. Every value is written once.
 *
 * @module
 */
import { type ClientConnection, plain } from '../../client/index.js';
import { sizedValue, tokenOf } from './sized-value.js';
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

/** Of the writes, the share that compare first. */
const SWAP_SHARE = 0.3;
/** Compare-and-set needs a value to expect: the last ones seen, by key. */
const MAX_REMEMBERED = 10_000;

const readValue = (reply: ReturnType<typeof plain>): string | null =>
  reply === null ? null : tokenOf(String(reply));

export class RegisterWorkload implements Workload {
  readonly name: string = 'register';
  readonly #lastSeen = new Map<string, string>();

  next(draw: Draw): Call {
    const { random, keys, readShare } = draw;
    if (random.next() < readShare) return this.read(keys.forRead(random));
    const key = keys.forWrite(random);
    const expected = this.#lastSeen.get(key);
    if (expected === undefined || random.next() >= SWAP_SHARE) return this.write(key, draw);
    return this.#swap(key, expected, draw);
  }

  finalRead(key: string): Call {
    return this.read(key);
  }

  read(key: string): Call {
    return {
      op: 'get',
      key,
      perform: async connection => {
        const outcome = await ask(connection, ['GET', key], readValue);
        if (outcome.kind === 'ok' && typeof outcome.output === 'string') this.#see(key, outcome.output);
        return outcome;
      },
    };
  }

  write(key: string, { token, valueBytes }: Draw): Call {
    return {
      op: 'put',
      key,
      value: token,
      perform: async connection => {
        const outcome = await ask(connection, ['SET', key, sizedValue(token, valueBytes)], () => 'OK');
        if (outcome.kind === 'ok') this.#see(key, token);
        return outcome;
      },
    };
  }

  #swap(key: string, expected: string, { token, valueBytes, swap }: Draw): Call {
    const from = sizedValue(expected, valueBytes);
    const to = sizedValue(token, valueBytes);
    const perform = swap === 'ifeq' ? swapAtOnce : swapWatched;
    return {
      op: 'cas',
      key,
      value: [expected, token],
      perform: async connection => {
        const outcome = await perform(connection, key, from, to);
        if (outcome.kind === 'ok' && outcome.output === true) this.#see(key, token);
        else this.#lastSeen.delete(key);
        return outcome;
      },
    };
  }

  #see(key: string, token: string): void {
    if (this.#lastSeen.size >= MAX_REMEMBERED) this.#lastSeen.clear();
    this.#lastSeen.set(key, token);
  }
}

const swapAtOnce = (
  connection: ClientConnection,
  key: string,
  from: string,
  to: string,
): Promise<CallOutcome> => ask(connection, ['SET', key, to, 'IFEQ', from], reply => reply !== null);

async function swapWatched(
  connection: ClientConnection,
  key: string,
  from: string,
  to: string,
): Promise<CallOutcome> {
  const watched = await prepare(connection, ['WATCH', key]);
  if ('refused' in watched) return watched.refused;
  const present = await prepare(connection, ['GET', key]);
  if ('refused' in present) return present.refused;
  if (plain(present.reply) !== from) {
    await connection.execute(['UNWATCH']);
    return { kind: 'ok', output: false };
  }
  const outcome = await transact(connection, [['SET', key, to]]);
  if (outcome.kind !== 'done') return outcome;
  return outcome.replies === null ? CONFLICT : { kind: 'ok', output: true };
}

/** Writes only. */
export class PutWorkload extends RegisterWorkload {
  override readonly name = 'put';
  override next(draw: Draw): Call {
    return this.write(draw.keys.forWrite(draw.random), draw);
  }
}

/** Reads only, of what others wrote. */
export class GetWorkload extends RegisterWorkload {
  override readonly name = 'get';
  override next({ keys, random }: Draw): Call {
    return this.read(keys.forRead(random));
  }
}

/** Every write is followed by a read of the same key. */
export class PutThenGetWorkload extends RegisterWorkload {
  override readonly name = 'put-then-get';
  #justWritten: string | null = null;
  override next(draw: Draw): Call {
    const key = this.#justWritten;
    this.#justWritten = null;
    if (key !== null) return this.read(key);
    this.#justWritten = draw.keys.forWrite(draw.random);
    return this.write(this.#justWritten, draw);
  }
}
