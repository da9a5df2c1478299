/**
 * What a soak calls a drift, and what noise.
 *
 * @module
 */
import * as assert from 'node:assert/strict';
import { suite } from 'uvu';
import { driftOf } from '../../bench/drift.js';

const drift = suite('drift');

/** Scatters by up to `share` to either side, the same way in every run. */
const scattered = (count: number, share: number, value: (minute: number) => number): number[] => {
  let state = 7;
  return Array.from({ length: count }, (_, minute) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return value(minute) * (1 + share * (state / 2 ** 30 - 1));
  });
};

drift('a figure that grows steadily has risen, also under noise', () => {
  const clean = driftOf(Array.from({ length: 60 }, (_, minute) => 100 + minute));
  assert.ok(clean.hasRisen);
  assert.ok(Math.abs(clean.slope - 1) < 1e-9);
  assert.ok(clean.slopeError < 1e-9);
  const noisy = driftOf(scattered(60, 0.1, minute => 100 + minute));
  assert.ok(noisy.hasRisen);
  assert.ok(Math.abs(noisy.slope - 1) < 4 * noisy.slopeError);
});

drift('a figure that only scatters has not risen, nor has one that falls', () => {
  assert.equal(driftOf(scattered(60, 0.2, () => 100)).hasRisen, false);
  assert.equal(driftOf(Array.from({ length: 60 }, (_, minute) => 160 - minute)).hasRisen, false);
});

drift('a rise below a twentieth is none, however steady', () => {
  const { hasRisen, rise } = driftOf(Array.from({ length: 60 }, (_, minute) => 1000 + minute));
  assert.ok(rise > 0.03 && rise < 0.05);
  assert.equal(hasRisen, false);
});

drift('a rise that is lost in the scatter of each third is none', () => {
  const samples = scattered(30, 0.8, minute => 100 + minute);
  const { noise, rise } = driftOf(samples);
  assert.ok(noise > rise, `${noise} ${rise}`);
  assert.equal(driftOf(samples).hasRisen, false);
});

drift('a single bad minute moves nothing', () => {
  const samples = Array.from({ length: 60 }, (_, minute) => (minute === 50 ? 500 : 100 + (minute % 3)));
  const { hasRisen, first, last } = driftOf(samples);
  assert.equal(hasRisen, false);
  assert.equal(first, last);
});

drift('a step half way is a drift', () => {
  assert.ok(
    driftOf(Array.from({ length: 60 }, (_, minute) => (minute < 30 ? 100 : 120) + (minute % 3))).hasRisen,
  );
});

drift('too few samples are refused', () => {
  assert.throws(() => driftOf([1, 2, 3, 4, 5]), RangeError);
});

drift.run();
