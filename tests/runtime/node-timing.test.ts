/**
 * The times of the config become ticks without losing their order.
 *
 * @module
 */
import * as assert from 'node:assert/strict';
import { suite } from 'uvu';
import { DEFAULT_CONFIG } from '../../src/config/cluster-config.js';
import { nodeTiming } from '../../src/runtime/node-timing.js';

const timing = suite('node timing');

const of = (heartbeatMs: number, minMs: number, maxMs: number) =>
  nodeTiming({
    ...DEFAULT_CONFIG,
    heartbeatMs,
    electionTimeoutMinMs: minMs,
    electionTimeoutMaxMs: maxMs,
  });

timing('the shipped times', () => {
  assert.deepEqual(of(50, 300, 600), {
    tickMs: 10,
    heartbeatTicks: 5,
    electionTicks: 30,
    electionTicksMax: 60,
    requestTicks: 100,
  });
});

timing('the original’s slow times', () => {
  assert.deepEqual(of(1_000, 3_000, 5_000), {
    tickMs: 50,
    heartbeatTicks: 20,
    electionTicks: 60,
    electionTicksMax: 100,
    requestTicks: 20,
  });
});

timing('an election timeout is always longer than a heartbeat', () => {
  for (const [heartbeat, min, max] of [
    [1, 2, 3],
    [7, 8, 8],
    [49, 50, 51],
  ] as const) {
    const { heartbeatTicks, electionTicks, electionTicksMax } = of(heartbeat, min, max);
    assert.ok(heartbeatTicks >= 1 && electionTicks > heartbeatTicks);
    assert.ok(electionTicksMax >= electionTicks);
  }
});

timing.run();
