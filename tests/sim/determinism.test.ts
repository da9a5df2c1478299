/**
 * One seed decides everything: the same seed plays the same events, byte for byte.
 *
 * @module
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { drawPlan } from '../../src/sim/draw-plan.js';
import { simulate } from '../../src/sim/simulation.js';

function traceOf(seed: number): { readonly text: string; readonly hash: string } {
  const lines: string[] = [];
  const plan = drawPlan(seed, { safetyMs: 8000, allFaults: true });
  const { traceHash } = simulate(plan, { onTraceLine: line => lines.push(line) });
  return { text: lines.join('\n'), hash: traceHash };
}

test('the same seed gives the same plan', () => {
  assert.equal(drawPlan(7), drawPlan(7));
  assert.not.equal(drawPlan(7), drawPlan(8));
});

test('the same seed gives the same trace, byte for byte', () => {
  for (const seed of [1, 2, 3]) {
    const first = traceOf(seed);
    const second = traceOf(seed);
    assert.ok(first.text.length > 10_000, 'something happened');
    assert.is(second.text === first.text, true, `the traces of seed ${seed} differ`);
    assert.is(second.hash, first.hash);
  }
});

test('another seed gives another trace', () => {
  const hashes = [1, 2, 3, 4].map(seed => traceOf(seed).hash);
  assert.is(new Set(hashes).size, hashes.length);
});

test('listening does not change what happens', () => {
  const plan = drawPlan(5, { safetyMs: 5000 });
  assert.is(simulate(plan).traceHash, simulate(plan, { onTraceLine: () => undefined }).traceHash);
});

test.run();
