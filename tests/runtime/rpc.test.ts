/**
 * A call to another thread always settles, and leaves nothing behind.
 *
 * @module
 */
import * as assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import { startEcho } from './echo-process.js';

const rpc = suite('rpc');

rpc('returns what the far side returns', async () => {
  const { process } = startEcho();
  assert.deepEqual(await process.rpc.call('echo', [{ a: [1, 'x'] }]), { a: [1, 'x'] });
  assert.equal(process.rpc.pendingCount, 0);
  await process.kill();
});

rpc('an error keeps its code and message', async () => {
  const { process } = startEcho();
  const call = process.rpc.call('refuse', ['no-leader', 'there is no leader']);
  await assert.rejects(call, { code: 'no-leader', message: 'there is no leader' });
  await process.kill();
});

rpc('arguments that cannot be sent reject instead of throwing', async () => {
  const { process } = startEcho();
  await assert.rejects(process.rpc.call('echo', [() => {}]), { name: 'DataCloneError' });
  assert.equal(process.rpc.pendingCount, 0);
  await process.kill();
});

rpc('a call without an answer times out', async () => {
  const { process } = startEcho();
  await assert.rejects(process.rpc.call('hang', [], 30), { code: 'rpc-timeout' });
  assert.equal(process.rpc.pendingCount, 0);
  await process.kill();
});

rpc('pending calls reject when the thread is killed, later ones at once', async () => {
  const { process } = startEcho();
  await process.ready;
  const pending = assert.rejects(process.rpc.call('hang', []), { code: 'node-gone', exitCode: 1 });
  await process.kill();
  await pending;
  await assert.rejects(process.rpc.call('echo', [1]), { code: 'node-gone' });
  assert.equal(process.rpc.pendingCount, 0);
});

rpc('pending calls reject with the cause when the thread throws', async () => {
  const { process } = startEcho();
  const pending = process.rpc.call('hang', []);
  const rejected = assert.rejects(pending, (error: Error) => {
    assert.equal(error.name, 'NodeGone');
    assert.match(error.message, /kaboom/);
    return true;
  });
  await process.rpc.call('crash', ['kaboom']);
  await rejected;
  assert.equal((await process.ended).reason, 'crashed');
});

rpc('many calls are answered each with its own value', async () => {
  const { process } = startEcho();
  const answers = await Promise.all(
    Array.from({ length: 500 }, (_, number) => process.rpc.call('echo', [number])),
  );
  assert.deepEqual(
    answers,
    Array.from({ length: 500 }, (_, number) => number),
  );
  await process.kill();
});

rpc('a client out of use for a while still works: its proxy is held', async () => {
  const { process } = startEcho();
  await process.rpc.call('echo', [1]);
  globalThis.gc?.();
  await sleep(20);
  globalThis.gc?.();
  assert.equal(await process.rpc.call('echo', [2]), 2);
  await process.kill();
});

rpc.run();
