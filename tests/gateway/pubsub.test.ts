/**
 * Channels: what changes in the store, what happens to the cluster, and who may listen.
 *
 * @module
 */
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { accountOf } from '../../src/gateway/users.js';
import type { ClusterEvent, ClusterStatus } from '../../src/runtime/status.js';
import { withCluster } from './cluster.js';
import { bulk, encode, RawClient, startGateway, type TestGateway, until } from './helpers.js';

const test = suite('channels');
let server: TestGateway;
let writer: RawClient;
let listener: RawClient;

test.before.each(async () => {
  server = await startGateway();
  writer = await RawClient.open(server.port);
  listener = await RawClient.open(server.port);
});
test.after.each(async () => {
  writer.close();
  listener.close();
  await server.gateway.close();
});

async function write(...args: string[]): Promise<void> {
  writer.command(...args);
  await until('a reply', () => writer.received.endsWith('\r\n'));
  writer.received = '';
}

const list = (marker: string, ...items: (string | number | null)[]): string =>
  `${marker}${items.length}\r\n${items
    .map(item => (typeof item === 'number' ? `:${item}\r\n` : item === null ? '$-1\r\n' : bulk(item)))
    .join('')}`;

test('a listener hears which keys change and how, in the order of the log, RESP2', async () => {
  listener.command('SUBSCRIBE', '__keyspace@0__:k', '__keyevent@0__:del');
  await listener.expect(
    list('*', 'subscribe', '__keyspace@0__:k', 1) + list('*', 'subscribe', '__keyevent@0__:del', 2),
  );
  await write('SET', 'k', '1');
  await write('INCR', 'k');
  await write('GET', 'k');
  await write('SET', 'other', '1');
  await write('DEL', 'k', 'other');
  const message = (channel: string, text: string): string => list('*', 'message', channel, text);
  await listener.expect(
    message('__keyspace@0__:k', 'set') +
      message('__keyspace@0__:k', 'incr') +
      message('__keyspace@0__:k', 'del') +
      message('__keyevent@0__:del', 'k') +
      message('__keyevent@0__:del', 'other'),
  );
  assert.is(listener.received, '');
});

test('patterns and RESP3: messages are pushes, and replies go on beside them', async () => {
  listener.command('HELLO', '3');
  await until('a greeting', () => listener.received.startsWith('%7') && listener.received.endsWith('*0\r\n'));
  listener.received = '';
  listener.command('PSUBSCRIBE', '__key*__:l*');
  await listener.expect(list('>', 'psubscribe', '__key*__:l*', 1));
  await write('RPUSH', 'list', 'a');
  await listener.expect(list('>', 'pmessage', '__key*__:l*', '__keyspace@0__:list', 'rpush'));
  listener.command('LLEN', 'list');
  await listener.expect(':1\r\n');
  await write('LPOP', 'list');
  await listener.expect(
    list('>', 'pmessage', '__key*__:l*', '__keyspace@0__:list', 'lpop') +
      list('>', 'pmessage', '__key*__:l*', '__keyevent@0__:lpop', 'list') +
      list('>', 'pmessage', '__key*__:l*', '__keyspace@0__:list', 'del'),
  );
});

test('a key whose time has come is expired for everybody who listens', async () => {
  listener.command('SUBSCRIBE', '__keyevent@0__:expired');
  await listener.expect(list('*', 'subscribe', '__keyevent@0__:expired', 1));
  await write('SET', 'brief', 'x', 'PX', '1');
  await until('expired', () => {
    writer.command('SET', 'tick', '1');
    return listener.received.length > 0;
  });
  await listener.expect(list('*', 'message', '__keyevent@0__:expired', 'brief'));
});

