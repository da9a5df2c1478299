/**
 * When a condition holds, what is said when it does not, and how long is waited for it.
 *
 * @module
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createInterpreter } from '../../src/chaos/interpreter.js';
import type { KvResult } from '../../src/runtime/control.js';
import type { NodeState } from '../../src/runtime/status.js';
import { FakeControl, kvResult } from './fake-control.js';

const test = suite('conditions');

/** A cluster whose clock is moved by sleeping only; `at` schedules a change. */
const start = (size = 5) => {
  const control = new FakeControl(size);
  let now = 0;
  const changes: { atMs: number; change: () => void }[] = [];
  const sleep = async (ms: number): Promise<void> => {
    now += ms;
    for (const { change } of changes.filter(({ atMs }) => atMs <= now)) change();
  };
  const interpreter = createInterpreter(control, { seed: 1, now: () => now, sleep });
  return {
    control,
    expect: (text: string) => interpreter.execute(`expect ${text}`),
    execute: (line: string) => interpreter.execute(line),
    at: (atMs: number, change: () => void) => void changes.push({ atMs, change }),
    elapsed: () => now,
  };
};

/** How a cluster differs from a calm one; lists by node. */
interface Setup {
  readonly leader?: number | null;
  readonly term?: number;
  readonly states?: Readonly<Record<number, NodeState>>;
  readonly applied?: Readonly<Record<number, number>>;
  readonly hashes?: Readonly<Record<number, string>>;
  readonly hashedIndexes?: Readonly<Record<number, number>>;
  readonly rafts?: Readonly<Record<number, { readonly leader: number }>>;
  readonly answer?: Partial<KvResult>;
}

const arrange = (control: FakeControl, setup: Setup): void => {
  const { leader, term, answer, states, applied, hashes, hashedIndexes, rafts } = setup;
  if (leader !== undefined) control.leader = leader;
  if (term !== undefined) control.term = term;
  if (answer !== undefined) control.answer = () => kvResult(answer);
  Object.assign(control.states, states);
  Object.assign(control.applied, applied);
  Object.assign(control.hashes, hashes);
  Object.assign(control.hashedIndexes, hashedIndexes);
  Object.assign(control.rafts, rafts);
};

const CALM: Setup = {};
const LEADER_2: Setup = { leader: 2 };
const NO_LEADER: Setup = { leader: null };
const ODD_HASH: Setup = { hashes: { 2: 'bb' } };
const ODD_HASH_SEEN = 'at index 1: node 0 has aa, node 1 has aa, node 2 has bb, node 3 has aa, node 4 has aa';

/** Each condition with a cluster where it holds, one where it does not, and what is seen there. */
const CASES: readonly (readonly [condition: string, holds: Setup, fails: Setup, seen: string])[] = [
  ['leader', LEADER_2, NO_LEADER, 'no leader, term 1'],
  ['no leader', NO_LEADER, LEADER_2, 'leader 2, term 1'],
  ['leader is 2', LEADER_2, CALM, 'leader 0, term 1'],
  ['leader is not 2', CALM, LEADER_2, 'leader 2, term 1'],
  ['leader is not 2', CALM, NO_LEADER, 'no leader, term 1'],
  ['node 2 is follower', CALM, LEADER_2, 'node 2 is up, leader'],
  ['node 2 is follower', CALM, { states: { 2: 'down' } }, 'node 2 is down'],
  ['node 2 is not leader', CALM, LEADER_2, 'node 2 is up, leader'],
  ['node 2 is down', { states: { 2: 'down' } }, CALM, 'node 2 is up, follower'],
  ['term >= 3', { term: 3 }, { term: 2 }, 'term is 2'],
  ['term < 3', { term: 2 }, { term: 3 }, 'term is 3'],
  ['term <= 3', { term: 3 }, { term: 4 }, 'term is 4'],
  ['term != 3', { term: 2 }, { term: 3 }, 'term is 3'],
  ['commit = 8', { applied: { 4: 8 } }, CALM, 'commit is 1'],
  ['applied of 4 > 7', { applied: { 4: 8 } }, { applied: { 3: 8 } }, 'applied of 4 is 1'],
  ['up <= 4', { states: { 0: 'paused' } }, CALM, 'up is 5'],
  ['converged', CALM, { applied: { 2: 0 } }, 'commit 1; node 2 applied 0, leader 0'],
  ['converged', { states: { 2: 'down' }, applied: { 2: 0 } }, NO_LEADER, 'no leader, term 1'],
  ['converged', CALM, { rafts: { 1: { leader: 3 } } }, 'commit 1; node 1 applied 1, leader 3'],
  ['converged', CALM, ODD_HASH, ODD_HASH_SEEN],
  ['converged', CALM, { hashedIndexes: { 3: 0 } }, 'the state of node 3 is hashed up to index 0'],
  ['state hashes equal', { ...ODD_HASH, hashedIndexes: { 2: 0 } }, ODD_HASH, ODD_HASH_SEEN],
  ['state hashes equal', { ...ODD_HASH, applied: { 2: 0 } }, ODD_HASH, ODD_HASH_SEEN],
  [
    'state hashes equal',
    CALM,
    { applied: { 0: 1, 1: 2, 2: 3, 3: 4, 4: 5 } },
    'no two nodes applied equally far',
  ],
  ['available', CALM, { answer: { ok: false, text: 'no quorum' } }, 'a write failed: no quorum'],
  ['unavailable', { answer: { ok: false } }, CALM, 'a write was acknowledged'],
  ['value of k is 2', { answer: { value: '2' } }, { answer: { value: '3' } }, 'k is 3'],
  ['value of k is 2', { answer: { value: '2' } }, CALM, 'k is missing'],
  ['value of k is missing', CALM, { answer: { value: '3' } }, 'k is 3'],
  ['value of k is not 2', CALM, { answer: { value: '2' } }, 'k is 2'],
  ['value of k is not 2', CALM, { answer: { ok: false, text: 'no leader' } }, 'the read failed: no leader'],
];

