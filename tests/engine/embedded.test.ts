/**
 * Several fronts share one node without mixing up their batches.
 *
 * @module
 */
import * as assert from 'node:assert/strict';
import { suite } from 'uvu';
import { EmbeddedEngines, type EmbeddedNode } from '../../src/engine/embedded.js';
import type { BatchId, Outcome } from '../../src/engine/engine.js';
import { BatchBuilder } from '../../src/kv/batch-builder.js';

const embedded = suite('embedded engine');

interface Setup {
  readonly engines: EmbeddedEngines;
  readonly submitted: BatchId[];
  readonly read: BatchId[];
  nowMs: number;
}

function setUp(): Setup {
  const submitted: BatchId[] = [];
  const read: BatchId[] = [];
  const node: EmbeddedNode = {
    submit: id => submitted.push(id),
    read: id => read.push(id),
    observe: () => undefined,
    leader: () => ({ node: 1, host: 'h', port: 5002 }),
    describe: () => ({ term: 3 }),
  };
  const setup: Setup = { engines: new EmbeddedEngines(node, () => setup.nowMs), submitted, read, nowMs: 0 };
  return setup;
}

const done = (id: BatchId, replies: readonly string[]): Outcome => ({
  kind: 'done',
  id,
  replies,
  index: 5,
  term: 2,
});

embedded('each front gets its own outcomes, under its own ids', () => {
  const { engines, submitted, read } = setUp();
  const first = engines.open();
  const second = engines.open();
  const got: [string, Outcome][] = [];
  first.onOutcome(outcome => got.push(['first', outcome]));
  second.onOutcome(outcome => got.push(['second', outcome]));
  first.submit(1, new BatchBuilder());
  second.submit(1, new BatchBuilder());
  first.read(2, [['GET', 'k']], 'linearizable');
  const [one, two] = submitted;
  const [three] = read;
  assert.ok(one !== undefined && two !== undefined && three !== undefined);
  assert.equal(new Set([one, two, three]).size, 3);
  engines.settle(done(two, ['b']));
  engines.settle({ kind: 'unknown', id: three, message: 'late' });
  engines.settle(done(one, ['a']));
  assert.deepEqual(got, [
    ['second', done(1, ['b'])],
    ['first', { kind: 'unknown', id: 2, message: 'late' }],
    ['first', done(1, ['a'])],
  ]);
  assert.equal(engines.pendingCount, 0);
});

embedded('an outcome nobody waits for is nobody’s', () => {
  const { engines } = setUp();
  const outcomes: Outcome[] = [];
  engines.open().onOutcome(outcome => outcomes.push(outcome));
  engines.settle(done(77, ['x']));
  assert.deepEqual(outcomes, []);
});

embedded('commands that were done are counted, with the time they took', () => {
  const setup = setUp();
  const engine = setup.engines.open();
  engine.submit(1, new BatchBuilder());
  engine.submit(2, new BatchBuilder());
  engine.read(3, [['GET', 'k']], 'stale');
  setup.nowMs = 8;
  const [one = 0, two = 0] = setup.submitted;
  setup.engines.settle(done(one, ['a', 'b', 'c']));
  setup.engines.settle({ kind: 'refused', id: two, code: 'no-leader', message: 'none' });
  setup.engines.settle(done(setup.read[0] ?? 0, ['v']));
  assert.deepEqual([setup.engines.writes, setup.engines.reads], [3, 1]);
  const counts = setup.engines.writeLatency.take();
  assert.equal(
    counts?.reduce((total, count) => total + count, 0),
    3,
  );
});

embedded('leader and description are the node’s', () => {
  const engine = setUp().engines.open();
  assert.deepEqual(engine.leader(), { node: 1, host: 'h', port: 5002 });
  assert.deepEqual(engine.describe(), { term: 3 });
});

embedded.run();
