/**
 * A node's clock goes wrong as told, its monotonic clock never goes back.
 *
 * @module
 */
import * as assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import { NodeClock } from '../../src/runtime/node-clock.js';

const clock = suite('node clock');

clock('is off by its offset', () => {
  const node = new NodeClock({ offsetMs: 60_000, rate: 1 });
  assert.ok(Math.abs(node.nowMs() - Date.now() - 60_000) < 20);
  node.set({ offsetMs: -1_000, rate: 1 });
  assert.ok(Math.abs(node.nowMs() - Date.now() + 1_000) < 20);
});

clock('runs at its rate', async () => {
  const fast = new NodeClock({ offsetMs: 0, rate: 10 });
  const stopped = new NodeClock({ offsetMs: 0, rate: 0 });
  const [fastStart, stoppedStart, trueStart] = [fast.nowMs(), stopped.nowMs(), performance.now()];
  await sleep(30);
  const elapsed = performance.now() - trueStart;
  assert.ok(Math.abs(fast.nowMs() - fastStart - 10 * elapsed) < 10);
  assert.equal(stopped.nowMs(), stoppedStart);
});

clock('the monotonic clock does not jump with the other', () => {
  const node = new NodeClock({ offsetMs: 0, rate: 1 });
  const before = node.monotonicMs();
  node.set({ offsetMs: -1_000_000, rate: 1 });
  const after = node.monotonicMs();
  assert.ok(after >= before && after - before < 20);
});

clock.run();
