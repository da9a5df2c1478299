/**
 * MULTI, EXEC, DISCARD, WATCH, and commands of a session.
 *
 * @module
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { bulk, encode, inMemoryOnly, RawClient, startGateway, type TestGateway } from './helpers.js';

const test = suite('transactions');
const inMemory = inMemoryOnly(test);
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

inMemory('a transaction is one record, whatever was pipelined around it', async () => {
  client.send(
    [
      encode(['SET', 'a', '1']),
      encode(['MULTI']),
      encode(['INCR', 'a']),
      encode(['GET', 'a']),
      encode(['EXEC']),
      encode(['GET', 'a']),
    ].join(''),
  );
  await client.expect(`+OK\r\n+OK\r\n+QUEUED\r\n+QUEUED\r\n*2\r\n:2\r\n${bulk('2')}${bulk('2')}`);
  assert.is(server.engine.writeBatches, 1);
});

inMemory('an error while queueing aborts EXEC, an error while executing does not', async () => {
  client.send([['MULTI'], ['SET', 'a'], ['SET', 'b', '1'], ['EXEC']].map(encode).join(''));
  await client.expect(
    "+OK\r\n-ERR wrong number of arguments for 'set' command\r\n+QUEUED\r\n-EXECABORT Transaction discarded because of previous errors.\r\n",
  );
  client.send([['MULTI'], ['NOSUCH'], ['EXEC']].map(encode).join(''));
  await client.expect(
    "+OK\r\n-ERR unknown command 'NOSUCH', with args beginning with: \r\n-EXECABORT Transaction discarded because of previous errors.\r\n",
  );
  assert.is(server.engine.machine.keyCount, 0);
  client.send(
    [['MULTI'], ['SET', 'a', 'x'], ['INCR', 'a'], ['SET', 'b', 'y'], ['EXEC']].map(encode).join(''),
  );
  await client.expect(
    '+OK\r\n+QUEUED\r\n+QUEUED\r\n+QUEUED\r\n*3\r\n+OK\r\n-ERR value is not an integer or out of range\r\n+OK\r\n',
  );
});

test('what Redis refuses about transactions is refused in its words', async () => {
  client.send(
    [['EXEC'], ['DISCARD'], ['MULTI'], ['MULTI'], ['WATCH', 'k'], ['DISCARD'], ['EXEC']].map(encode).join(''),
  );
  await client.expect(
    [
      '-ERR EXEC without MULTI',
      '-ERR DISCARD without MULTI',
      '+OK',
      '-ERR MULTI calls can not be nested',
      '-ERR WATCH inside MULTI is not allowed',
      '+OK',
      '-ERR EXEC without MULTI',
      '',
    ].join('\r\n'),
  );
});

test('an empty transaction answers an empty array', async () => {
  client.send(encode(['MULTI']) + encode(['EXEC']));
  await client.expect('+OK\r\n*0\r\n');
});

test('EXEC is aborted when a watched key was changed, created or removed, and only then', async () => {
  const other = await RawClient.open(server.port);
  const change = async (...args: string[]) => {
    other.command(...args);
    await other.expect(args[0] === 'SET' ? '+OK\r\n' : ':1\r\n');
  };
  const guarded = encode(['MULTI']) + encode(['SET', 'result', 'x']) + encode(['EXEC']);
  const cases: readonly (readonly [readonly string[] | null, string])[] = [
    [null, '*1\r\n+OK\r\n'],
    [['SET', 'k', '1'], '*-1\r\n'],
    [['SET', 'k', '1'], '*-1\r\n'],
    [['SET', 'unrelated', '1'], '*1\r\n+OK\r\n'],
    [['DEL', 'k'], '*-1\r\n'],
  ];
  for (const [args, expected] of cases) {
    client.command('WATCH', 'k', 'other');
    await client.expect('+OK\r\n');
    if (args !== null) await change(...args);
    client.send(guarded);
    await client.expect(`+OK\r\n+QUEUED\r\n${expected}`);
  }
  client.command('WATCH', 'k');
  await client.expect('+OK\r\n');
  await change('SET', 'k', '2');
  client.send(encode(['UNWATCH']) + guarded);
  await client.expect('+OK\r\n+OK\r\n+QUEUED\r\n*1\r\n+OK\r\n');
  other.close();
});

test('in RESP3 an aborted transaction is the one null', async () => {
  client.command('HELLO', '3');
  while (!client.received.endsWith('*0\r\n')) await new Promise(resolve => setImmediate(resolve));
  client.received = '';
  client.send([['WATCH', 'k'], ['SET', 'k', '1'], ['MULTI'], ['GET', 'k'], ['EXEC']].map(encode).join(''));
  await client.expect('+OK\r\n+OK\r\n+OK\r\n+QUEUED\r\n_\r\n');
});

inMemory('RAFT.ONCE gives the first result to every retry, on whichever connection', async () => {
  client.command('RAFT.SESSION');
  await client.expect(':1\r\n');
  const once = (sequence: number, ...args: string[]) => encode(['RAFT.ONCE', '1', String(sequence), ...args]);
  client.send(once(1, 'INCR', 'n') + once(1, 'INCR', 'n') + once(2, 'INCR', 'n') + encode(['GET', 'n']));
  await client.expect(`:1\r\n:1\r\n:2\r\n${bulk('2')}`);
  const other = await RawClient.open(server.port);
  other.send(once(1, 'INCR', 'n') + once(2, 'INCR', 'n'));
  await other.expect(':1\r\n:2\r\n');
  other.close();
  client.send(
    once(3, 'NOSUCH') +
      once(3, 'GET') +
      encode(['RAFT.ONCE', 'x', '3', 'GET', 'n']) +
      once(3, 'PING') +
      encode(['RAFT.ONCE', '99', '1', 'INCR', 'n']),
  );
  await client.expect(
    [
      "-ERR unknown command 'NOSUCH', with args beginning with: ",
      "-ERR wrong number of arguments for 'get' command",
      '-ERR value is not an integer or out of range',
      "-ERR unknown command 'PING', with args beginning with: ",
      '-NOSESSION ',
    ].join('\r\n'),
  );
});

test.run();
