/**
 * Random commands over few keys and small values, repeatable by seed.
 *
 * @module
 */
import type { Words } from './replica.js';

type Draw = (bound: number) => number;
type Pick = <T>(from: readonly T[]) => T;

/** Mulberry32. */
export function seededDraw(seed: number): Draw {
  let state = seed | 0;
  return bound => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % bound;
  };
}

const KEYS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const FIELDS = ['f1', 'f2', 'f3', 'f4'];
const VALUES = ['1', '-7', '42', 'abc', '', '10.5', 'xyz', '9223372036854775800'];
const POSITIONS = ['0', '1', '2', '5', '-1', '-2', '-5', '100'];
const SECONDS = ['1000', '2000', '3000'];

type Template = (key: () => string, pick: Pick) => Words;

const TEMPLATES: readonly Template[] = [
  (key, pick) => ['set', key(), pick(VALUES)],
  (key, pick) => ['set', key(), pick(VALUES), pick(['nx', 'xx', 'get', 'keepttl'])],
  (key, pick) => ['set', key(), pick(VALUES), 'ex', pick(SECONDS)],
  key => ['get', key()],
  (key, pick) => ['getset', key(), pick(VALUES)],
  key => ['getdel', key()],
  (key, pick) => ['append', key(), pick(VALUES)],
  key => ['incr', key()],
  (key, pick) => ['incrby', key(), pick(VALUES)],
  (key, pick) => ['decrby', key(), pick(VALUES)],
  (key, pick) => ['setrange', key(), pick(POSITIONS), pick(VALUES)],
  (key, pick) => ['getrange', key(), pick(POSITIONS), pick(POSITIONS)],
  (key, pick) => ['setbit', key(), pick(POSITIONS), pick(['0', '1'])],
  key => ['bitcount', key()],
  (key, pick) => ['mset', key(), pick(VALUES), key(), pick(VALUES)],
  (key, pick) => ['msetnx', key(), pick(VALUES), key(), pick(VALUES)],
  key => ['mget', key(), key(), key()],
  key => ['del', key(), key()],
  key => ['exists', key(), key()],
  key => ['type', key()],
  key => ['rename', key(), key()],
  key => ['renamenx', key(), key()],
  key => ['copy', key(), key(), 'replace'],
  (key, pick) => ['expire', key(), pick(SECONDS), pick(['nx', 'xx', 'gt', 'lt'])],
  key => ['persist', key()],
  key => ['ttl', key()],
  (key, pick) => [pick(['lpush', 'rpush']), key(), pick(VALUES), pick(VALUES)],
  (key, pick) => [pick(['lpop', 'rpop']), key()],
  (key, pick) => [pick(['lpop', 'rpop']), key(), pick(POSITIONS)],
  (key, pick) => ['lrange', key(), pick(POSITIONS), pick(POSITIONS)],
  (key, pick) => ['lindex', key(), pick(POSITIONS)],
  (key, pick) => ['hset', key(), pick(FIELDS), pick(VALUES), pick(FIELDS), pick(VALUES)],
  (key, pick) => ['hdel', key(), pick(FIELDS), pick(FIELDS)],
  (key, pick) => ['hincrby', key(), pick(FIELDS), pick(VALUES)],
  key => ['hgetall', key()],
  (key, pick) => ['sadd', key(), pick(VALUES), pick(VALUES)],
  (key, pick) => ['srem', key(), pick(VALUES), pick(VALUES)],
  key => ['smembers', key()],
  () => ['dbsize'],
  () => ['keys', '*'],
];

/** FLUSHALL comes only now and then, or the store would stay small. */
export function randomCommands(seed: number, count: number): Words[] {
  const draw = seededDraw(seed);
  const pick = <T>(from: readonly T[]): T => {
    const chosen = from[draw(from.length)];
    if (chosen === undefined) throw new Error('nothing to pick from');
    return chosen;
  };
  const key = () => pick(KEYS);
  return Array.from({ length: count }, () => (draw(500) === 0 ? ['flushall'] : pick(TEMPLATES)(key, pick)));
}
