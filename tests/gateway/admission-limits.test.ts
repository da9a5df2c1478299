/**
 * Bad and greedy clients: what is refused, and that nobody else suffers.
 *
 * @module
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { DEFAULT_PARSER_LIMITS } from '../../src/gateway/resp/limits.js';
import { bulk, encode, RawClient, startGateway, type TestGateway, until } from './helpers.js';

const test = suite('limits');

async function withGateway(
  options: Parameters<typeof startGateway>[0],
  run: (server: TestGateway) => Promise<void>,
): Promise<void> {
  const server = await startGateway(options);
  try {
    await run(server);
  } finally {
    await server.gateway.close();
  }
}

/** Others are served while something bad goes on. */
async function othersAreServed(server: TestGateway, rounds = 50): Promise<void> {
  const client = await RawClient.open(server.port);
  for (let round = 0; round < rounds; round++) {
    client.command('INCR', 'others');
    await until('a reply', () => client.received.endsWith('\r\n'), 2000);
    assert.match(client.received, /^:\d+\r\n$/);
    client.received = '';
  }
  client.close();
}

test('a key or value over its limit is an error that says so; the connection goes on', () =>
  withGateway({ limits: { sizes: { keyBytes: 100, valueBytes: 1000 } } }, async server => {
    const client = await RawClient.open(server.port);
    client.command('SET', 'k'.repeat(101), 'v');
    await client.expect('-ERR key of 101 bytes exceeds the limit of 100 bytes\r\n');
    client.command('SET', 'k', 'v'.repeat(1001));
    await client.expect('-ERR value of 1001 bytes exceeds the limit of 1000 bytes\r\n');
    client.command('SET', 'k'.repeat(100), 'v'.repeat(1000));
    await client.expect('+OK\r\n');
    client.command('APPEND', 'k'.repeat(100), 'v');
    await until('an error', () => client.received.startsWith('-ERR'));
    client.close();
  }));

test('a client that announces 4 GB is told and closed', () =>
  withGateway({}, async server => {
    const client = await RawClient.open(server.port);
    client.send('*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4294967296\r\n');
    await client.expect(
      '-ERR Protocol error: invalid bulk length (argument 3 has 4294967296 bytes, limit 8388608)\r\n',
    );
    await until('closed', () => client.closed);
    assert.is(server.gateway.metrics().protocolErrors, 1);
    await othersAreServed(server);
  }));

test('an 8 MiB value is stored and read back', () =>
  withGateway({}, async server => {
    const client = await RawClient.open(server.port);
    const value = '\xffx\r\n'.repeat(2 * 1024 * 1024);
    client.command('SET', 'large', value);
    await client.expect('+OK\r\n');
    client.command('GET', 'large');
    await client.expect(bulk(value));
    client.close();
  }));

test('a client that sends one byte at a time harms no one', () =>
  withGateway({}, async server => {
    const slow = await RawClient.open(server.port);
    const bytes = encode(['SET', 'slow', 'x'.repeat(50)]);
    for (const byte of bytes) {
      slow.send(byte);
      await othersAreServed(server, 1);
    }
    await slow.expect('+OK\r\n');
    slow.close();
  }));

test('a client that never reads is stopped, holds a bounded amount, and is cut off', () =>
  withGateway({ limits: { outputStallMs: 200, outputHighBytes: 256 * 1024 } }, async server => {
    const greedy = await RawClient.open(server.port);
    greedy.command('SET', 'big', 'x'.repeat(1024 * 1024));
    await greedy.expect('+OK\r\n');
    greedy.socket.pause();
    const reads = server.engine.readBatches;
    for (let i = 0; i < 2000; i++) greedy.send(encode(['GET', 'big']));
    await until('reads', () => server.engine.readBatches > reads);
    await othersAreServed(server);
    await until('cut off', () => server.gateway.metrics().clients === 0, 5000);
    assert.is(server.gateway.metrics().slowReadersClosed, 1);
    // One segment at most was executed for a client that takes nothing.
    assert.ok(server.gateway.metrics().reads <= 1024 + 1, `${server.gateway.metrics().reads} reads`);
    greedy.close();
  }));

test('a slow reader that goes on reading gets everything, in order', () =>
  withGateway({ limits: { outputHighBytes: 64 * 1024 } }, async server => {
    const client = await RawClient.open(server.port);
    const values = Array.from({ length: 40 }, (_, at) =>
      String.fromCharCode(65 + (at % 26)).repeat(100_000 + at),
    );
    for (const [at, value] of values.entries()) client.command('SET', `v${at}`, value);
    await client.expect('+OK\r\n'.repeat(40));
    client.socket.pause();
    client.send(values.map((_, at) => encode(['GET', `v${at}`]) + encode(['PING'])).join(''));
    await until('executed', () => server.gateway.metrics().reads >= 40);
    client.socket.resume();
    await client.expect(values.map(value => `${bulk(value)}+PONG\r\n`).join(''));
    client.close();
  }));

