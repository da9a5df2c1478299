/**
 * Short random histories of one key, about half of them right: an answer is either what some order of the calls so far would give or
 * drawn at random.
 *
 * @module
 */
import { checkLinearizable, type Operation } from '../../src/harness/check.js';
import { bruteForce, type ModelName } from './brute-force.js';

export const MODEL_NAMES: readonly ModelName[] = ['register', 'list', 'set', 'bank'];

type Random = (below: number) => number;

/** Small seeded generator: the histories are the same on every run. */
export function randomSource(seed: number): Random {
  let state = seed;
  return below => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

type Draft = Pick<Operation, 'op'> & Partial<Pick<Operation, 'value' | 'output'>>;

function registerDraft(random: Random): Draft {
  const value = `${random(3)}`;
  switch (random(8)) {
    case 0:
    case 1:
      return { op: 'put', value };
    case 2:
      return {
        op: 'cas',
        value: [value, `${random(3)}`],
        ...(random(4) === 0 ? {} : { output: random(3) > 0 }),
      };
    case 3:
      return { op: 'del', ...(random(3) === 0 ? {} : { output: random(2) }) };
    case 4:
      return { op: 'append', value, ...(random(2) === 0 ? {} : { output: 1 + random(3) }) };
    case 5:
      return { op: 'incr', output: 1 + random(3), ...(random(2) === 0 ? {} : { value: 1 + random(2) }) };
    default:
      return { op: 'get', output: random(4) === 0 ? null : value };
  }
}

const ITEMS = ['x', 'y', 'z'] as const;
const some = (random: Random, most: number): string[] =>
  Array.from({ length: random(most + 1) }, () => ITEMS[random(3)] ?? 'x');

function listDraft(random: Random): Draft {
  const items = some(random, 1).concat(ITEMS[random(3)] ?? 'x');
  switch (random(4)) {
    case 0:
      return { op: 'rpush', value: items, output: 1 + random(4) };
    case 1:
      return { op: 'rpush', value: items, output: [...some(random, 2), ...(random(5) === 0 ? [] : items)] };
    case 2:
      return {
        op: 'rpush',
        value: ITEMS[random(3)] ?? 'x',
        ...(random(2) === 0 ? {} : { output: 1 + random(3) }),
      };
    default:
      return { op: 'lrange', output: some(random, 3) };
  }
}

function setDraft(random: Random): Draft {
  if (random(3) === 0) return { op: 'smembers', output: [...new Set(some(random, 3))] };
  const value = some(random, 1).concat(ITEMS[random(3)] ?? 'x');
  return { op: 'sadd', value, ...(random(3) === 0 ? {} : { output: random(3) }) };
}

const NAMES = ['a', 'b', 'c'] as const;
/** Two accounts with four coins in all, a third of transfers to an account that is not there or to the same one. */
function bankDraft(random: Random): Draft {
  switch (random(5)) {
    case 0:
      return { op: 'open', value: ['a=3', 'b=1'], ...(random(4) === 0 ? {} : { output: random(4) > 0 }) };
    case 1: {
      const a = random(5);
      return { op: 'balances', output: random(6) === 0 ? null : [`a=${a}`, `b=${4 - a}`] };
    }
    default: {
      const value = [NAMES[random(2)] ?? 'a', NAMES[random(3)] ?? 'b', `${1 + random(3)}`];
      return { op: 'transfer', value, ...(random(5) === 0 ? {} : { output: random(4) > 0 }) };
    }
  }
}

const DRAFTS: Readonly<Record<ModelName, (random: Random) => Draft>> = {
  register: registerDraft,
  list: listDraft,
  set: setDraft,
  bank: bankDraft,
};

function randomHistory(model: ModelName, random: Random): Operation[] {
  return Array.from({ length: 1 + random(8) }, (_, client): Operation => {
    const callNs = random(12);
    const returnNs = callNs + 1 + random(8);
    const { output, ...draft } = DRAFTS[model](random);
    const base = { client, key: 'k', ...draft, callNs };
    const outcome = random(12);
    if (outcome < 2) return { ...base, ok: 'unknown', returnNs: null };
    if (outcome === 2) return { ...base, ok: false, returnNs };
    return { ...base, ...(output === undefined ? {} : { output }), ok: true, returnNs };
  });
}

/** Compares `count` histories with brute force. @returns how many were not linearizable @throws Error at the first difference */
export function compareWithBruteForce(model: ModelName, count: number, seed: number): number {
  const random = randomSource(seed);
  let bad = 0;
  for (let round = 0; round < count; round += 1) {
    const history = randomHistory(model, random);
    const expected = bruteForce(history, model);
    const { verdict } = checkLinearizable(history, { explain: false });
    if (!expected) bad += 1;
    if (verdict !== (expected ? 'linearizable' : 'not-linearizable')) {
      throw new Error(`${model}: ${verdict}, but brute force says ${expected}: ${JSON.stringify(history)}`);
    }
  }
  return bad;
}
