import * as fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { EventQueue } from '../../src/sim/event-queue.js';

test('events run by time, and in the order of scheduling where times are equal', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 200 }), times => {
      const queue = new EventQueue();
      const ran: { readonly atMs: number; readonly order: number }[] = [];
      for (const [order, atMs] of times.entries()) {
        queue.at(atMs, () => {
          assert.is(queue.nowMs, atMs);
          ran.push({ atMs, order });
        });
      }
      while (queue.runNext(100)) {
        // As many as there are.
      }
      const expected = times
        .map((atMs, order) => ({ atMs, order }))
        .sort((a, b) => a.atMs - b.atMs || a.order - b.order);
      assert.equal(ran, expected);
    }),
  );
});

test('what is behind the limit waits, and the time is the limit', () => {
  const queue = new EventQueue();
  let ran = 0;
  queue.at(10, () => {
    ran += 1;
  });
  assert.is(queue.runNext(9), false);
  assert.is(queue.nowMs, 9);
  assert.is(ran, 0);
  assert.is(queue.runNext(10), true);
  assert.is(queue.runNext(10), false);
  assert.is(ran, 1);
});

test('an event may schedule others, also for now', () => {
  const queue = new EventQueue();
  const ran: string[] = [];
  queue.at(5, () => {
    ran.push('first');
    queue.after(0, () => ran.push('second'));
    queue.after(1, () => ran.push('third'));
  });
  while (queue.runNext(100)) {
    // To the end.
  }
  assert.equal(ran, ['first', 'second', 'third']);
  assert.is(queue.scheduled, 3);
});

test('what is scheduled for the past happens now: time does not go back', () => {
  const queue = new EventQueue();
  queue.at(10, () => queue.at(3, () => assert.is(queue.nowMs, 10)));
  assert.is(queue.runNext(20), true);
  assert.is(queue.runNext(20), true);
  assert.is(queue.nowMs, 10);
});

test.run();
