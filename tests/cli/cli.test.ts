/**
 * The command line without a cluster: usage, exit codes, and errors in one line.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { raftkv, workspace } from '../helpers/serve.js';

const test = suite('raftkv command line');

const PORT = 7950;
const space = workspace(3, PORT);
test.after(() => space.remove());

const USAGE: readonly (readonly [why: RegExp, ...args: string[]])[] = [
  [/^Invalid operation$/m],
  [/^Invalid operation: unknown command 'nonsense'/m, 'nonsense'],
  [/^Invalid operation: unknown option '--nonsense'/m, '--nonsense'],
  [/^Invalid operation: missing required argument 'config'/m, 'client'],
  [/^Invalid operation: missing required argument 'operation'/m, 'client', space.config],
  [/^Invalid operation: fly is none of the operations/m, 'client', space.config, 'fly'],
  [/^Invalid operation: expected put KEY VALUE, found 1/m, 'client', space.config, 'put', '3'],
  [/^Invalid operation: expected get KEY, found 2/m, 'client', space.config, 'get', '3', '4'],
  [
    /^Invalid operation: expected a port 1–65535, found x/m,
    'client',
    space.config,
    'debug',
    'all',
    'localhost',
    'x',
  ],
  [
    /^Invalid operation: column 10: expected a probability 0–1, found 2/m,
    'chaos',
    space.config,
    'edit',
    '0',
    '1',
    '2',
  ],
  [
    /^Invalid operation: column 1: expected a command, perhaps kill, found kil/m,
    'chaos',
    space.config,
    'kil',
    '1',
  ],
  [/^Invalid operation: expected a node, found x/m, 'chaos', space.config, 'get', 'x'],
  [/--nodes.*expected a number 1–255/m, 'serve', '--nodes', '0'],
  [/--memory and --data cannot both be given/m, 'serve', '--memory', '--data', 'x'],
  [/--host: expected one of localhost, found elsewhere/m, 'serve', space.config, '--host', 'elsewhere'],
];

for (const [why, ...args] of USAGE) {
  test(`raftkv ${args.slice(0, 1).join('')} …: ${why.source}`, () => {
    const { code, stdout, stderr } = raftkv(...args);
    assert.match(stderr, why);
    assert.match(stderr, /^Usage: raftkv/m);
    assert.is(stdout, '');
    assert.is(code, 2);
  });
}

test('--help and --version work everywhere', () => {
  for (const args of [[], ['serve'], ['client'], ['chaos'], ['status'], ['run']]) {
    const { code, stdout, stderr } = raftkv(...args, '--help');
    assert.is(code, 0, stderr);
    assert.match(stdout, /^Usage: raftkv/);
  }
  assert.match(raftkv('--version').stdout, /^\d+\.\d+\.\d+$/m);
});

test('nobody listening: one line, exit 1, a stack only with --verbose', () => {
  for (const args of [
    ['client', space.config, 'get', '3'],
    ['client', space.config, 'debug', 'all', 'localhost', String(PORT)],
    ['chaos', space.config, 'kill', '1'],
    ['status', space.config],
  ]) {
    const { code, stdout, stderr } = raftkv(...args);
    assert.match(stderr, /^raftkv: cannot connect to localhost:795\d: connection refused\n$/);
    assert.is(stdout, '');
    assert.is(code, 1);
  }
  assert.match(raftkv('status', space.config, '--verbose').stderr, /^ {4}at /m);
});

test('a bad config names file, line and what was expected', () => {
  const file = join(space.folder, 'bad.txt');
  writeFileSync(file, 'port_start: 5001\nheartbeat_timeout: soon\n');
  for (const args of [
    ['serve', file],
    ['status', file],
    ['client', file, 'get', '3'],
  ]) {
    const { code, stderr } = raftkv(...args);
    assert.match(stderr, /bad\.txt:2: heartbeat_timeout: expected a time in seconds .*, found soon\n$/);
    assert.is(code, 2);
  }
  assert.match(raftkv('status', join(space.folder, 'none.txt')).stderr, /none\.txt: no such file\n$/);
});

test('a bad matrix names row and column, and nothing starts', () => {
  const file = join(space.folder, 'bad-matrix');
  writeFileSync(file, '0 0 0\n0 0 7\n0 0 0\n');
  const { code, stderr } = raftkv('serve', space.config, '--memory', '--matrix', file);
  assert.match(stderr, /bad-matrix:2:5: row 1, column 2: expected a number 0–1, found 7\n$/);
  assert.is(code, 2);
});

test('a port in use is named, exit 1', async () => {
  const taken = createServer();
  await new Promise<void>(resolve => {
    taken.listen(PORT + 1, resolve);
  });
  try {
    const { code, stderr } = raftkv('serve', space.config, '--memory');
    assert.match(stderr, new RegExp(`^raftkv: .*${PORT + 1}`, 'm'));
    assert.is(code, 1);
  } finally {
    taken.close();
  }
});

test('a script with mistakes runs nothing and lists them', () => {
  const file = join(space.folder, 'bad.chaos');
  writeFileSync(file, 'nodes 3\nkill 7\nwait\n');
  const { code, stdout, stderr } = raftkv('run', file);
  assert.match(stderr, /bad\.chaos: line 2, column 6: expected a node 0–2, found 7/);
  assert.match(stderr, /bad\.chaos: line 3, column 5: expected a time/);
  assert.is(stdout, '');
  assert.is(code, 2);
  const folder = join(space.folder, 'empty');
  mkdirSync(folder);
  assert.match(raftkv('run', folder).stderr, /no \*\.chaos files in it/);
  assert.is(raftkv('run', join(space.folder, 'none.chaos')).code, 1);
});

test.run();
