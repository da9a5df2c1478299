/** The examples of docs/library.md run as they stand; starting and stopping is quick and leaves nothing behind. */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { shippedFile } from '../../src/config/load-config.js';
import { startCluster } from '../../src/index.js';
import { eventually } from '../helpers/serve.js';

const test = suite('library');

const manual = readFileSync(shippedFile('docs/library.md'), 'utf8');

/** The example as a file beside this one, importing this build instead of the installed package. */
function exampleFile(name: string): string {
  const code = new RegExp(`<!-- example: ${name} -->\\n\`\`\`js\\n([\\s\\S]*?)\`\`\``).exec(manual)?.[1];
  if (code === undefined) throw new Error(`docs/library.md has no example ${name}`);
  const path = join(import.meta.dirname, `library-example-${name}-${process.pid}.mjs`);
  const local = code
    .replace(`'raftkv-tui/check'`, `'../../src/harness/check.js'`)
    .replace(`'raftkv-tui'`, `'../../src/index.js'`);
  writeFileSync(path, local);
  return path;
}

function runExample(name: string, ...options: readonly string[]): string {
  const path = exampleFile(name);
  try {
    const { status, stdout, stderr } = spawnSync(process.execPath, [...options, path], {
      encoding: 'utf8',
      timeout: 30_000,
      env: { ...process.env, NODE_TEST_CONTEXT: undefined, FORCE_COLOR: '0' },
    });
    assert.is(status, 0, stdout + stderr);
    return stdout;
  } finally {
    rmSync(path);
  }
}

test('the uvu example passes', () => {
  assert.match(runExample('uvu'), /Passed: +2/);
});

test('the node:test example passes', () => {
  assert.match(runExample('node-test', '--test'), /pass 2/);
});

test('the checker example names the violation', () => {
  assert.match(runExample('check'), /^not-linearizable\nkey "k": not linearizable/);
});

test('three nodes start and stop; every thread is gone then', async () => {
  const startedAt = performance.now();
  const cluster = await startCluster({ nodes: 3 });
  const stoppingAt = performance.now();
  await cluster.stop();
  const stoppedAt = performance.now();
  assert.is(await cluster.ended, null);
  // A closed port is gone when the event loop has seen that, not before.
  await eventually('no port or thread to be left', 5_000, async () => {
    const left = process.getActiveResourcesInfo().filter(kind => kind === 'MessagePort' || kind === 'Worker');
    return left.length === 0 ? true : undefined;
  });
  // Far above what a quiet machine takes (start below 1500 ms, stop below 500 ms): this one may be busy.
  assert.ok(stoppingAt - startedAt < 10_000, `started in ${stoppingAt - startedAt} ms`);
  assert.ok(stoppedAt - stoppingAt < 5_000, `stopped in ${stoppedAt - stoppingAt} ms`);
});

test.run();
