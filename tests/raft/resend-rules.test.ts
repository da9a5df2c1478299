/** Rules of sending again over links that lose messages, when `repeatBytes` is on. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Message } from '../../src/raft/index.js';
import { appendReply, heartbeatReply, ofType, rejection, type SingleNode } from './single-node.js';
import { leader, unreachable } from './standing-nodes.js';

const rules = suite('sending again');

const REPEAT_BYTES = 100;

const lossy = (): SingleNode => leader({ repeatBytes: REPEAT_BYTES });

/** To whom, after which entry, how many entries. */
const appends = (messages: readonly Message[]): readonly (readonly number[])[] =>
  ofType(messages, 'AppendEntries').map(one => [one.to, one.prevLogIndex, one.entries.length]);

const resent = (node: SingleNode): readonly (readonly number[])[] => {
  node.core.resend();
  return appends(node.flush());
};

rules('a rejection of pipelined entries sends everything after the match again, and sending goes on', () => {
  const node = lossy();
  node.propose('a');
  node.propose('b');
  assert.equal(appends(node.step(rejection(2, 1, 2, 1, 1))), [[2, 1, 2]]);
  assert.equal([node.progress(2).state, node.progress(2).isPaused], ['replicate', false]);
  assert.is(node.progress(2).next, 4);
});

rules('what was on its way at a loss is rejected too, and answered once', () => {
  const node = lossy();
  node.propose('a');
  node.propose('b');
  node.propose('c');
  assert.equal(appends(node.step(rejection(2, 1, 2, 1, 1))), [[2, 1, 3]]);
  assert.equal(appends(node.step(rejection(2, 1, 3, 1, 1))), []);
});

rules(
  'after the answer to a heartbeat a rejection counts again: what was sent again may be lost as well',
  () => {
    const node = lossy();
    node.propose('a'.repeat(REPEAT_BYTES));
    node.propose('b');
    node.step(rejection(2, 1, 2, 1, 1));
    assert.equal(appends(node.step(heartbeatReply(2, 1))), [[2, 3, 0]], 'too much to be repeated');
    assert.equal(appends(node.step(rejection(2, 1, 3, 1, 1))), [[2, 1, 2]]);
  },
);

rules('after a loss the next entries bring along what is not acknowledged', () => {
  const node = lossy();
  node.propose('a');
  node.propose('b');
  node.step(rejection(2, 1, 2, 1, 1));
  assert.equal(appends(node.propose('c')), [
    [2, 1, 3],
    [3, 3, 1],
  ]);
  assert.is(node.progress(2).next, 5);
  node.step(appendReply(2, 1, 3));
  assert.equal(appends(node.propose('d')), [
    [2, 3, 2],
    [3, 4, 1],
  ]);
});

rules('above the limit nothing is repeated', () => {
  const node = lossy();
  node.propose('a');
  node.propose('b');
  node.step(rejection(2, 1, 2, 1, 1));
  node.propose('c'.repeat(REPEAT_BYTES));
  assert.equal(appends(node.propose('d'))[0], [2, 4, 1]);
});

rules('after many appends without a further loss nothing is repeated', () => {
  const node = lossy();
  node.propose('a');
  node.propose('b');
  node.step(rejection(2, 1, 2, 1, 1));
  for (let index = 4; index < 400; index += 1) {
    node.step(appendReply(2, 1, index - 2));
    node.propose('c');
  }
  assert.equal(appends(node.propose('d'))[0], [2, 399, 1]);
});

rules(
  'when nothing is acknowledged, the oldest entries leave again, without a change of the pipeline',
  () => {
    const node = lossy();
    node.propose('a');
    node.propose('b');
    const before = node.progress(2);
    assert.equal(resent(node), [
      [2, 1, 2],
      [3, 1, 2],
    ]);
    assert.equal(node.progress(2), before);
    assert.equal(appends(node.propose('c'))[0], [2, 3, 1], 'nothing was seen to be lost');
  },
);

rules('only to those who lack what is to be committed next, and at most the limit at a time', () => {
  const node = leader({ voters: [1, 2, 3, 4, 5], repeatBytes: REPEAT_BYTES });
  node.propose('a'.repeat(REPEAT_BYTES));
  node.propose('b');
  node.step(appendReply(2, 1, 3));
  assert.equal(resent(node).slice(0, 1), [[3, 1, 1]]);
  node.step(appendReply(3, 1, 3));
  assert.equal(resent(node), [], 'everything is committed');
});

rules('a probe is tried again', () => {
  const node = lossy();
  unreachable(node, 2);
  node.propose('a');
  assert.is(node.progress(2).isPaused, true);
  assert.equal(resent(node)[0], [2, 1, 1]);
  assert.equal(resent(node)[0], [2, 1, 1]);
});

rules('who never answers is left to the heartbeats, until it is heard', () => {
  const node = lossy();
  node.propose('a');
  let times = 0;
  while (resent(node).some(([to]) => to === 2)) {
    times += 1;
    assert.ok(times < 100, 'it ends');
  }
  assert.ok(times > 3);
  node.step(heartbeatReply(2, 1));
  assert.equal(resent(node), [[2, 1, 1]]);
});

rules('without the setting a loss is probed, and nothing is sent again', () => {
  const node = leader();
  node.propose('a');
  node.propose('b');
  assert.equal(resent(node), []);
  node.step(rejection(2, 1, 2, 1, 1));
  assert.equal([node.progress(2).state, node.progress(2).isPaused], ['probe', true]);
});

rules.run();
