/**
 * Each message of a frame meets the faults of its link, decided by one seeded generator.
 *
 * @module
 */
import * as assert from 'node:assert/strict';
import { suite } from 'uvu';
import type { LinkFaults } from '../../src/runtime/link.js';
import { REORDER_LAG_MS } from '../../src/runtime/router-link.js';
import { frameOf, RouterHarness, range } from './router-harness.js';

const router = suite('router');

/** Sends `count` messages in frames of five over 0 → 1 and lets everything arrive. */
function sendMany(seed: number, faults: Partial<LinkFaults>, count: number): RouterHarness {
  const harness = new RouterHarness(3, seed);
  harness.router.setFaults(0, 1, faults);
  for (let first = 0; first < count; first += 5) {
    harness.send(
      0,
      1,
      [0, 1, 2, 3, 4].map(offset => first + offset),
    );
    harness.advance(1);
  }
  harness.advance(60_000);
  return harness;
}

router('a perfect link forwards the very frame it got', () => {
  const harness = new RouterHarness(2, 1);
  const frame = frameOf(0, 1, [1, 2, 3], 'AppendEntries');
  harness.router.receive(frame);
  assert.equal(harness.frames[0], frame);
  assert.deepEqual(harness.router.counters(0, 1), {
    sent: 3,
    delivered: 3,
    dropped: 0,
    delayed: 0,
    duplicated: 0,
    bytes: 24,
  });
});

router('drops single messages of a frame with the given probability', () => {
  const count = 20_000;
  for (const drop of [0.1, 0.5, 0.9]) {
    const harness = sendMany(7, { drop }, count);
    const expected = count * (1 - drop);
    const deviation = Math.sqrt(count * drop * (1 - drop));
    assert.ok(Math.abs(harness.delivered.length - expected) < 4 * deviation, `${drop}`);
    const counters = harness.router.counters(0, 1);
    assert.equal(counters.dropped + counters.delivered, count);
    assert.equal(harness.drops.length, counters.dropped);
    assert.ok(harness.frames.some(frame => frame.kinds.length > 0 && frame.kinds.length < 5));
  }
});

router('0 loses nothing and 1 lets nothing through', () => {
  assert.equal(sendMany(7, { drop: 0 }, 1_000).delivered.length, 1_000);
  assert.equal(sendMany(7, { drop: 1 }, 1_000).delivered.length, 0);
});

router('directions are independent', () => {
  const harness = new RouterHarness(2, 1);
  harness.router.setFaults(0, 1, { drop: 1 });
  harness.send(0, 1, [1]);
  harness.send(1, 0, [2]);
  assert.deepEqual(harness.numbers(), [2]);
});

router('same seed, same decisions; another seed, others', () => {
  const faults = { drop: 0.3, duplicate: 0.2, reorder: 0.1, delayMs: 5, jitterMs: 20 };
  const first = sendMany(42, faults, 2_000).delivered;
  assert.deepEqual(sendMany(42, faults, 2_000).delivered, first);
  assert.notDeepEqual(sendMany(43, faults, 2_000).delivered, first);
});

router('delay holds each message for base to base + jitter and keeps the order', () => {
  const harness = new RouterHarness(2, 3);
  harness.router.setFaults(0, 1, { delayMs: 50, jitterMs: 30 });
  for (const number of range(500)) {
    harness.send(0, 1, [number]);
    harness.advance(10);
  }
  harness.advance(100);
  assert.deepEqual(harness.numbers(), range(500));
  const delays = harness.delivered.map(({ number, atMs }) => atMs - (1_000 + number * 10));
  assert.ok(Math.min(...delays) >= 50 && Math.max(...delays) <= 81);
  assert.ok(Math.max(...delays) - Math.min(...delays) > 20, 'jitter spreads');
  assert.equal(harness.router.counters(0, 1).delayed, 500);
  assert.equal(harness.timerCount, 0);
});

router('duplicate delivers a message twice, in the proportion given', () => {
  const harness = sendMany(11, { duplicate: 0.25 }, 8_000);
  const extra = harness.delivered.length - 8_000;
  assert.ok(Math.abs(extra - 2_000) < 4 * Math.sqrt(8_000 * 0.25 * 0.75));
  assert.equal(harness.router.counters(0, 1).duplicated, extra);
  assert.equal(new Set(harness.numbers()).size, 8_000);
});

router('reorder lets later messages overtake, within its lag', () => {
  const harness = sendMany(5, { reorder: 0.1 }, 1_000);
  const numbers = harness.numbers();
  assert.equal(new Set(numbers).size, 1_000);
  assert.notDeepEqual(numbers, range(1_000));
  for (const { number, atMs } of harness.delivered) {
    assert.ok(atMs - (1_000 + Math.floor(number / 5)) <= REORDER_LAG_MS + 1);
  }
});

