/**
 * One life of a node's thread: start, pause, resume, stop, kill, crash.
 *
 * @module
 */
import * as assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import { MAILBOX_LIMITS } from '../../src/runtime/mailbox.js';
import { startEcho, until } from './echo-process.js';
import { frameOf } from './router-harness.js';

const nodeProcess = suite('node process');

nodeProcess('frames go in and come out, signals arrive', async () => {
  const node = startEcho();
  await node.process.ready;
  assert.deepEqual(node.signals, [{ kind: 'hello', text: 'echo' }]);
  assert.ok(node.process.mailbox.post(frameOf(0, 1, [7], 'Heartbeat')));
  await until('the echo', () => node.frames.length === 1);
  assert.equal(node.frames[0]?.to, 0);
  assert.equal(node.process.mailbox.depth, 0);
  await node.process.stop();
});

nodeProcess('stop and kill end the thread and say which it was', async () => {
  const stopped = startEcho();
  await stopped.process.ready;
  assert.equal((await stopped.process.stop()).reason, 'stopped');
  const killed = startEcho();
  await killed.process.ready;
  assert.equal((await killed.process.kill()).reason, 'killed');
  assert.equal(killed.exits.length, 1);
});

nodeProcess('a paused thread really stands still, and goes on after resume', async () => {
  const { process } = startEcho();
  await process.ready;
  await process.pause();
  await assert.rejects(process.rpc.call('turns', [], 50), { code: 'rpc-timeout' });
  process.resume();
  const before = await process.rpc.call('turns', []);
  await sleep(20);
  assert.ok((await process.rpc.call('turns', [])) > before);
  await process.stop();
});

nodeProcess('two who pause a node at once both find it paused, and it stays so', async () => {
  const { process } = startEcho();
  await process.ready;
  await Promise.all([process.pause(), process.pause()]);
  assert.ok(process.isPaused);
  await process.kill();
});

nodeProcess('a paused thread can be killed and stopped', async () => {
  for (const end of ['kill', 'stop'] as const) {
    const { process } = startEcho();
    await process.ready;
    await process.pause();
    const startedMs = performance.now();
    await process[end]();
    assert.ok(performance.now() - startedMs < 1_000);
  }
});

nodeProcess('the mailbox of a paused node is bounded', async () => {
  const node = startEcho();
  await node.process.ready;
  await node.process.pause();
  let posted = 0;
  while (posted <= MAILBOX_LIMITS.frames) {
    if (!node.process.mailbox.post(frameOf(0, 1, [posted], 'Heartbeat'))) break;
    posted++;
  }
  assert.equal(posted, MAILBOX_LIMITS.frames);
  node.process.resume();
  await until('an empty mailbox', () => node.process.mailbox.depth === 0);
  assert.ok(node.process.mailbox.post(frameOf(0, 1, [1], 'Heartbeat')));
  await node.process.kill();
});

nodeProcess('a crash tells its error', async () => {
  const { process } = startEcho();
  await process.ready;
  await process.rpc.call('crash', ['kaboom']);
  const exit = await process.ended;
  assert.equal(exit.reason, 'crashed');
  assert.equal(exit.error?.message, 'kaboom');
});

nodeProcess('an exhausted heap is a crash with its own code', async () => {
  const { process } = startEcho({}, 24);
  await process.ready;
  await process.rpc.call('exhaustHeap', []);
  const exit = await process.ended;
  assert.equal(exit.reason, 'crashed');
  assert.equal(exit.errorCode, 'ERR_WORKER_OUT_OF_MEMORY');
});

nodeProcess('a start that fails rejects with the code of the failure', async () => {
  const { process } = startEcho({ failAtStart: 'port-in-use' });
  await assert.rejects(process.ready, { code: 'port-in-use', message: 'cannot start' });
  assert.equal((await process.ended).errorCode, 'port-in-use');
});

nodeProcess('what the thread prints arrives by lines', async () => {
  const node = startEcho();
  await node.process.ready;
  await node.process.rpc.call('print', ['one\ntw']);
  await node.process.rpc.call('print', ['o\n']);
  await until('two lines', () => node.lines.length === 2);
  assert.deepEqual(node.lines, ['one', 'two']);
  await node.process.kill();
});

nodeProcess.run();
