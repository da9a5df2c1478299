/**
 * node-redis, unmodified, in RESP2 and RESP3, and its cluster mode.
 *
 * @module
 */
import { createClient, createCluster, RESP_TYPES } from 'redis';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { inMemoryOnly, isOnMemoryEngine, startGateway, type TestGateway } from './helpers.js';

let server: TestGateway;

for (const RESP of [2, 3] as const) {
  const test = suite(`node-redis, RESP${RESP}`);
  const inMemory = inMemoryOnly(test);
  const open = () =>
    createClient({
      RESP,
      socket: { port: server.port, host: '127.0.0.1', reconnectStrategy: false },
    }).connect();

  test.before(async () => {
    server = await startGateway();
  });
  test.after(async () => {
    await server.gateway.close();
  });

  test('stores and reads every type', async () => {
    const client = await open();
    assert.is(await client.set('key', 'value', { expiration: { type: 'EX', value: 100 } }), 'OK');
    assert.is(await client.get('key'), 'value');
    assert.is(await client.get('missing'), null);
    assert.is(await client.incrBy('n', 41), 41);
    await client.hSet('h', { a: '1', b: '2' });
    assert.equal({ ...(await client.hGetAll('h')) }, { a: '1', b: '2' });
    await client.sAdd('s', ['x', 'y']);
    assert.equal([...(await client.sMembers('s'))].sort(), ['x', 'y']);
    await client.rPush('l', ['1', '2', '3']);
    assert.equal(await client.lRange('l', 0, -1), ['1', '2', '3']);
    assert.equal(await client.mGet(['key', 'missing']), ['value', null]);
    client.destroy();
  });

  test('keeps bytes', async () => {
    const client = await open();
    const value = Buffer.from(Array.from({ length: 300 }, (_, at) => at & 255));
    await client.set('bytes', value);
    const buffers = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
    assert.equal(await buffers.get('bytes'), value);
    client.destroy();
  });

  test('pipelines what is issued in one turn, in order', async () => {
    const client = await open();
    const replies = await Promise.all(
      Array.from({ length: 1000 }, (_, at) => client.sendCommand(['APPEND', 'order', String(at % 10)])),
    );
    assert.equal(
      replies,
      Array.from({ length: 1000 }, (_, at) => at + 1),
    );
    client.destroy();
  });

  test('transactions are all or nothing', async () => {
    const client = await open();
    assert.equal(await client.multi().set('t', '1').incr('t').exec(), ['OK', 2]);
    const other = await open();
    await client.watch('t');
    await other.set('t', '50');
    try {
      await client.multi().set('t', 'never').exec();
      assert.unreachable('the transaction went through');
    } catch (error) {
      assert.is(error instanceof Error ? error.constructor.name : '', 'WatchError');
    }
    assert.is(await client.get('t'), '50');
    client.destroy();
    other.destroy();
  });

  test('INFO, CLIENT, CONFIG and COMMAND answer in the shapes it expects', async () => {
    const client = await open();
    const section = isOnMemoryEngine() ? /# Raft\r\nraft_node:0\r\n/ : /# Engine\r\nengine:etcd\r\n/;
    assert.match(String(await client.info()), section);
    await client.clientSetName('me');
    assert.is(await client.clientGetName(), 'me');
    const info = await client.clientInfo();
    assert.is(info.name, 'me');
    assert.equal({ ...(await client.configGet('databases')) }, { databases: '1' });
    assert.ok((await client.commandCount()) > 80);
    const [get] = await client.commandInfo(['get']);
    assert.is(get?.arity, 2);
    assert.ok((await client.time()) !== null);
    client.destroy();
  });

  test('errors reject', async () => {
    const client = await open();
    await client.set('text', 'abc');
    try {
      await client.incr('text');
      assert.unreachable('no error');
    } catch (error) {
      assert.match(String(error), /ERR value is not an integer or out of range/);
    }
    client.destroy();
  });

  inMemory('cluster mode finds the leader behind a follower that redirects', async () => {
    const leader = await startGateway();
    const nodes = [
      { node: 0, host: '127.0.0.1', port: leader.port },
      { node: 1, host: '127.0.0.1', port: 0 },
    ];
    const follower = await startGateway({ node: 1, redirect: true, nodes });
    follower.engine.hint = { node: 0, host: '127.0.0.1', port: leader.port };
    const cluster = createCluster({
      RESP,
      rootNodes: [{ socket: { host: '127.0.0.1', port: follower.port } }],
    });
    await cluster.connect();
    try {
      assert.is(await cluster.set('moved', 'there'), 'OK');
      assert.is(leader.engine.machine.readWords(['GET', 'moved']), 'there');
    } finally {
      cluster.destroy();
      await Promise.all([leader.gateway.close(), follower.gateway.close()]);
    }
  });

  test.run();
}