router('a clog holds everything, in order, until it is lifted', () => {
  const harness = new RouterHarness(2, 1);
  harness.router.setFaults(0, 1, { clogged: true });
  harness.send(0, 1, [1, 2]);
  harness.advance(5_000);
  harness.send(0, 1, [3]);
  assert.deepEqual(harness.numbers(), []);
  harness.router.setFaults(0, 1, { clogged: false });
  assert.deepEqual(harness.numbers(), [1, 2, 3]);
  harness.send(0, 1, [4]);
  assert.deepEqual(harness.numbers(), [1, 2, 3, 4]);
});

router('what a clog held still keeps its delay', () => {
  const harness = new RouterHarness(2, 1);
  harness.router.setFaults(0, 1, { clogged: true, delayMs: 100 });
  harness.send(0, 1, [1]);
  harness.router.setFaults(0, 1, { clogged: false });
  assert.deepEqual(harness.numbers(), []);
  harness.advance(101);
  assert.deepEqual(harness.numbers(), [1]);
});

router('a filter stops the named kinds only', () => {
  const harness = new RouterHarness(2, 1);
  harness.router.setFaults(0, 1, { filtered: ['AppendEntries'] });
  harness.send(0, 1, [1], 'AppendEntries');
  harness.send(0, 1, [2], 'Heartbeat');
  assert.deepEqual(harness.numbers(), [2]);
  assert.deepEqual(harness.drops, [{ from: 0, to: 1, reason: 'filter', kind: 'AppendEntries' }]);
});

router('a full link drops its oldest messages and counts them', () => {
  const harness = new RouterHarness(2, 1, { limits: { messages: 10, bytes: 1_000_000 } });
  harness.router.setFaults(0, 1, { clogged: true });
  harness.send(0, 1, range(25));
  assert.equal(harness.router.counters(0, 1).dropped, 15);
  assert.equal(harness.drops.filter(drop => drop.reason === 'overflow').length, 15);
  harness.router.setFaults(0, 1, { clogged: false });
  assert.deepEqual(harness.numbers(), [15, 16, 17, 18, 19, 20, 21, 22, 23, 24]);
});

router('the byte limit of a link holds as well', () => {
  const harness = new RouterHarness(2, 1, { limits: { messages: 1_000, bytes: 40 } });
  harness.router.setFaults(0, 1, { clogged: true });
  harness.send(0, 1, range(8));
  harness.router.setFaults(0, 1, { clogged: false });
  assert.deepEqual(harness.numbers(), [3, 4, 5, 6, 7]);
});

router('healing a long delay frees the link at once', () => {
  const harness = new RouterHarness(2, 1);
  harness.router.setFaults(0, 1, { delayMs: 60_000 });
  harness.send(0, 1, [1]);
  harness.router.setFaults(0, 1, { delayMs: 0 });
  harness.router.releaseHeld();
  harness.send(0, 1, [2]);
  assert.deepEqual(harness.numbers(), [1, 2]);
});

router('without being told, messages stay behind those still delayed', () => {
  const harness = new RouterHarness(2, 1);
  harness.router.setFaults(0, 1, { delayMs: 100 });
  harness.send(0, 1, [1]);
  harness.router.setFaults(0, 1, { delayMs: 0 });
  harness.send(0, 1, [2]);
  harness.advance(150);
  assert.deepEqual(harness.numbers(), [1, 2]);
});

router('a message to a node that is down is lost and counted', () => {
  const harness = new RouterHarness(2, 1);
  harness.router.detach(1);
  harness.send(0, 1, [1, 2]);
  assert.equal(harness.router.counters(0, 1).dropped, 2);
  assert.equal(harness.drops[0]?.reason, 'node-down');
  harness.attach(1);
  harness.send(0, 1, [3]);
  assert.deepEqual(harness.numbers(), [3]);
});

router('a node added at run time gets perfect links, the others keep their faults', () => {
  const harness = new RouterHarness(2, 1);
  harness.router.setFaults(0, 1, { drop: 1 });
  harness.send(0, 1, [1]);
  harness.router.grow(3);
  harness.attach(2);
  assert.equal(harness.router.faults(0, 1).drop, 1);
  assert.equal(harness.router.counters(0, 1).sent, 1);
  harness.send(0, 2, [2]);
  harness.send(2, 1, [3]);
  assert.deepEqual(harness.numbers(), [2, 3]);
});

router('frames of nodes that do not exist go nowhere', () => {
  const harness = new RouterHarness(2, 1);
  harness.send(0, 7, [1]);
  harness.send(9, 0, [1]);
  assert.deepEqual(harness.numbers(), []);
  assert.throws(() => harness.router.faults(0, 7), RangeError);
});

router.run();