test('a reply over the output limit closes the connection of the one who asked', () =>
  withGateway({ limits: { outputLimitBytes: 4 * 1024 * 1024 } }, async server => {
    const client = await RawClient.open(server.port);
    for (let at = 0; at < 100; at++) client.command('RPUSH', 'l', 'x'.repeat(100_000));
    await until('pushed', () => client.received.endsWith(':100\r\n'));
    client.socket.pause();
    client.command('LRANGE', 'l', '0', '-1');
    await until('cut off', () => server.gateway.metrics().slowReadersClosed === 1);
    await othersAreServed(server);
    client.close();
  }));

test('what waits behind a command in flight is bounded by not reading the socket', () =>
  withGateway({ limits: { inputBytes: 64 * 1024 } }, async server => {
    server.engine.mode = { kind: 'hold' };
    const client = await RawClient.open(server.port);
    client.command('SET', 'first', '1');
    await until('held', () => server.engine.heldCount === 1);
    const request = encode(['SET', 'k', 'x'.repeat(1000)]);
    const count = 20_000;
    client.send(request.repeat(count));
    await until('the socket is not read any more', () => client.socket.writableLength > 0);
    const before = client.socket.writableLength;
    await new Promise(resolve => setImmediate(resolve));
    assert.ok(before > 1024 * 1024, `${before} bytes wait at the client`);
    server.engine.mode = { kind: 'execute' };
    server.engine.release();
    await client.expect('+OK\r\n'.repeat(count + 1));
    client.close();
  }));

test('over the limit of bytes in flight commands are refused, certainly not executed', () =>
  withGateway({ limits: { inFlightBytes: 100_000 } }, async server => {
    server.engine.mode = { kind: 'hold' };
    const first = await RawClient.open(server.port);
    first.command('SET', 'first', 'x'.repeat(200_000));
    await until('held', () => server.engine.heldCount === 1);
    const second = await RawClient.open(server.port);
    second.command('SET', 'second', 'y');
    await second.expect('-OOM too much is in flight; not executed\r\n');
    server.engine.mode = { kind: 'execute' };
    server.engine.release();
    await first.expect('+OK\r\n');
    assert.is(server.engine.machine.readWords(['GET', 'second']), null);
    second.command('SET', 'second', 'y');
    await second.expect('+OK\r\n');
    first.close();
    second.close();
  }));

test('connections over the limit are told so and closed; CONFIG SET moves the limit', () =>
  withGateway({ limits: { clients: 2 } }, async server => {
    const first = await RawClient.open(server.port);
    const second = await RawClient.open(server.port);
    await until('two clients', () => server.gateway.metrics().clients === 2);
    const third = await RawClient.open(server.port);
    await third.expect('-ERR max number of clients reached\r\n');
    await until('closed', () => third.closed);
    first.command('CONFIG', 'SET', 'maxclients', '3');
    await first.expect('+OK\r\n');
    const fourth = await RawClient.open(server.port);
    fourth.command('PING');
    await fourth.expect('+PONG\r\n');
    for (const client of [first, second, fourth]) client.close();
  }));

test('the input of all clients together is bounded: who holds much of it is told and closed', () =>
  withGateway({ limits: { totalInputBytes: 1_000_000 } }, async server => {
    const small = await RawClient.open(server.port);
    small.send('*2\r\n$4\r\nECHO\r\n$100\r\nabc');
    const greedy = await Promise.all(Array.from({ length: 4 }, () => RawClient.open(server.port)));
    for (const client of greedy)
      client.send(`*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5000000\r\n${'x'.repeat(300_000)}`);
    await until('some are closed', () => greedy.some(client => client.closed));
    const told = greedy.filter(client => client.closed);
    for (const client of told)
      assert.match(client.received, /^-OOM the input of all clients is over its limit/);
    await until('it is under the limit', () => server.gateway.metrics().heldInputBytes <= 1_000_000);
    small.send(`${'d'.repeat(97)}\r\n`);
    await small.expect(bulk(`abc${'d'.repeat(97)}`));
    for (const client of [small, ...greedy]) client.close();
    await until('nothing is held', () => server.gateway.metrics().heldInputBytes === 0);
  }));

test('commands hidden in an HTTP request are not executed', () =>
  withGateway({}, async server => {
    const client = await RawClient.open(server.port);
    client.send('GET / HTTP/1.1\r\nHost: localhost\r\n\r\nSET stolen 1\r\n');
    await until('closed', () => client.closed);
    const poster = await RawClient.open(server.port);
    poster.send('POST / HTTP/1.1\r\n\r\nSET stolen 1\r\n');
    await until('closed', () => poster.closed);
    assert.is(server.engine.machine.keyCount, 0);
  }));

test('garbage is answered with an error and closed', () =>
  withGateway({ limits: { parser: { ...DEFAULT_PARSER_LIMITS, inlineBytes: 1024 } } }, async server => {
    for (const garbage of ['\x00\x01\x02\r\n', '*9999999999999999\r\n', '*2\r\n$x\r\n', 'y'.repeat(5000)]) {
      const client = await RawClient.open(server.port);
      client.send(garbage);
      await until('an error', () => client.received.startsWith('-ERR'));
      client.close();
    }
    await othersAreServed(server);
  }));

test.run();