for (const [condition, holds, fails, seen] of CASES) {
  test(`${condition}: holds, and fails with «${seen}»`, async () => {
    const good = start();
    arrange(good.control, holds);
    const passed = await good.expect(condition);
    assert.is(passed.kind, 'done', passed.text);
    const bad = start();
    arrange(bad.control, fails);
    assert.equal(await bad.expect(condition), {
      kind: 'failed',
      text: `expected ${condition}; seen: ${seen}`,
      code: 'expectation-failed',
    });
  });
}

test('available via a node asks that node', async () => {
  const { control, expect } = start();
  await expect('available via 3');
  assert.equal(control.calls, ['kv ["DEL","raftkv:probe"] 3']);
});

test('a store that throws is unavailable', async () => {
  const { control, expect } = start();
  control.answer = () => {
    throw new Error('node 3 is down');
  };
  assert.is((await expect('unavailable')).kind, 'done');
  assert.match((await expect('available')).text, /seen: a write failed: node 3 is down$/);
});

test('within waits until it holds, and no longer', async () => {
  const { control, expect, at, elapsed } = start();
  control.leader = null;
  at(400, () => arrange(control, LEADER_2));
  const result = await expect('leader is 2 within 5s');
  assert.is(result.kind, 'done', result.text);
  assert.ok(elapsed() >= 400 && elapsed() < 500, `${elapsed()}`);
});

test('within fails after the time with what was seen last', async () => {
  const { control, expect, elapsed } = start();
  control.leader = null;
  const result = await expect('leader within 300ms');
  assert.is(result.text, 'expected leader within 300ms; seen: no leader, term 1');
  assert.ok(elapsed() >= 300 && elapsed() < 400, `${elapsed()}`);
});

test('for fails as soon as it does not hold', async () => {
  const { control, expect, at, elapsed } = start();
  at(400, () => arrange(control, NO_LEADER));
  const result = await expect('leader for 2s');
  assert.is(result.text, 'expected leader for 2s; seen: no leader, term 1');
  assert.ok(elapsed() < 500, `${elapsed()}`);
  const calm = start();
  assert.is((await calm.expect('leader for 2s')).kind, 'done');
  assert.ok(calm.elapsed() >= 2000);
});

test('writes that are never answered do not pass for available', async () => {
  const { control, expect } = start();
  control.answer = () => new Promise(() => undefined);
  const result = await expect('available within 300ms');
  assert.is(result.text, 'expected available within 300ms; seen: no answer in this time');
});

test('an answer that comes too late does not count', async () => {
  const { control, expect, at } = start();
  let answerLate: () => void = () => undefined;
  control.answer = () =>
    new Promise(resolve => {
      answerLate = () => resolve(kvResult({}));
    });
  at(350, () => answerLate());
  assert.is((await expect('available within 300ms')).kind, 'failed');
});

test('wait until times out with its own code', async () => {
  const { control, execute } = start();
  control.leader = null;
  const result = await execute('wait until leader within 1s');
  assert.equal(result, {
    kind: 'failed',
    text: 'waited for leader within 1s; seen: no leader, term 1',
    code: 'timeout',
  });
});

test.run();
