/**
 * Slow log and MONITOR.
 *
 * @module
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { accountOf } from '../../src/gateway/users.js';
import { encode, RawClient, startGateway, type TestGateway, until } from './helpers.js';

const test = suite('watching');
let server: TestGateway;
let client: RawClient;

test.before.each(async () => {
  server = await startGateway();
  client = await RawClient.open(server.port);
});
test.after.each(async () => {
  client.close();
  await server.gateway.close();
});

/** One complete reply that `pattern` fits. */
async function answers(to: RawClient, pattern: RegExp, ...args: string[]): Promise<string> {
  to.received = '';
  to.command(...args);
  await until(`${args.join(' ')} answers ${pattern}`, () => pattern.test(to.received));
  return to.received;
}

test('what takes long is in the slow log, newest first, with who asked; what does not is not', async () => {
  await answers(client, /^\+OK/, 'CLIENT', 'SETNAME', 'tester');
  await answers(client, /^\+OK/, 'SET', 'quick', '1');
  await answers(client, /^:0\r\n$/, 'SLOWLOG', 'LEN');
  await answers(client, /^\+OK/, 'CONFIG', 'SET', 'slowlog-log-slower-than', '0');
  await answers(client, /^\+OK/, 'SET', 'first', 'x'.repeat(200));
  client.received = '';
  client.send(encode(['SET', 'second', '1']) + encode(['INCR', 'second']) + encode(['INCR', 'second']));
  await client.expect('+OK\r\n:2\r\n:3\r\n');
  await answers(client, /^\+OK/, 'CONFIG', 'SET', 'slowlog-log-slower-than', '100000');
  await answers(client, /^:2\r\n$/, 'SLOWLOG', 'LEN');
  const shown = await answers(client, /tester\r\n.*tester\r\n$/s, 'SLOWLOG', 'GET');
  assert.match(shown, /^\*2\r\n\*6\r\n:1\r\n:\d{10}\r\n:\d+\r\n/);
  assert.ok(shown.indexOf('second') < shown.indexOf('first'));
  assert.match(shown, /\.\.\. \(2 more commands\)/);
  assert.match(shown, /x{128}\.\.\. \(72 more bytes\)\r\n/);
  await answers(client, /^\*1\r\n\*6\r\n:1\r\n.*tester\r\n$/s, 'SLOWLOG', 'GET', '1');
  await answers(client, /^-ERR count should be/, 'SLOWLOG', 'GET', '-2');
  await answers(client, /^\+OK/, 'SLOWLOG', 'RESET');
  await answers(client, /^\*0\r\n$/, 'SLOWLOG', 'GET');
});

test('the slow log is bounded, and can be turned off', async () => {
  await answers(client, /^\+OK/, 'CONFIG', 'SET', 'slowlog-log-slower-than', '0', 'slowlog-max-len', '3');
  for (let at = 0; at < 10; at++) await answers(client, /^\+OK/, 'SET', 'k', String(at));
  await answers(client, /^:3\r\n$/, 'SLOWLOG', 'LEN');
  await answers(client, /^\+OK/, 'CONFIG', 'SET', 'slowlog-log-slower-than', '-1');
  await answers(client, /^\+OK/, 'SLOWLOG', 'RESET');
  await answers(client, /^\+OK/, 'SET', 'k', 'v');
  await answers(client, /^:0\r\n$/, 'SLOWLOG', 'LEN');
});

test('a command that was held up by the store for long is slow by itself', async () => {
  server.engine.mode = { kind: 'hold' };
  await until('ready', () => server.gateway.clientCount === 1);
  client.command('SET', 'k', 'held');
  await until('held', () => server.engine.heldCount === 1);
  const heldSinceMs = performance.now();
  await until('longer than the threshold', () => performance.now() - heldSinceMs > 101);
  server.engine.mode = { kind: 'execute' };
  server.engine.release();
  await client.expect('+OK\r\n');
  await answers(client, /^\*1\r\n.*held/s, 'SLOWLOG', 'GET');
});

test('MONITOR shows what others send, one watcher at a time, and no password', async () => {
  const watcher = await RawClient.open(server.port);
  await answers(watcher, /^\+OK\r\n$/, 'MONITOR');
  await answers(client, /^-ERR another client is monitoring/, 'MONITOR');
  watcher.received = '';
  await answers(client, /^-WRONGPASS/, 'AUTH', 'somebody', 'hunter2');
  await answers(client, /^\*14/, 'HELLO', '2', 'AUTH', 'default', 'hunter2');
  await answers(client, /^\+OK/, 'SET', 'k\n"', '\xff');
  await until('seen', () => watcher.received.includes('"SET"'));
  assert.match(watcher.received, /^\+\d{10}\.\d{6} \[0 127\.0\.0\.1:\d+\] "SET" "k\\n\\"" "\\xff"\r\n$/);
  assert.not.match(watcher.received, /hunter2/);
  await answers(watcher, /\+RESET\r\n$/, 'RESET');
  watcher.received = '';
  await answers(client, /^\+OK\r\n$/, 'MONITOR');
  await answers(watcher, /^\+PONG/, 'PING');
  await until('the other way round', () => client.received.includes('"PING"'));
  client.close();
  await until('gone', () => server.gateway.clientCount === 1);
  await answers(watcher, /^\+OK\r\n$/, 'MONITOR');
  watcher.close();
});

test('a watcher that does not read misses commands, is told how many, and slows nobody down', async () => {
  await server.gateway.close();
  client.close();
  server = await startGateway({ limits: { outputHighBytes: 32 * 1024 } });
  client = await RawClient.open(server.port);
  const watcher = await RawClient.open(server.port);
  await answers(watcher, /^\+OK\r\n$/, 'MONITOR');
  watcher.socket.pause();
  const count = 20_000;
  const request = encode(['SET', 'k', 'v'.repeat(500)]);
  for (let at = 0; at < count; at += 1000) {
    client.send(request.repeat(1000));
    await client.expect('+OK\r\n'.repeat(1000));
  }
  watcher.socket.resume();
  await until('caught up', () => {
    client.command('PING');
    return /\((\d+) commands left out\)/.test(watcher.received);
  });
  const lost = Number(/\((\d+) commands left out\)/.exec(watcher.received)?.[1]);
  const seen = watcher.received.split('"SET"').length - 1;
  assert.is(seen + lost >= count, true, `${seen} seen and ${lost} left out of ${count}`);
  assert.ok(lost > 0 && seen > 0);
  watcher.close();
});

test('both are for admins', async () => {
  const closed = await startGateway({ users: [accountOf('w', 'read-write', 'x')] });
  const writer = await RawClient.open(closed.port);
  await answers(writer, /^\+OK/, 'AUTH', 'w', 'x');
  await answers(writer, /^-NOPERM/, 'MONITOR');
  await answers(writer, /^-NOPERM/, 'SLOWLOG', 'GET');
  writer.close();
  await closed.gateway.close();
});

test.run();