test('while it listens in RESP2 a connection takes only what belongs to listening', async () => {
  listener.command('SUBSCRIBE', 'c');
  await listener.expect(list('*', 'subscribe', 'c', 1));
  listener.command('SET', 'k', 'v');
  await listener.expect(
    "-ERR Can't execute 'set': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context\r\n",
  );
  listener.command('PING', 'x');
  await listener.expect(list('*', 'pong', 'x'));
  listener.command('UNSUBSCRIBE');
  await listener.expect(list('*', 'unsubscribe', 'c', 0));
  listener.command('UNSUBSCRIBE');
  await listener.expect(list('*', 'unsubscribe', null, 0));
  listener.command('PING');
  await listener.expect('+PONG\r\n');
  assert.is(server.engine.machine.keyCount, 0);
  listener.command('PSUBSCRIBE', '*');
  await listener.expect(list('*', 'psubscribe', '*', 1));
  listener.command('RESET');
  await listener.expect('+RESET\r\n');
  await write('SET', 'k', 'v');
  listener.command('GET', 'k');
  await listener.expect(bulk('v'));
});

test('a listener that does not read is disconnected; the others go on', async () => {
  await server.gateway.close();
  server = await startGateway({ limits: { outputHighBytes: 16 * 1024 } });
  writer = await RawClient.open(server.port);
  const deaf = await RawClient.open(server.port);
  deaf.command('PSUBSCRIBE', '*');
  await deaf.expect(list('*', 'psubscribe', '*', 1));
  deaf.socket.pause();
  const key = 'k'.repeat(5000);
  await until('cut off', () => {
    writer.send(encode(['SET', key, 'v']).repeat(20));
    return server.gateway.metrics().slowReadersClosed === 1;
  });
  writer.command('GET', key);
  await until('an answer', () => writer.received.endsWith(bulk('v')));
  deaf.close();
});

test('events of the cluster are for admins, and begin when one begins to listen', async () => {
  await server.gateway.close();
  const events: ClusterEvent[] = [{ sequence: 1, atMs: 1, kind: 'leader', node: 0, text: 'before' }];
  server = await startGateway(
    { users: [accountOf('root', 'admin', 'r'), accountOf('ann', 'read-only', 'a')] },
    {
      execute: () => Promise.reject(new Error('not asked for')),
      status: () => Promise.resolve({ events } as unknown as ClusterStatus),
    },
  );
  const admin = await RawClient.open(server.port);
  const reader = await RawClient.open(server.port);
  admin.send(encode(['AUTH', 'root', 'r']) + encode(['PSUBSCRIBE', '__cluster__:*']));
  await admin.expect(`+OK\r\n${list('*', 'psubscribe', '__cluster__:*', 1)}`);
  reader.send(encode(['AUTH', 'ann', 'a']) + encode(['PSUBSCRIBE', '*']));
  await reader.expect(`+OK\r\n${list('*', 'psubscribe', '*', 1)}`);
  const crash: ClusterEvent = { sequence: 2, atMs: 2, kind: 'crash', node: 1, text: 'now' };
  await until('told', () => {
    if (events.length === 1) events.push(crash);
    return admin.received.length > 0;
  });
  const told = list('*', 'pmessage', '__cluster__:*', '__cluster__:crash', JSON.stringify(crash));
  await admin.expect(told);
  assert.is(reader.received, '');
  admin.close();
  reader.close();
});

test('ioredis and node-redis (RESP3) hear of a leader’s end and of writes at another node', () =>
  withCluster(false, async (cluster, nodes) => {
    const leader = await cluster.waitForLeader();
    const [witness, other] = nodes.filter((_, node) => node !== leader);
    assert.ok(witness && other);
    const ioredis = new Redis({ ...witness, retryStrategy: () => null });
    const nodeRedis = createClient({ RESP: 3, socket: { ...other } });
    nodeRedis.on('error', () => undefined);
    await nodeRedis.connect();
    const heard: string[] = [];
    ioredis.on('pmessage', (_pattern: string, channel: string, message: string) => {
      heard.push(`${channel} ${message}`);
    });
    await ioredis.psubscribe('__cluster__:*', '__keyevent@0__:*');
    const seen: string[] = [];
    await nodeRedis.subscribe('__keyspace@0__:told', event => seen.push(event));
    await nodeRedis.set('told', '1');
    await until(
      'both heard of the write',
      () => seen.includes('set') && heard.includes('__keyevent@0__:set told'),
    );
    await cluster.kill(leader);
    await until(
      'the next leader is told',
      () => heard.some(line => line.startsWith('__cluster__:leader ')),
      10_000,
    );
    ioredis.disconnect();
    nodeRedis.destroy();
  }));

test.run();
