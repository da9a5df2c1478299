/**
 * The words that a node's thread and the runtime share: heartbeats that need not wake the node.
 *
 * @module
 */
import * as assert from 'node:assert/strict';
import { MessageChannel } from 'node:worker_threads';
import { suite } from 'uvu';
import type { Frame } from '../../src/node/frame.js';
import { nodeIndex } from '../../src/node/peer-id.js';
import { raftId } from '../../src/raft/ids.js';
import { Mailbox } from '../../src/runtime/mailbox.js';
import { createNodeFlags, NodeFlags } from '../../src/runtime/node-flags.js';

const flags = suite('quiet heartbeats in shared memory');

const LEADER = { leader: raftId(2), term: 7 };

flags('a follower hears once of its leader, and how long ago', () => {
  const shared = createNodeFlags();
  const node = new NodeFlags(shared);
  const router = new NodeFlags(shared);
  assert.equal(router.tellHeartbeat(LEADER), false, 'it follows nobody yet');
  assert.equal(node.takeHeartbeat(), null);
  node.follow(2, 7);
  assert.equal(router.tellHeartbeat(LEADER), true);
  assert.equal(router.tellHeartbeat(LEADER), true);
  const heard = node.takeHeartbeat();
  assert.deepEqual({ leader: heard?.leader, term: heard?.term }, LEADER);
  assert.ok(heard !== null && heard.agoMs >= 0 && heard.agoMs < 10_000);
  assert.equal(node.takeHeartbeat(), null);
});

flags('the heartbeats of any other leader or term are not taken', () => {
  const shared = createNodeFlags();
  const node = new NodeFlags(shared);
  node.follow(2, 7);
  assert.equal(new NodeFlags(shared).tellHeartbeat({ ...LEADER, term: 8 }), false);
  assert.equal(new NodeFlags(shared).tellHeartbeat({ ...LEADER, leader: raftId(3) }), false);
  node.follow(0, 8);
  assert.equal(new NodeFlags(shared).tellHeartbeat(LEADER), false);
});

flags('a quiet heartbeat is posted only to a node that does not follow its sender', () => {
  const shared = createNodeFlags();
  const node = new NodeFlags(shared);
  const { port1, port2 } = new MessageChannel();
  try {
    const mailbox = new Mailbox(port1, new NodeFlags(shared));
    const frame = (): Frame => ({
      from: nodeIndex(1),
      to: nodeIndex(0),
      kinds: [6],
      ends: [1],
      body: new Uint8Array(1),
      quiet: LEADER,
    });
    assert.equal(mailbox.post(frame()), true);
    assert.equal(mailbox.depth, 1);
    node.follow(2, 7);
    assert.equal(mailbox.post(frame()), true);
    assert.equal(mailbox.depth, 1);
    assert.notEqual(node.takeHeartbeat(), null);
  } finally {
    port1.close();
    port2.close();
  }
});

flags.run();
