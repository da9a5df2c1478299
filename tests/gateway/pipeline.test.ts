/**
 * Pipelines: order, places of the gateway's own answers, and every way the bytes may be cut.
 *
 * @module
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bulk, encode, inMemoryOnly, RawClient, startGateway, type TestGateway, until } from './helpers.js';

const test = suite('pipeline');
const inMemory = inMemoryOnly(test);
let server: TestGateway;

test.before(async () => {
  server = await startGateway();
});
test.after(async () => {
  await server.gateway.close();
});

async function holds(key: string, value: string): Promise<void> {
  const client = await RawClient.open(server.port);
  client.command('GET', key);
  await client.expect(bulk(value));
  client.close();
}

test('reads, writes and local answers of one pipeline come back in order', async () => {
  const client = await RawClient.open(server.port);
  client.send(
    [
      encode(['PING']),
      encode(['SET', 'a', '1']),
      encode(['INCR', 'a']),
      encode(['GET', 'a']),
      encode(['ECHO', 'x']),
      encode(['NOSUCH', 'y']),
      encode(['GET']),
      encode(['GET', 'missing']),
      encode(['PING', 'last']),
    ].join(''),
  );
  await client.expect(
    `+PONG\r\n+OK\r\n:2\r\n${bulk('2')}${bulk('x')}-ERR unknown command 'NOSUCH', with args beginning with: 'y' \r\n` +
      `-ERR wrong number of arguments for 'get' command\r\n$-1\r\n${bulk('last')}`,
  );
  client.close();
});

test('a pipeline that arrives byte by byte is answered the same', async () => {
  const client = await RawClient.open(server.port);
  for (const byte of encode(['SET', 'b\r\n', '\0ÿ']) + encode(['GET', 'b\r\n'])) {
    client.send(byte);
    await new Promise(resolve => setImmediate(resolve));
  }
  await client.expect(`+OK\r\n${bulk('\0ÿ')}`);
  client.close();
});

test('a pipeline longer than a segment, with an exclusive command inside, keeps its order', async () => {
  const client = await RawClient.open(server.port);
  let request = '';
  let expected = '';
  for (let i = 1; i <= 5000; i++) {
    request += encode(['APPEND', 'log', 'x']);
    expected += `:${i}\r\n`;
    if (i % 700 === 0) {
      request += encode(['CLIENT', 'GETNAME']) + encode(['STRLEN', 'log']);
      expected += `$-1\r\n:${i}\r\n`;
    }
  }
  client.send(request);
  await client.expect(expected);
  client.close();
});

inMemory('a pipeline without writes reads, one with a write goes through the log', async () => {
  const client = await RawClient.open(server.port);
  const { engine } = server;
  const before = { writes: engine.writeBatches, reads: engine.readBatches };
  client.send(encode(['GET', 'a']) + encode(['GET', 'b']));
  await client.expect(`${bulk('2')}$-1\r\n`);
  assert.is(engine.writeBatches, before.writes);
  assert.is(engine.readBatches, before.reads + 1);
  client.send(encode(['GET', 'a']) + encode(['SET', 'a', '9']) + encode(['GET', 'a']));
  await client.expect(`${bulk('2')}+OK\r\n${bulk('9')}`);
  assert.is(engine.writeBatches, before.writes + 1);
  assert.is(engine.readBatches, before.reads + 1);
  client.close();
});

inMemory('what many connections send in one turn is one batch', async () => {
  const clients = await Promise.all(Array.from({ length: 20 }, () => RawClient.open(server.port)));
  server.engine.mode = { kind: 'hold' };
  const [first, ...others] = clients;
  first?.command('SET', 'k', '0');
  await until('the first batch is held', () => server.engine.heldCount === 1);
  for (const [at, client] of others.entries()) client.command('SET', 'k', String(at));
  await until('the others are held', () => server.engine.heldCount >= 2);
  assert.ok(server.engine.heldCount <= 8, `${server.engine.heldCount} batches in flight`);
  server.engine.mode = { kind: 'execute' };
  server.engine.release();
  for (const client of clients) {
    await client.expect('+OK\r\n');
    client.close();
  }
});

test('a client that ends its side still gets its replies', async () => {
  const client = await RawClient.open(server.port);
  client.send(encode(['SET', 'half', 'open']) + encode(['GET', 'half']));
  client.socket.end();
  await client.expect(`+OK\r\n${bulk('open')}`);
  await until('closed', () => client.closed);
});

test('QUIT is answered after what came before it, and nothing after it is executed', async () => {
  const client = await RawClient.open(server.port);
  client.send(encode(['SET', 'q', '1']) + encode(['QUIT']) + encode(['SET', 'q', '2']));
  await client.expect('+OK\r\n+OK\r\n');
  await until('closed', () => client.closed);
  assert.is(client.received, '');
  await holds('q', '1');
});

test('a protocol error is answered after what came before it, and closes the connection', async () => {
  const client = await RawClient.open(server.port);
  client.send(`${encode(['SET', 'p', '1'])}*1\r\n:3\r\n${encode(['SET', 'p', '2'])}`);
  await client.expect(`+OK\r\n-ERR Protocol error: expected '$', got ':'\r\n`);
  await until('closed', () => client.closed);
  await holds('p', '1');
});

test('CLIENT REPLY OFF, SKIP and ON silence what they say', async () => {
  const client = await RawClient.open(server.port);
  client.send(
    [
      encode(['CLIENT', 'REPLY', 'SKIP']),
      encode(['SET', 'r', '1']),
      encode(['GET', 'r']),
      encode(['CLIENT', 'REPLY', 'OFF']),
      encode(['INCR', 'r']),
      encode(['PING']),
      encode(['CLIENT', 'REPLY', 'ON']),
      encode(['GET', 'r']),
    ].join(''),
  );
  await client.expect(`${bulk('1')}+OK\r\n${bulk('2')}`);
  assert.is(client.received, '');
  client.close();
});

test.run();
