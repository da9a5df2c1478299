/**
 * ioredis, unmodified: single connection, pipelines, transactions, binary values, and its cluster mode.
 *
 * @module
 */
import { Cluster, Redis } from 'ioredis';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { inMemoryOnly, startGateway, type TestGateway } from './helpers.js';

const test = suite('ioredis');
const inMemory = inMemoryOnly(test);
let server: TestGateway;
let redis: Redis;

test.before(async () => {
  server = await startGateway();
  redis = new Redis({ port: server.port, host: '127.0.0.1', maxRetriesPerRequest: 1 });
});
test.after(async () => {
  redis.disconnect();
  await server.gateway.close();
});

test('connects, passes its ready check and stores', async () => {
  assert.is(await redis.set('key', 'value', 'EX', 100), 'OK');
  assert.is(await redis.get('key'), 'value');
  assert.ok((await redis.ttl('key')) > 90);
  assert.is(await redis.get('missing'), null);
  assert.is(await redis.del('key', 'missing'), 1);
});

test('keeps binary keys and values apart to the byte', async () => {
  const key = Buffer.from([0, 255, 13, 10, 128]);
  const value = Buffer.from(Array.from({ length: 512 }, (_, at) => at & 255));
  await redis.set(key, value);
  assert.equal(await redis.getBuffer(key), value);
  assert.is(await redis.strlen(key), 512);
});

test('answers a pipeline of a thousand commands in order', async () => {
  const pipeline = redis.pipeline();
  for (let i = 0; i < 500; i++) pipeline.set(`p${i}`, i).get(`p${i}`);
  const results = (await pipeline.exec()) ?? [];
  for (let i = 0; i < 500; i++) {
    assert.equal(results[2 * i], [null, 'OK']);
    assert.equal(results[2 * i + 1], [null, String(i)]);
  }
});

test('executes a transaction, and aborts it when a watched key changed', async () => {
  assert.equal(await redis.multi().set('t', '1').incr('t').lpush('tl', 'a', 'b').exec(), [
    [null, 'OK'],
    [null, 2],
    [null, 2],
  ]);
  await redis.watch('t');
  await redis.incr('t');
  assert.is(await redis.multi().set('t', 'never').exec(), null);
  assert.is(await redis.get('t'), '3');
  await redis.watch('t');
  assert.equal(await redis.multi().incr('t').exec(), [[null, 4]]);
});

test('gets errors with the words of Redis', async () => {
  await redis.set('text', 'abc');
  for (const [command, expected] of [
    [redis.incr('text'), /^ERR value is not an integer or out of range$/],
    [redis.lpush('text', 'x'), /^WRONGTYPE /],
    [redis.call('NOPE'), /^ERR unknown command 'NOPE'/],
    [redis.select(1), /^ERR DB index is out of range$/],
  ] as const) {
    try {
      await command;
      assert.unreachable('no error');
    } catch (error) {
      assert.match(error instanceof Error ? error.message : '', expected);
    }
  }
});

test('reads hashes, sets, lists and cursors', async () => {
  await redis.hset('h', { a: '1', b: '2' });
  assert.equal(await redis.hgetall('h'), { a: '1', b: '2' });
  await redis.sadd('s', 'x', 'y');
  assert.equal((await redis.smembers('s')).sort(), ['x', 'y']);
  await redis.rpush('l', '1', '2', '3');
  assert.equal(await redis.lrange('l', 0, -1), ['1', '2', '3']);
  const seen: string[] = [];
  for await (const keys of redis.scanStream({ match: 'p*', count: 100 })) seen.push(...(keys as string[]));
  assert.is(new Set(seen).size, 500);
});

test('cluster mode finds the leader', async () => {
  const nodes = [{ node: 0, host: '127.0.0.1', port: server.port }];
  const clustered = await startGateway({ nodes });
  const cluster = new Cluster([{ host: '127.0.0.1', port: clustered.port }]);
  clustered.engine.hint = { node: 0, host: '127.0.0.1', port: clustered.port };
  try {
    assert.is(await cluster.set('{c}1', 'x'), 'OK');
    assert.is(await cluster.get('{c}1'), 'x');
  } finally {
    cluster.disconnect();
    await clustered.gateway.close();
  }
});

inMemory('cluster mode follows MOVED to the leader', async () => {
  const leader = await startGateway();
  const follower = await startGateway({ node: 1, redirect: true });
  follower.engine.hint = { node: 0, host: '127.0.0.1', port: leader.port };
  const cluster = new Cluster([{ host: '127.0.0.1', port: follower.port }]);
  try {
    assert.is(await cluster.set('moved', 'there'), 'OK');
    assert.is(leader.engine.machine.readWords(['GET', 'moved']), 'there');
    assert.is(follower.engine.machine.keyCount, 0);
  } finally {
    cluster.disconnect();
    await Promise.all([leader.gateway.close(), follower.gateway.close()]);
  }
});

test.run();
