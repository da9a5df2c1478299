/**
 * The matrices behind partition, bridge and ring, and what a shape leaves alone.
 *
 * @module
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createInterpreter } from '../../src/chaos/interpreter.js';
import { bridgeMatrix, partitionMatrix, ringMatrix } from '../../src/chaos/shapes.js';
import { FakeControl } from './fake-control.js';

const test = suite('network shapes');

/** `01 23`: who sees whom, as groups of digits a row. */
const seen = (matrix: readonly (readonly number[])[]): string =>
  matrix.map(row => row.flatMap((cut, to) => (cut === 0 ? [to] : [])).join('')).join(' ');

const range = (size: number) => Array.from({ length: size }, (_, i) => i);

test('a partition keeps each group together', () => {
  assert.is(
    seen(
      partitionMatrix(5, [
        [0, 1],
        [2, 3, 4],
      ]),
    ),
    '01 01 234 234 234',
  );
  assert.is(seen(partitionMatrix(4, [[0, 1]])), '01 01 2 3');
});

test('a bridge is seen by both halves, which do not see each other', () => {
  assert.is(seen(bridgeMatrix(5, range(5), 2)), '012 012 01234 234 234');
  assert.is(seen(bridgeMatrix(5, range(5), 0)), '01234 012 012 034 034');
  assert.is(seen(bridgeMatrix(4, range(4), 2)), '02 123 0123 123');
});

test('in a ring every node sees a majority, no two the same, links go both ways', () => {
  assert.is(seen(ringMatrix(5, range(5))), '014 012 123 234 034');
  for (let size = 4; size <= 12; size++) {
    const matrix = ringMatrix(size, range(size));
    const rows = seen(matrix).split(' ');
    assert.is(new Set(rows).size, size, `size ${size}`);
    for (const [from, row] of matrix.entries()) {
      const visible = row.filter(cut => cut === 0).length;
      assert.ok(visible > size / 2 && visible < size, `size ${size}: ${visible}`);
      for (const [to, cut] of row.entries()) assert.is(cut, matrix[to]?.[from]);
    }
  }
});

const CASES: readonly (readonly [line: string, leader: number, seen: string])[] = [
  ['partition 0,1 | 2,3,4', 0, '01 01 234 234 234'],
  ['partition leader', 2, '0134 0134 2 0134 0134'],
  ['partition majority', 4, '014 014 23 23 014'],
  ['partition minority', 4, '04 123 123 123 04'],
  ['partition 4', 4, '0124 0124 0124 3 0124'],
  ['partition 5', 4, '01234 01234 01234 01234 01234'],
  ['partition leader,3', 1, '024 13 024 13 024'],
  ['partition 3,0', 1, '03 124 124 03 124'],
  ['isolate leader', 1, '0234 1 0234 0234 0234'],
  ['bridge', 1, '012 012 01234 234 234'],
  ['bridge leader', 0, '01234 012 012 034 034'],
  ['ring', 1, '014 012 123 234 034'],
];

for (const [line, leader, wanted] of CASES) {
  test(`${line} with leader ${leader}`, async () => {
    const control = new FakeControl(5);
    control.leader = leader;
    const result = await createInterpreter(control).execute(line);
    assert.is(result.kind, 'done', result.text);
    assert.is(seen(control.matrix()), wanted);
  });
}

test('shapes leave delays alone, replace each other, and isolate adds up', async () => {
  const control = new FakeControl(5);
  const interpreter = createInterpreter(control);
  for (const line of ['delay 0 1 50', 'partition leader', 'ring', 'isolate 0', 'isolate 1']) {
    assert.is((await interpreter.execute(line)).kind, 'done', line);
  }
  assert.is(seen(control.matrix()), '0 1 23 234 34');
  assert.is(control.status().links[1]?.faults.delayMs, 50);
  await interpreter.execute('heal');
  assert.is(control.status().links[1]?.faults.delayMs, 0);
});

test('a removed node belongs to no side', async () => {
  const control = new FakeControl(5);
  control.states[3] = 'removed';
  assert.is((await createInterpreter(control).execute('partition 0,1')).kind, 'done');
  assert.is(seen(control.matrix()), '01 01 24 3 24');
});

test('a random partition has two sides, never an empty one', async () => {
  const control = new FakeControl(3);
  const interpreter = createInterpreter(control, { seed: 5 });
  const shapes = new Set<string>();
  for (let i = 0; i < 40; i++) {
    await interpreter.execute('partition random');
    shapes.add(seen(control.matrix()));
  }
  assert.equal([...shapes].sort(), ['0 12 12', '01 01 2', '02 1 02']);
});

test('too few nodes for a shape is said so', async () => {
  const two = createInterpreter(new FakeControl(2));
  assert.match((await two.execute('bridge')).text, /a bridge needs at least 3 nodes/);
  assert.match((await two.execute('partition minority')).text, /a minority needs at least 3 nodes/);
  const three = createInterpreter(new FakeControl(3));
  assert.match((await three.execute('ring')).text, /a ring needs at least 4 nodes/);
  const one = createInterpreter(new FakeControl(1));
  assert.match((await one.execute('partition random')).text, /a partition needs at least 2 nodes/);
});

test.run();
