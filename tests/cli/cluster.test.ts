/**
 * The command line against a running cluster, as one would type it.
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ClusterStatus } from '../../src/runtime/status.js';
import { raftkv, type Server, startServer, workspace } from '../helpers/serve.js';
import { runner } from './runner.js';

const test = suite('raftkv with a cluster');

const PORT = 7960;
const space = workspace(5, PORT);
const { config } = space;
let server: Server;

test.before(async () => {
  server = await startServer([config, '--data', space.data, '--seed', '5']);
});

test.after(async () => {
  await server.end('SIGKILL');
  space.remove();
});

const { good, bad } = runner(config);

const status = (): ClusterStatus => JSON.parse(good('status', '--json')) as ClusterStatus;

test('serve says ready with ports, leader and where the data is', () => {
  assert.match(
    server.output(),
    /^ready: 5 nodes on ports 7960–7964, leader \d, term \d+, data in .*, seed 5/m,
  );
});

test('put and get', () => {
  assert.is(good('client', 'put', '3', '2'), 'OK');
  assert.is(good('client', 'get', '3'), '2');
  assert.is(good('client', 'put', 'é', '-5'), 'OK');
  assert.is(good('client', 'get', 'é'), '-5');
  assert.equal(JSON.parse(good('client', 'get', 'é', '--json')), { key: 'é', value: '-5' });
  assert.is(bad('client', 'get', 'nothing'), 'raftkv: there is no key nothing');
});

test('cas stores only over the old value', () => {
  good('client', 'put', 'c', 'one');
  assert.is(good('client', 'cas', 'c', 'one', 'two'), 'OK');
  assert.is(bad('client', 'cas', 'c', 'one', 'three'), 'raftkv: the value of c is another');
  assert.is(good('client', 'get', 'c'), 'two');
});

test('del, incr and scan', () => {
  good('client', 'put', 'n:1', '41');
  assert.is(good('client', 'incr', 'n:1'), '(integer) 42');
  assert.is(good('client', 'scan', 'n:'), '1) "n:1"');
  assert.is(good('client', 'del', 'n:1'), '(integer) 1');
});

test('debug shows variables of the leader, or of the node at an address, as JSON', () => {
  assert.type(JSON.parse(good('client', 'debug', 'all')), 'object');
  const leader = String(PORT + (status().leader ?? 0));
  const matchIndex = good('client', 'debug', 'matchIndex', 'localhost', leader);
  assert.is(Object.keys(JSON.parse(matchIndex) as object).length > 0, true, matchIndex);
  for (const variable of ['nextIndex', 'log', 'conn_mat']) {
    assert.ok(JSON.parse(good('client', 'debug', variable, 'localhost', leader)), variable);
  }
  assert.match(bad('client', 'debug', 'nonsense'), /nonsense/);
});

test('upload, edit and get the matrix', () => {
  const file = join(space.folder, 'matrix');
  const zeros = `${'0 0 0 0 0\n'.repeat(5)}`.trimEnd();
  writeFileSync(file, zeros);
  good('chaos', 'upload', file);
  good('chaos', 'edit', '3', '4', '0.6');
  assert.is(good('chaos', 'get', '3'), '0 0 0 0 0.6');
  assert.is(good('chaos', 'get').split('\n')[3], '0 0 0 0 0.6');
  assert.equal(JSON.parse(good('chaos', 'get', '3', '--json')), [0, 0, 0, 0, 0.6]);
  good('chaos', 'upload', file);
  assert.is(good('chaos', 'get'), zeros);
});

test('a matrix of the wrong size, or with a wrong value, leaves the old one', () => {
  const before = good('chaos', 'get');
  const file = join(space.folder, 'wrong');
  for (const text of ['0 0\n0 0\n', '0 0 0 0 2\n'.repeat(5), '0 0 0 0\n'.repeat(5)]) {
    writeFileSync(file, text);
    const { code, stderr } = raftkv('chaos', config, 'upload', file);
    assert.is(code, 2, stderr);
    assert.match(stderr, /expected/);
  }
  assert.is(good('chaos', 'get'), before);
});

test('a node the cluster does not have is an invalid operation', () => {
  const { code, stderr } = raftkv('chaos', config, 'edit', '9', '1', '0.5');
  assert.is(code, 2);
  assert.match(stderr, /^Invalid operation: column 6: expected a node 0–4, found 9$/m);
  assert.is(raftkv('chaos', config, 'get', '5').code, 2);
});

test('status for people and as JSON', () => {
  const text = good('status');
  assert.match(text, /^leader \d · term \d+ · commit \d+ · 5 of 5 up, 3 needed · durable$/m);
  assert.is(text.split('\n').length, 7);
  assert.is(status().nodes.length, 5);
});

test.run();
