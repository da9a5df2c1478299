/**
 * The shared-memory disk outlives its thread: a thread killed at any moment loses nothing it acknowledged.
 *
 * @module
 */
import { once } from 'node:events';
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  applySharedChange,
  type SharedFileChange,
  SharedMemoryDisk,
} from '../../src/storage/shared-memory-disk.js';
import { codeOf, dataOf, openStorage } from './fixture.js';

type Told = SharedFileChange | { readonly kind: 'acknowledged'; readonly index: number };

test('a thread that is killed while it writes loses nothing it acknowledged', async () => {
  const files = new Map<string, SharedArrayBuffer>();
  let acknowledged = 0;
  for (let round = 1; round <= 4; round++) {
    const { port1, port2 } = new MessageChannel();
    const take = (message: Told): void => {
      if (message.kind === 'acknowledged') acknowledged = message.index;
      else applySharedChange(files, message);
    };
    const worker = new Worker(new URL('./shared-memory-writer.js', import.meta.url), {
      workerData: { files, changes: port2 },
      transferList: [port2],
    });
    const wanted = acknowledged + 500 * round;
    await new Promise<void>((resolve, reject) => {
      worker.on('error', reject);
      port1.on('message', (message: Told) => {
        take(message);
        if (acknowledged >= wanted) resolve();
      });
    });
    const exited = once(worker, 'exit');
    await worker.terminate();
    await exited;
    for (;;) {
      const received = receiveMessageOnPort(port1);
      if (received === undefined) break;
      take(received.message as Told);
    }
    port1.close();
    const storage = openStorage(new SharedMemoryDisk(files, change => applySharedChange(files, change)));
    assert.ok(storage.lastIndex() >= acknowledged, `round ${round}`);
    assert.is(dataOf(storage).at(-1), `data-${storage.lastIndex()}`);
    assert.is(storage.recovery.starts, round * 2);
  }
});

test('files grow, shrink to zeros, are seen through every handle, and have a largest size', () => {
  const disk = new SharedMemoryDisk(new Map(), () => {}, 300_000);
  const one = disk.create('file', 'log');
  const two = disk.open('file', 'log');
  one.write(new Uint8Array(200_000).fill(7), 0);
  const bytes = new Uint8Array(10);
  assert.is(two.read(bytes, 199_995), 5);
  assert.equal([...bytes], [7, 7, 7, 7, 7, 0, 0, 0, 0, 0]);
  two.truncate(100);
  one.truncate(200);
  assert.is(two.read(bytes, 95), 10);
  assert.equal([...bytes], [7, 7, 7, 7, 7, 0, 0, 0, 0, 0]);
  assert.is(
    codeOf(() => one.write(bytes, 299_999)),
    'disk-full',
  );
  assert.is(two.size(), 200);
});

test.run();
