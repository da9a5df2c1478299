/**
 * Which of the ticks that fell due count: time slept does, time in which nothing could be heard does not.
 *
 * @module
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type PassedTicks, ticksToTake } from '../../src/node/ticks-to-take.js';

const GRACE = 5;

const take = (passed: number, planned: number, others: Partial<PassedTicks> = {}): number =>
  ticksToTake({ passed, planned, grace: GRACE, hasHeard: false, sinceLeader: null, ...others });

test('what was slept as planned counts whole', () => {
  assert.is(take(1, 1), 1);
  assert.is(take(40, 40), 40);
  assert.is(take(40 + GRACE, 40), 40);
});

test('who wakes before the plan takes what has passed', () => {
  assert.is(take(0, 40), 0);
  assert.is(take(12, 40), 12);
});

test('time slept counts when a candidate is heard, but for the tick that may begin an election of its own', () => {
  assert.is(take(12, 40, { hasHeard: true }), 12);
  assert.is(take(40, 40, { hasHeard: true }), 39);
  assert.is(take(43, 40, { hasHeard: true }), 39);
});

test('a candidate that is heard by one who overslept finds it knows for how long there was no leader', () => {
  assert.is(take(60, 40, { hasHeard: true }), 40 - GRACE);
});

test('what the thread was late by does not count, and it has time to hear what waits for it', () => {
  assert.is(take(1_000, 40), 40 - GRACE);
  assert.is(take(40 + GRACE + 1, 40), 40 - GRACE);
  assert.is(take(1_000, GRACE), 1);
  assert.is(take(1_000, 1), 1);
});

test('of a leader heard without a message only the time since then counts', () => {
  assert.is(take(40, 40, { sinceLeader: 3 }), 3);
  assert.is(take(40, 40, { sinceLeader: 0 }), 0);
  assert.is(take(1_000, 40, { sinceLeader: 2, hasHeard: true }), 2);
  assert.is(take(2, 40, { sinceLeader: 30 }), 2);
});

test('never more than planned, than passed, or than since the leader was heard', () => {
  for (let passed = 0; passed <= 80; passed += 1) {
    for (let planned = 1; planned <= 60; planned += 3) {
      for (const hasHeard of [false, true]) {
        for (const sinceLeader of [null, 0, 1, 7, 50]) {
          const ticks = take(passed, planned, { hasHeard, sinceLeader });
          assert.ok(ticks >= 0 && ticks <= passed && ticks <= planned && ticks <= (sinceLeader ?? ticks));
        }
      }
    }
  }
});

test.run();
