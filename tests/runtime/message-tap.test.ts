import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { RouterHarness } from './router-harness.js';

const test = suite('messages of a link');

/** A router whose messages between 0 and 1 have been asked for once. */
function watched(): RouterHarness {
  const harness = new RouterHarness(3, 1);
  harness.router.messagesBetween(0, 1);
  return harness;
}

function fates(harness: RouterHarness): readonly string[] {
  return harness.router.messagesBetween(0, 1).messages.map(({ from, to, fate }) => `${from}${to} ${fate}`);
}

test('nothing is noted before somebody looks, nor long after', () => {
  const harness = new RouterHarness(3, 1);
  harness.send(0, 1, [1]);
  assert.equal(fates(harness), []);
  harness.send(0, 1, [2]);
  harness.send(1, 0, [3]);
  harness.send(1, 2, [4]);
  assert.equal(fates(harness), ['01 delivered', '10 delivered']);
  harness.advance(60_000);
  harness.send(0, 1, [5]);
  assert.equal(fates(harness), []);
});

test('each loss is told with its reason', () => {
  const harness = watched();
  harness.router.setFaults(0, 1, { drop: 1 });
  harness.send(0, 1, [1]);
  harness.router.setFaults(0, 1, { drop: 0, filtered: ['Heartbeat'] });
  harness.send(0, 1, [2, 3]);
  harness.router.setFaults(0, 1, { filtered: [] });
  harness.router.detach(1);
  harness.send(0, 1, [4]);
  assert.equal(fates(harness), ['01 drop', '01 filter', '01 filter', '01 node-down']);
});

test('a message that is held is told as such until it goes, with when it went', () => {
  const harness = watched();
  harness.router.setFaults(0, 1, { clogged: true });
  harness.send(0, 1, [1]);
  assert.equal(fates(harness), ['01 held']);
  harness.nowMs += 40;
  harness.router.setFaults(0, 1, { clogged: false });
  const [message] = harness.router.messagesBetween(0, 1).messages;
  assert.is(message?.fate, 'delivered');
  assert.is((message?.settledAtMs ?? 0) - (message?.atMs ?? 0), 40);
});

test('a message the link doubles is one message, delivered twice', () => {
  const harness = watched();
  harness.router.setFaults(0, 1, { duplicate: 1 });
  harness.send(0, 1, [1]);
  const { messages } = harness.router.messagesBetween(0, 1);
  assert.equal(
    messages.map(({ fate, copies }) => [fate, copies]),
    [['delivered', 2]],
  );
});

test('only the newest of a busy link are kept', () => {
  const harness = watched();
  for (let number = 0; number < 1_000; number++) harness.send(0, 1, [number]);
  const { messages } = harness.router.messagesBetween(0, 1);
  assert.is(messages.length, 200);
  assert.is(messages.at(-1)?.sequence, 1_000);
});

test('watching changes no decision of the router', () => {
  const fatesOf = (harness: RouterHarness): string => {
    harness.router.setFaults(0, 1, { drop: 0.4, duplicate: 0.2, delayMs: 5, jitterMs: 9 });
    for (let number = 0; number < 200; number++) harness.send(0, 1, [number]);
    return harness.drops.length.toString();
  };
  assert.is(fatesOf(watched()), fatesOf(new RouterHarness(3, 1)));
});

test.run();
