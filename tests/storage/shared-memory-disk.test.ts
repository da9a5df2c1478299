/**
 * The shared-memory disk outlives its thread: a thread killed at any moment loses nothing it acknowledged.
 *
 * @module
 */
import { once } from 'node:events';
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readWholeFile } from '../../src/storage/disk.js';
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

test('the memory of a removed file is used again, and holds nothing of it', () => {
  const contents = new Set<SharedArrayBuffer>();
  const disk = new SharedMemoryDisk(new Map(), change => {
    if (change.kind === 'put') contents.add(change.content);
  });
  for (let i = 0; i < 100; i++) {
    const file = disk.create(`file ${i}`, 'log');
    file.write(new Uint8Array(100_000).fill(i + 1), 50_000);
    file.truncate(200_000);
    const bytes = new Uint8Array(200_001);
    assert.is(file.read(bytes, 0), 200_000);
    assert.ok(
      bytes.every((byte, at) => byte === (at >= 50_000 && at < 150_000 ? i + 1 : 0)),
      `file ${i}`,
    );
    file.close();
    if (i >= 2) disk.remove(`file ${i - 2}`);
  }
  assert.is(contents.size, 3);
  assert.equal(disk.list(), ['file 98', 'file 99']);
});

test('the memory of a file that is replaced is used again too', () => {
  const contents = new Set<SharedArrayBuffer>();
  const disk = new SharedMemoryDisk(new Map(), change => {
    if (change.kind === 'put') contents.add(change.content);
  });
  for (let i = 0; i < 20; i++) {
    const file = disk.create('new', 'log');
    file.write(new Uint8Array([i]), 0);
    file.close();
    disk.rename('new', 'kept');
    assert.equal([...readWholeFile(disk, 'kept')], [i]);
  }
  assert.is(contents.size, 2);
});

test('a removed file stays what it was for those who have it open', () => {
  const disk = new SharedMemoryDisk(new Map(), () => {});
  const writer = disk.create('old', 'bulk');
  writer.write(new Uint8Array(1000).fill(7), 0);
  writer.close();
  const reader = disk.open('old', 'bulk');
  disk.remove('old');
  const next = disk.create('next', 'bulk');
  next.write(new Uint8Array(1000).fill(9), 0);
  const bytes = new Uint8Array(1000);
  assert.is(reader.read(bytes, 0), 1000);
  assert.ok(bytes.every(byte => byte === 7));
  reader.close();
  reader.close();
  const third = disk.create('third', 'bulk');
  third.write(new Uint8Array(1000).fill(3), 0);
  assert.is(next.read(bytes, 0), 1000);
  assert.ok(bytes.every(byte => byte === 9));
});

test.run();
