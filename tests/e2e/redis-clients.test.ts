/** `raftkv serve` with Redis's own tools, unmodified, and the original's command lines. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { hasProgram, raftkv, type Server, startServer, type Workspace, workspace } from '../helpers/serve.js';

const PORT = 8301;
const program = suite('raftkv serve');
let place: Workspace;
let server: Server;

program.before(async () => {
  place = workspace(5, PORT);
  server = await startServer([place.config, '--data', place.data]);
});
program.after(async () => {
  assert.is(await server.end('SIGTERM'), 0, server.output());
  place.remove();
});

const redisCli = (port: number, ...args: string[]): string =>
  spawnSync('redis-cli', ['-p', String(port), ...args], { encoding: 'utf8', timeout: 10_000 }).stdout.trim();

if (hasProgram('redis-cli') && hasProgram('redis-benchmark')) {
  program('what redis-cli writes at one node it reads at another', () => {
    assert.is(redisCli(PORT, 'set', '3', '2'), 'OK');
    assert.is(redisCli(PORT + 3, 'get', '3'), '2');
  });

  program('redis-benchmark runs without an error', () => {
    const args = ['-p', String(PORT), '-t', 'set,get', '-n', '20000', '-c', '50', '-P', '8', '-q'];
    const { status, stdout, stderr } = spawnSync('redis-benchmark', args, {
      encoding: 'utf8',
      timeout: 60_000,
    });
    assert.is(status, 0);
    assert.match(stdout, /SET: [\d.]+ requests per second/);
    assert.match(stdout, /GET: [\d.]+ requests per second/);
    assert.not.match(stdout + stderr, /error/i);
  });
} else {
  program.skip('what redis-cli writes at one node it reads at another');
  program.skip('redis-benchmark runs without an error');
}

const client = (...args: string[]) => raftkv('client', place.config, ...args);
const chaos = (...args: string[]) => raftkv('chaos', place.config, ...args);

program('the original client puts, gets and debugs', () => {
  assert.is(client('put', '3', '2').code, 0);
  const got = client('get', '3');
  assert.is(got.code, 0);
  assert.match(got.stdout, /2/);
  const all = client('debug', 'all');
  assert.is(all.code, 0, all.stderr);
  const one = client('debug', 'matchIndex', 'localhost', String(PORT + 2));
  assert.is(one.code, 0, one.stderr);
  assert.type(JSON.parse(one.stdout), 'object');
});

program('a missing key is one clear line and exit 1', () => {
  const { code, stdout, stderr } = client('get', 'no-such-key');
  assert.is(code, 1);
  assert.is((stdout + stderr).trim().split('\n').length, 1, stdout + stderr);
});

program('the original chaos client uploads, edits and shows the matrix, kills and revives', () => {
  const matrix = join(place.folder, 'matrix');
  writeFileSync(matrix, `${Array.from({ length: 5 }, () => '0 0 0 0 0').join('\n')}\n`);
  assert.is(chaos('upload', matrix).code, 0);
  assert.is(chaos('edit', '3', '4', '0.6').code, 0);
  assert.match(chaos('get').stdout, /0\.6/);
  assert.match(chaos('get', '3').stdout, /0\.6/);
  assert.is(chaos('edit', '3', '4', '0').code, 0);
  assert.is(chaos('kill', '1').code, 0);
  const again = chaos('kill', '1');
  assert.is(again.code, 1, 'killing a dead node is an error');
  assert.is(chaos('revive', '1').code, 0);
});

program('anything else is "Invalid operation" on stderr, exit 2', () => {
  for (const args of [
    ['chaos', place.config, 'explode', '1'],
    ['client', place.config, 'put', 'onlykey'],
    ['nonsense'],
  ]) {
    const { code, stderr } = raftkv(...args);
    assert.is(code, 2, args.join(' '));
    assert.match(stderr, /Invalid operation/);
  }
});

program('a matrix of the wrong size names what is wrong and changes nothing', () => {
  const matrix = join(place.folder, 'short-matrix');
  writeFileSync(matrix, '0 0\n0 0\n');
  const before = chaos('get').stdout;
  const { code, stderr } = chaos('upload', matrix);
  assert.ok(code === 1 || code === 2);
  assert.match(stderr, /row/i);
  assert.is(chaos('get').stdout, before);
});

program('a port in use is named, with exit 1', () => {
  const { code, stderr } = raftkv('serve', place.config, '--memory');
  assert.is(code, 1);
  assert.match(stderr, new RegExp(String(PORT)));
});

program.run();
