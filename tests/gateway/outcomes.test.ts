/**
 * The error contract: every error but `-TIMEOUT` means that the command was certainly not executed.
 *
 * @module
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { RefusalCode } from '../../src/engine/engine.js';
import { bulk, encode, RawClient, startGateway, type TestGateway, until } from './helpers.js';

const test = suite('outcomes');
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

const WORDS: readonly (readonly [RefusalCode, string])[] = [
  ['no-leader', 'CLUSTERDOWN'],
  ['no-quorum', 'CLUSTERDOWN'],
  ['not-leader', 'CLUSTERDOWN'],
  ['stopping', 'CLUSTERDOWN'],
  ['read-only', 'READONLY'],
  ['overloaded', 'OOM'],
  ['too-large', 'ERR'],
  ['loading', 'LOADING'],
];

for (const [code, word] of WORDS) {
  test(`refused with ${code} is -${word}, for writes and reads, and nothing is executed`, async () => {
    server.engine.mode = { kind: 'refuse', code };
    client.send(
      encode(['PING']) + encode(['SET', 'k', 'v']) + encode(['ECHO', 'between']) + encode(['INCR', 'n']),
    );
    const refused = `-${word} refused by the test\r\n`;
    await client.expect(`+PONG\r\n${refused}${bulk('between')}${refused}`);
    client.command('GET', 'k');
    await client.expect(refused);
    assert.is(server.engine.machine.keyCount, 0);
    const { refused: count, writes } = server.gateway.metrics();
    assert.is(count, 3);
    assert.is(writes, 0);
  });
}

test('an unknown outcome is -TIMEOUT for every command of the batch, never an error that says "not executed"', async () => {
  server.engine.mode = { kind: 'lose' };
  client.send(encode(['SET', 'k', 'v']) + encode(['PING']) + encode(['APPEND', 'k', 'w']));
  const lost = '-TIMEOUT outcome unknown: lost by the test\r\n';
  await client.expect(`${lost}+PONG\r\n${lost}`);
  assert.is(server.engine.machine.readWords(['GET', 'k']), 'vw');
  assert.is(server.gateway.metrics().unknown, 2);
});

test('the connection goes on after a refusal and after an unknown outcome', async () => {
  for (const mode of [{ kind: 'refuse', code: 'no-leader' }, { kind: 'lose' }] as const) {
    server.engine.mode = mode;
    client.command('SET', 'k', 'v');
    await until('an error', () => client.received.endsWith('\r\n'));
    client.received = '';
    server.engine.mode = { kind: 'execute' };
    client.command('SET', 'k', 'w');
    await client.expect('+OK\r\n');
  }
});

test('a transaction that was refused or lost answers at EXEC', async () => {
  server.engine.mode = { kind: 'refuse', code: 'no-quorum' };
  const transaction = encode(['MULTI']) + encode(['SET', 'k', 'v']) + encode(['EXEC']);
  client.send(transaction);
  await client.expect('+OK\r\n+QUEUED\r\n-CLUSTERDOWN refused by the test\r\n');
  server.engine.mode = { kind: 'lose' };
  client.send(transaction);
  await client.expect('+OK\r\n+QUEUED\r\n-TIMEOUT outcome unknown: lost by the test\r\n');
});

test('a WATCH that cannot be read refuses, and the next EXEC is not conditional on nothing', async () => {
  server.engine.mode = { kind: 'refuse', code: 'no-quorum' };
  client.command('WATCH', 'k');
  await client.expect('-CLUSTERDOWN refused by the test\r\n');
});

test('a client that left before its outcome hurts nobody', async () => {
  server.engine.mode = { kind: 'hold' };
  const other = await RawClient.open(server.port);
  client.command('SET', 'k', 'gone');
  other.command('SET', 'k2', 'here');
  await until('held', () => server.engine.heldCount > 0);
  client.socket.resetAndDestroy();
  await until('closed', () => server.gateway.metrics().clients === 1);
  server.engine.mode = { kind: 'execute' };
  server.engine.release();
  await other.expect('+OK\r\n');
  assert.is(server.engine.machine.readWords(['GET', 'k']), 'gone');
  other.close();
});

test('while nothing is known of the leader, redirection answers CLUSTERDOWN and executes nothing', async () => {
  const follower = await startGateway({ node: 1, redirect: true });
  const redirected = await RawClient.open(follower.port);
  follower.engine.hint = null;
  redirected.command('SET', 'foo', '1');
  await redirected.expect('-CLUSTERDOWN no leader is known\r\n');
  follower.engine.hint = { node: 0, host: '10.0.0.1', port: 7 };
  redirected.command('SET', 'foo', '1');
  await redirected.expect('-MOVED 12182 10.0.0.1:7\r\n');
  redirected.send(encode(['MULTI']) + encode(['SET', 'foo', '1']) + encode(['EXEC']));
  await redirected.expect(
    '+OK\r\n-MOVED 12182 10.0.0.1:7\r\n-EXECABORT Transaction discarded because of previous errors.\r\n',
  );
  assert.is(follower.engine.writeBatches, 0);
  redirected.send(encode(['READONLY']) + encode(['GET', 'foo']));
  await redirected.expect('+OK\r\n$-1\r\n');
  assert.equal([...follower.engine.consistencies], ['stale']);
  redirected.send(encode(['READWRITE']) + encode(['GET', 'foo']));
  await redirected.expect('+OK\r\n-MOVED 12182 10.0.0.1:7\r\n');
  redirected.close();
  await follower.gateway.close();
});

test.run();
