/**
 * Frames of links without faults reach their receiver without the router's thread; all others do not.
 *
 * @module
 */
import * as assert from 'node:assert/strict';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { suite } from 'uvu';
import { Forwarder } from '../../src/runtime/forwarder.js';
import { createForwardingTable, ForwardingTable } from '../../src/runtime/forwarding-table.js';
import { MAILBOX_LIMITS } from '../../src/runtime/mailbox.js';
import { createNodeFlags, NodeFlags } from '../../src/runtime/node-flags.js';
import { frameOf, RouterHarness } from './router-harness.js';

const forwarding = suite('forwarding');

/** Three nodes of one process, on lives 11, 12, 13. */
function tabled(): { readonly harness: RouterHarness; readonly table: ForwardingTable } {
  const table = new ForwardingTable(createForwardingTable());
  const harness = new RouterHarness(3, 1, { forwarding: table });
  for (const node of [0, 1, 2]) harness.attach(node, 11 + node);
  return { harness, table };
}

/** The links that may do without the router's thread. */
function free(table: ForwardingTable): string {
  const links = [0, 1, 2].flatMap(from => [0, 1, 2].map(to => ({ from, to })));
  return links
    .flatMap(({ from, to }) => {
      const life = table.receiver(from, to);
      return life === null ? [] : [`${from}${to}:${life}`];
    })
    .join(' ');
}

const ALL = '01:12 02:13 10:11 12:13 20:11 21:12';

forwarding('every link between two threads of the process is free as long as it has no fault', () => {
  const { harness, table } = tabled();
  assert.equal(free(table), ALL);
  const faults = [
    { drop: 0.01 },
    { delayMs: 1 },
    { jitterMs: 1 },
    { duplicate: 0.1 },
    { reorder: 0.1 },
    { clogged: true },
    { filtered: ['Heartbeat'] },
  ] as const;
  for (const fault of faults) {
    harness.router.setFaults(0, 1, fault);
    assert.equal(free(table), ALL.replace('01:12 ', ''), JSON.stringify(fault));
    harness.router.setFaults(0, 1, {
      drop: 0,
      delayMs: 0,
      jitterMs: 0,
      duplicate: 0,
      reorder: 0,
      clogged: false,
      filtered: [],
    });
    assert.equal(free(table), ALL);
  }
});

forwarding('a link that holds messages is not free before they have gone', () => {
  const { harness, table } = tabled();
  harness.router.setFaults(0, 1, { delayMs: 50 });
  harness.send(0, 1, [1]);
  harness.router.setFaults(0, 1, { delayMs: 0 });
  assert.equal(table.receiver(0, 1), null);
  harness.advance(49);
  assert.equal(table.receiver(0, 1), null);
  harness.advance(1);
  assert.deepEqual(harness.numbers(), [1]);
  assert.equal(table.receiver(0, 1), 12);
});

forwarding('the end of a clog frees the link, and so does releasing everything', () => {
  const { harness, table } = tabled();
  harness.router.setFaults(0, 1, { clogged: true });
  harness.router.setFaults(1, 0, { delayMs: 1_000 });
  harness.send(0, 1, [1]);
  harness.send(1, 0, [2]);
  harness.router.setFaults(0, 1, { clogged: false });
  harness.router.setFaults(1, 0, { delayMs: 0 });
  assert.equal(table.receiver(0, 1), 12);
  assert.equal(table.receiver(1, 0), null);
  harness.router.releaseHeld();
  assert.equal(free(table), ALL);
});

forwarding('a node that is down is not reached, and comes back under another life', () => {
  const { harness, table } = tabled();
  harness.router.detach(1);
  assert.equal(free(table), '02:13 20:11');
  harness.attach(1, 14);
  assert.equal(free(table), ALL.replaceAll(':12', ':14'));
});

forwarding('a node of another host is reached by way of the router', () => {
  const { harness, table } = tabled();
  harness.attach(2);
  assert.equal(free(table), '01:12 10:11');
});

forwarding('a node that is added is free like the others', () => {
  const { harness, table } = tabled();
  harness.router.grow(4);
  harness.attach(3, 21);
  assert.equal(table.receiver(0, 3), 21);
  assert.equal(table.receiver(3, 0), 11);
});

forwarding('while messages are watched all of them pass the router', () => {
  const { harness, table } = tabled();
  harness.router.messagesBetween(0, 1);
  assert.equal(free(table), '');
  harness.advance(4_000);
  harness.router.messagesBetween(0, 1);
  harness.advance(4_000);
  assert.equal(free(table), '');
  harness.advance(1_001);
  assert.equal(free(table), ALL);
});

forwarding('what was forwarded counts as sent and delivered', () => {
  const { harness, table } = tabled();
  harness.send(0, 1, [1]);
  table.count(0, 1, 3, 24);
  assert.deepEqual(harness.router.counters(0, 1), {
    sent: 4,
    delivered: 4,
    dropped: 0,
    delayed: 0,
    duplicated: 0,
    bytes: 32,
  });
  assert.deepEqual(harness.router.totals, { messages: 4, dropped: 0 });
});

/** Node 0 with a way to node 1, whose life is 12. */
function sender() {
  const shared = createForwardingTable();
  const table = new ForwardingTable(shared);
  const forwarder = new Forwarder(shared);
  const { port1, port2 } = new MessageChannel();
  const flags = createNodeFlags();
  forwarder.connect({ node: 1, life: 12, port: port1, flags });
  const close = (): void => port1.close();
  return { table, forwarder, port: port2, flags: new NodeFlags(flags), close };
}

forwarding('a frame goes straight to the life that the table names, and is counted', () => {
  const { table, forwarder, port, close } = sender();
  const frame = (): ReturnType<typeof frameOf> => frameOf(0, 1, [1, 2], 'AppendEntries');
  assert.equal(forwarder.forward(frame()), false, 'the table says nothing');
  table.set(0, 1, 13);
  assert.equal(forwarder.forward(frame()), false, 'another life: the way to it is not here yet');
  table.set(0, 1, 12);
  assert.equal(forwarder.forward(frame()), true);
  assert.deepEqual(receiveMessageOnPort(port)?.message, frame());
  assert.equal(receiveMessageOnPort(port), undefined);
  assert.deepEqual(table.forwarded(0, 1), { messages: 2, bytes: 16 });
  table.set(0, 1, null);
  assert.equal(forwarder.forward(frame()), false);
  close();
});

forwarding('a full mailbox takes nothing, from whomever it was filled', () => {
  const { table, forwarder, flags, close } = sender();
  table.set(0, 1, 12);
  flags.countPosted(MAILBOX_LIMITS.frames, 0);
  const frame = frameOf(0, 1, [1], 'AppendEntries');
  assert.equal(forwarder.forward(frame), false);
  assert.equal(frame.body.length, 8, 'the frame is whole: the router can tell of its loss');
  flags.countConsumed(1, 0);
  assert.equal(forwarder.forward(frame), true);
  assert.deepEqual(table.forwarded(0, 1), { messages: 1, bytes: 8 });
  close();
});

forwarding.run();
