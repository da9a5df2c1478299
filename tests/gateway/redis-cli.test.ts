/**
 * redis-cli and redis-benchmark, unmodified; skipped where they are not installed.
 *
 * @module
 */
import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { inMemoryOnly, startGateway, type TestGateway } from './helpers.js';

const test = suite('redis-cli');
const installed = (program: string) => spawnSync(program, ['--version']).status === 0;
const withCli = installed('redis-cli') ? test : test.skip;
const withCliInMemory = installed('redis-cli') ? inMemoryOnly(test) : test.skip;
const withBenchmark = installed('redis-benchmark') ? inMemoryOnly(test) : test.skip;
const run = promisify(execFile);
let server: TestGateway;

test.before(async () => {
  server = await startGateway();
});
test.after(async () => {
  await server.gateway.close();
});

async function cli(...args: string[]): Promise<string> {
  const { stdout } = await run('redis-cli', ['-p', String(server.port), ...args], { timeout: 10_000 });
  return stdout.trimEnd();
}

for (const version of ['-2', '-3']) {
  withCli(`redis-cli ${version} stores, reads and prints`, async () => {
    assert.is(await cli(version, 'set', '3', '2'), 'OK');
    assert.is(await cli(version, 'get', '3'), '2');
    assert.is(await cli(version, '--no-raw', 'get', 'missing'), '(nil)');
    assert.is(await cli(version, '--no-raw', 'incrby', `n${version}`, '7'), '(integer) 7');
    await cli(version, 'hset', 'h', 'a', '1', 'b', '2');
    const expected = version === '-3' ? '1# "a" => "1"\n2# "b" => "2"' : '1) "a"\n2) "1"\n3) "b"\n4) "2"';
    assert.is(await cli(version, '--no-raw', 'hgetall', 'h'), expected);
    assert.match(await cli(version, 'incr', 'h'), /^WRONGTYPE/);
  });

  withCliInMemory(`redis-cli ${version} -c follows MOVED`, async () => {
    const follower = await startGateway({ node: 1, redirect: true });
    follower.engine.hint = { node: 0, host: '127.0.0.1', port: server.port };
    const args = [version, '-c', '-p', String(follower.port), 'set', 'followed', 'yes'];
    const { stdout } = await run('redis-cli', args, { timeout: 10_000 });
    assert.match(stdout, /OK/);
    assert.is(server.engine.machine.readWords(['GET', 'followed']), 'yes');
    await follower.gateway.close();
  });
}

withCli('redis-cli --pipe loads ten thousand keys', async () => {
  const lines = Array.from({ length: 10_000 }, (_, at) => `SET mass:${at} ${at}\r\n`).join('');
  const child = run('redis-cli', ['-p', String(server.port), '--pipe'], { timeout: 15_000 });
  child.child.stdin?.end(lines);
  const { stdout } = await child;
  assert.match(stdout, /errors: 0, replies: 10000/);
  assert.is(await cli('get', 'mass:9999'), '9999');
});

withBenchmark('redis-benchmark runs its tests without an error', async () => {
  const tests = 'ping_inline,ping_mbulk,set,get,incr,lpush,rpush,lpop,rpop,sadd,hset,lrange_100,mset'; // lrange_100 fills its list by a test of its own;
  const args = ['-p', String(server.port), '-n', '2000', '-c', '20', '-P', '8', '-q', '-t', tests];
  const { stdout, stderr } = await run('redis-benchmark', args, { timeout: 20_000 });
  assert.is((stdout.match(/requests per second/g) ?? []).length, 14);
  assert.not.match(stdout + stderr, /[Ee]rror/);
});

test.run();
