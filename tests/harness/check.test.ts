/** The linearizability checker: hand-made histories, brute force, and size. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkLinearizable, type Operation } from '../../src/harness/check.js';
import { compareWithBruteForce, randomSource } from './random-histories.js';

const check = suite('linearizability');

type Draft = Partial<Operation> & Pick<Operation, 'op'>;
const operation = (callNs: number, returnNs: number | null, draft: Draft): Operation => ({
  client: 0,
  key: 'k',
  ok: returnNs === null ? 'unknown' : true,
  callNs,
  returnNs,
  ...draft,
});
const verdict = (...history: Operation[]): string => checkLinearizable(history).verdict;

check('a read that follows an acknowledged write must see it', () => {
  const put = operation(0, 1, { op: 'put', value: 'a' });
  assert.is(verdict(put, operation(2, 3, { op: 'get', output: 'a' })), 'linearizable');
  assert.is(verdict(put, operation(2, 3, { op: 'get', output: null })), 'not-linearizable');
});

check('a read that overlaps a write may see either value, but never go back', () => {
  const put = operation(0, 10, { op: 'put', value: 'a' });
  const seen = operation(1, 2, { op: 'get', output: 'a' });
  const missed = operation(3, 4, { op: 'get', output: null });
  assert.is(verdict(put, seen), 'linearizable');
  assert.is(verdict(put, missed), 'linearizable');
  assert.is(verdict(put, seen, missed), 'not-linearizable');
});

check('an unknown write may appear late, or never', () => {
  const put = operation(0, null, { op: 'put', value: 'a' });
  const missed = operation(5, 6, { op: 'get', output: null });
  const seen = operation(7, 8, { op: 'get', output: 'a' });
  assert.is(verdict(put, missed), 'linearizable');
  assert.is(verdict(put, missed, seen), 'linearizable');
  assert.is(verdict(put, seen, operation(9, 10, { op: 'get', output: null })), 'not-linearizable');
});

check('a write that certainly was not executed must not be seen', () => {
  const put = operation(0, 1, { op: 'put', value: 'a', ok: false });
  assert.is(verdict(put, operation(2, 3, { op: 'get', output: 'a' })), 'not-linearizable');
});

check('a token appended twice is caught', () => {
  const append = operation(0, 1, { op: 'append', value: 'x;' });
  assert.is(verdict(append, operation(2, 3, { op: 'get', output: 'x;x;' })), 'not-linearizable');
});

check('two swaps from one value cannot both succeed', () => {
  const put = operation(0, 1, { op: 'put', value: 'a' });
  const first = operation(2, 9, { op: 'cas', value: ['a', 'b'], output: true });
  const second = operation(2, 9, { op: 'cas', value: ['a', 'c'], output: true });
  assert.is(verdict(put, first, second), 'not-linearizable');
  assert.is(verdict(put, first, { ...second, output: false }), 'linearizable');
});

check('lists and sets keep what was pushed', () => {
  const push = operation(0, 1, { op: 'rpush', value: 'a', output: 1 });
  const pushed = operation(2, 3, { op: 'rpush', value: 'b', output: 2 });
  assert.is(verdict(push, pushed, operation(4, 5, { op: 'lrange', output: ['a', 'b'] })), 'linearizable');
  assert.is(verdict(push, pushed, operation(4, 5, { op: 'lrange', output: ['b', 'a'] })), 'not-linearizable');
  const add = operation(0, 1, { op: 'sadd', value: 'a', output: 1 });
  assert.is(verdict(add, operation(2, 3, { op: 'smembers', output: ['a'] })), 'linearizable');
});

check('keys are judged apart, and the violation names its key and the operations that prove it', () => {
  const noise = Array.from({ length: 40 }, (_, i) =>
    operation(i * 10, i * 10 + 5, { op: 'put', key: 'other', value: `${i}` }),
  );
  const history = [
    ...noise,
    ...Array.from({ length: 20 }, (_, i) => operation(i * 10, i * 10 + 5, { op: 'put', value: `${i}` })),
    operation(300, 301, { op: 'get', output: '19' }),
    operation(302, 303, { op: 'get', output: '7' }),
    operation(304, 305, { op: 'get', output: '7' }),
  ];
  const result = checkLinearizable(history);
  assert.is(result.violations.length, 1);
  const [violation] = result.violations;
  assert.is(violation?.key, 'k');
  assert.ok((violation?.operations.length ?? 99) <= 3, violation?.explanation);
  assert.match(violation?.explanation ?? '', /told "7"/);
});

for (const [model, count] of [
  ['register', 30_000],
  ['list', 6_000],
  ['set', 6_000],
  ['bank', 6_000],
] as const) {
  check(`agrees with brute force on ${count} random histories of up to 8 operations: ${model}`, () => {
    const bad = compareWithBruteForce(model, count, 20_26);
    assert.ok(bad > count / 10 && bad < count * 0.9, `the histories must be of both kinds: ${bad} bad`);
  });
}

/** A real register driven by overlapping clients: linearizable by construction. */
function recorded(
  count: number,
  clients: number,
  unknownEvery: number,
  random: (below: number) => number,
): Operation[] {
  const history: Operation[] = [];
  const freeAt = new Array<number>(clients).fill(0);
  let state: string | null = null;
  for (let i = 0; i < count; i += 1) {
    const client = i % clients;
    const at = i * 100;
    const callNs = Math.max(freeAt[client] ?? 0, at - random(clients * 60));
    const returnNs = at + 1 + random(clients * 30);
    freeAt[client] = returnNs + 1;
    const unknown = unknownEvery > 0 && i % unknownEvery === 0;
    if (random(2) === 0) {
      history.push({ ...operation(callNs, returnNs, { op: 'get', output: state }), client });
    } else {
      const value = `v${i}`;
      if (!unknown || random(2) === 0) state = value;
      history.push({ ...operation(callNs, unknown ? null : returnNs, { op: 'put', value }), client });
    }
  }
  return history;
}

check('one hot key with unknown outcomes is decided, and one stale read among thousands is found', () => {
  const history = recorded(20_000, 16, 50, randomSource(7));
  assert.is(checkLinearizable(history).verdict, 'linearizable');
  const stale = history.map((each, i) =>
    i === 15_000
      ? { ...operation(each.callNs, each.returnNs ?? each.callNs + 1, { op: 'get', output: 'v1' }) }
      : each,
  );
  const result = checkLinearizable(stale);
  assert.is(result.verdict, 'not-linearizable');
});

check.run();
