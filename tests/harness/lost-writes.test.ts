/** Acknowledged writes that the last reads do not show. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findLostWrites } from '../../src/harness/lost-writes.js';

const test = suite('lost writes');

const folder = mkdtempSync(join(tmpdir(), 'raftkv-lost-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

type Line = Readonly<Record<string, unknown>>;
let clock = 0;
/** Each line is called after the one before returned, unless it says otherwise. */
const done = (op: string, value: unknown, output: unknown, more: Line = {}): Line => {
  clock += 10;
  const argument = value === undefined ? {} : { value };
  const times = { call_ns: clock, return_ns: clock + 5 };
  return { client: 1, op, key: 'k', ...argument, output, ok: true, ...times, ...more };
};
const final = (op: string, output: unknown): Line => done(op, undefined, output, { phase: 'final' });
const lostIn = (...lines: readonly Line[]): readonly string[] => {
  const path = join(folder, 'history.jsonl');
  writeFileSync(path, `${lines.map(line => JSON.stringify(line)).join('\n')}\n`);
  return findLostWrites(path).map(({ text }) => text);
};

test('a register that ends with an older value has lost what came after it', () => {
  const writes = [done('put', 'a', 'OK'), done('put', 'b', 'OK'), done('cas', ['b', 'c'], true)];
  assert.equal(lostIn(...writes, final('get', 'c')), []);
  assert.is(lostIn(...writes, final('get', 'a')).length, 2);
  assert.is(lostIn(...writes, final('get', null)).length, 3);
  assert.is(lostIn(...writes, final('get', 'of nobody')).length, 1);
});

test('writes that overlap may end either way, and unknown or refused ones may be missing', () => {
  const early = done('put', 'a', 'OK', { return_ns: 1e6 });
  const late = done('put', 'b', 'OK', { return_ns: 1e6 });
  assert.equal(lostIn(early, late, final('get', 'a')), []);
  const unknown = done('put', 'x', undefined, { ok: 'unknown', return_ns: null });
  assert.equal(lostIn(done('put', 'a', 'OK'), unknown, final('get', 'a')), []);
  assert.equal(lostIn(done('put', 'a', 'OK'), unknown, final('get', 'x')), []);
  assert.equal(lostIn(done('put', 'a', 'OK'), done('cas', ['z', 'y'], false), final('get', 'a')), []);
});

test('elements of lists and sets, increments, and money', () => {
  const pushes = [done('rpush', ['a'], 1), done('rpush', ['b'], ['a', 'b'])];
  assert.equal(lostIn(...pushes, final('lrange', ['a', 'b'])), []);
  assert.match(lostIn(...pushes, final('lrange', ['b']))[0] ?? '', /rpush \["a"\] was acknowledged/);
  assert.is(lostIn(done('sadd', ['m'], 1), final('smembers', [])).length, 1);
  const increments = [done('incr', 2, 2), done('incr', 3, 5)];
  assert.equal(lostIn(...increments, final('get', '5')), []);
  assert.equal(lostIn(...increments, final('get', '9')), [], 'unknown increments may add');
  assert.match(lostIn(...increments, final('get', '3'))[0] ?? '', /by 5 were acknowledged; the counter is 3/);
  const opened = done('open', ['a=5', 'b=5'], true);
  assert.equal(lostIn(opened, final('balances', ['a=1', 'b=9'])), []);
  assert.match(lostIn(opened, final('balances', ['a=1', 'b=8']))[0] ?? '', /opened with 10 and ends with 9/);
});

test('a key that was not read at the end says nothing', () => {
  assert.equal(lostIn(done('put', 'a', 'OK'), done('get', undefined, null)), []);
});

test.run();
