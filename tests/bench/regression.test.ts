/**
 * What the regression guard calls a loss, and what noise.
 *
 * @module
 */
import * as assert from 'node:assert/strict';
import { suite } from 'uvu';
import { judge } from '../../bench/regression.js';

const guard = suite('regression guard');

guard('a build that costs a quarter more in every pair is slower', () => {
  const { verdict, ratio } = judge({ ours: [126, 125, 127, 124], other: [100, 101, 99, 100, 102] });
  assert.equal(verdict, 'slower');
  assert.ok(ratio.median > 1.2 && ratio.median < 1.3);
});

guard('a tenth more, or a single bad pair, is fine', () => {
  assert.equal(judge({ ours: [110, 111, 109, 112], other: [100, 100, 101, 100, 99] }).verdict, 'fine');
  assert.equal(judge({ ours: [100, 190, 101, 99], other: [100, 100, 101, 100, 99] }).verdict, 'fine');
  assert.equal(judge({ ours: [190, 190, 101, 99], other: [100, 100, 101, 100, 99] }).verdict, 'fine');
});

guard('where the same build differs as much, nothing is said', () => {
  const { verdict, noise } = judge({ ours: [150, 150, 150, 150], other: [100, 130, 100, 100, 100] });
  assert.equal(verdict, 'too-noisy');
  assert.ok(noise > 0.29 && noise < 0.31);
});

guard('a drift of the machine is in both, and no loss', () => {
  const other = [100, 118, 136, 154, 172];
  assert.equal(judge({ ours: [109, 127, 145, 163], other }).verdict, 'fine');
});

guard('a gain is fine', () => {
  assert.equal(judge({ ours: [50, 51, 52, 50], other: [100, 100, 101, 100, 99] }).verdict, 'fine');
});

guard.run();
