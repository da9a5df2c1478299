/**
 * The simulated node's ticks come as those of a thread do.
 *
 * @module
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { TickClock } from '../../src/sim/tick-clock.js';

const TICK_MS = 10;

/** Its first tick is due at 0, and `planned` of them may come together. */
function clockOf(planned: number): TickClock {
  const clock = new TickClock(TICK_MS);
  clock.start(0);
  clock.plan(planned, Number.POSITIVE_INFINITY);
  return clock;
}

test('the last of the planned ticks is what the node wakes for', () => {
  const clock = clockOf(30);
  assert.is(clock.dueMs, 290);
  assert.is(clock.take(clock.dueMs), 30);
  assert.is(clock.plan(30, Number.POSITIVE_INFINITY), 590);
  assert.is(clock.plan(30, 333), 333);
});

test('time slept counts when another node is heard, but for the last tick', () => {
  const early = clockOf(30);
  early.heardSomething();
  assert.is(early.take(150), 16);
  const due = clockOf(30);
  due.heardSomething();
  assert.is(due.take(290), 29);
});

test('of a leader heard without a turn only the time since then counts', () => {
  const clock = clockOf(30);
  clock.heardLeader(255);
  assert.is(clock.take(290), 3);
  assert.is(clock.take(300), 1, 'it counts once');
});

test('who is late is left the grace, and what it was late by is gone', () => {
  const clock = clockOf(30);
  assert.is(clock.take(5_000), 29);
  assert.is(clock.take(5_009), 0);
  assert.is(clock.take(5_010), 1);
});

test('the time in which the node stood still never was', () => {
  const clock = clockOf(30);
  clock.stoodStill(5_000);
  assert.is(clock.take(5_000), 0);
  assert.is(clock.dueMs, 5_300);
});

test.run();
