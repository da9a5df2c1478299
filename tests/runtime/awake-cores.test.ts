/**
 * `idle_cores`: while clients are served (`awake`), or served often (`auto`), the kernel's latency file is held open with a latency of 0
 * in it.
 */
import {
  accessSync,
  constants,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startCluster } from '../../src/index.js';
import { AwakeCores, checkAwakeCores, LATENCY_FILE } from '../../src/runtime/awake-cores.js';
import { until } from './echo-process.js';

const test = suite<{ folder: string; file: string }>('awake cores');

test.before.each(context => {
  context.folder = mkdtempSync(join(tmpdir(), 'raftkv-cores-'));
  context.file = join(context.folder, 'latency');
  writeFileSync(context.file, '');
});
test.after.each(({ folder }) => rmSync(folder, { recursive: true }));

/** By this process, all its threads. */
function isOpen(file: string): boolean {
  return readdirSync('/proc/self/fd').some(fd => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === file;
    } catch {
      return false;
    }
  });
}

const never = (why: string): void => assert.unreachable(why);

test('the file is held, with a latency of 0 µs in it, until nothing was asked for for a while', async ({
  file,
}) => {
  const cores = new AwakeCores(never, file);
  assert.is(isOpen(file), false);
  cores.touch();
  assert.is(isOpen(file), true);
  assert.equal([...readFileSync(file)], [0, 0, 0, 0]);
  await until('the file to be closed', () => !isOpen(file));
  cores.touch();
  assert.is(isOpen(file), true);
  cores.release();
  assert.is(isOpen(file), false);
});

test('as long as something is asked for it is not let go', async ({ file }) => {
  const cores = new AwakeCores(never, file);
  for (let i = 0; i < 30; i++) {
    cores.touch();
    await sleep(20);
    assert.is(isOpen(file), true);
  }
  cores.release();
});

test('a file that cannot be opened any more is told once, and clients are served', ({ file }) => {
  const told: string[] = [];
  const cores = new AwakeCores(why => told.push(why), join(file, 'gone'));
  cores.touch();
  cores.touch();
  assert.is(told.length, 1);
  assert.match(told[0] ?? '', /ENOTDIR/);
});

test('where cores cannot be kept awake a cluster says so instead of starting', ({ file }) => {
  const missing = join(file, 'gone');
  assert.throws(
    () => checkAwakeCores(missing),
    (error: Error & { code: string }) =>
      error.code === 'unsupported' && error.message.includes(missing) && error.message.includes('idle_cores'),
  );
});

test('a cluster with the setting holds the file of this machine while it is written to, or does not start', async () => {
  const start = () => startCluster({ nodes: 1, config: { idleCores: 'awake' } });
  if (!isWritable(LATENCY_FILE)) {
    const refusal = await start().then(
      () => null,
      (error: Error & { code: string }) => error.code,
    );
    assert.is(refusal, 'unsupported');
    return;
  }
  const cluster = await start();
  try {
    assert.is(isOpen(LATENCY_FILE), false);
    await cluster.put('key', 'value');
    assert.is(isOpen(LATENCY_FILE), true);
    await until('the cores to be let sleep', () => !isOpen(LATENCY_FILE));
    await cluster.put('key', 'value');
  } finally {
    await cluster.stop();
  }
  assert.is(isOpen(LATENCY_FILE), false);
});

test('by default it holds the file once it is written to often, and lets it go when it is not', async () => {
  const cluster = await startCluster({ nodes: 1 });
  try {
    await cluster.put('key', 'value');
    assert.is(isOpen(LATENCY_FILE), false);
    if (isWritable(LATENCY_FILE) && cpus().length <= 4) {
      const startedAtMs = performance.now();
      while (!isOpen(LATENCY_FILE)) {
        assert.ok(performance.now() - startedAtMs < 10_000, 'the file was not opened');
        await Promise.all(Array.from({ length: 50 }, () => cluster.put('key', 'value')));
      }
    } else {
      for (let i = 0; i < 20; i++) {
        await Promise.all(Array.from({ length: 50 }, () => cluster.put('key', 'value')));
      }
      assert.is(isOpen(LATENCY_FILE), false);
    }
    await until('the cores to be let sleep', () => !isOpen(LATENCY_FILE));
  } finally {
    await cluster.stop();
  }
});

test('with `sleep` it never does', async () => {
  const cluster = await startCluster({ nodes: 1, config: { idleCores: 'sleep' } });
  try {
    for (let i = 0; i < 20; i++) {
      await Promise.all(Array.from({ length: 50 }, () => cluster.put('key', 'value')));
      assert.is(isOpen(LATENCY_FILE), false);
    }
  } finally {
    await cluster.stop();
  }
});

function isWritable(file: string): boolean {
  try {
    accessSync(file, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

test.run();
