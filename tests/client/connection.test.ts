/**
 * One connection: replies, and which outcomes are certain.
 *
 * @module
 */
import { createServer, type Server, type Socket } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ClientError } from '../../src/client/client-error.js';
import { type CommandOutcome, connect } from '../../src/client/connection.js';
import { plain } from '../../src/client/reply.js';
import { accountOf } from '../../src/gateway/users.js';
import { startGateway, type TestGateway } from '../gateway/helpers.js';

const test = suite('client connection');
let server: TestGateway;

test.before(async () => {
  server = await startGateway();
});
test.after(async () => {
  await server.gateway.close();
});

/** A server that does with a connection what the test says. */
async function withServer(
  handle: (socket: Socket) => void,
  run: (port: number) => Promise<void>,
): Promise<void> {
  const sockets: Socket[] = [];
  const raw: Server = createServer(socket => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    handle(socket);
  });
  await new Promise<void>(resolve => raw.listen(0, '127.0.0.1', resolve));
  const address = raw.address();
  try {
    await run(address !== null && typeof address === 'object' ? address.port : 0);
  } finally {
    for (const socket of sockets) socket.destroy();
    raw.close();
  }
}

function describe(outcome: CommandOutcome): string {
  return outcome.kind === 'ok' ? 'ok' : `${outcome.kind} ${outcome.error.code}`;
}

async function connectionError(port: number): Promise<ClientError> {
  const result = await connect({ host: '127.0.0.1', port, timeoutMs: 300 }).catch((error: unknown) => error);
  if (result instanceof ClientError) return result;
  throw new Error('it connected');
}

test('commands are pipelined and answered in order', async () => {
  const client = await connect({ host: '127.0.0.1', port: server.port, timeoutMs: 2000 });
  const replies = await Promise.all(Array.from({ length: 500 }, () => client.command(['INCR', 'n'])));
  assert.equal(
    replies.map(plain),
    Array.from({ length: 500 }, (_, at) => at + 1),
  );
  assert.is(plain(await client.command(['SET', 'ü', Buffer.from('ü')])), 'OK');
  assert.is(plain(await client.command(['GET', 'ü'])), 'ü');
  client.close();
});

test('latin1 keeps every byte', async () => {
  const client = await connect({ host: '127.0.0.1', port: server.port, timeoutMs: 2000, encoding: 'latin1' });
  const bytes = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join('');
  await client.command(['SET', bytes, bytes]);
  assert.is(plain(await client.command(['GET', bytes])), bytes);
  client.close();
});

test('errors of the server are certain, TIMEOUT is not', async () => {
  const client = await connect({ host: '127.0.0.1', port: server.port, timeoutMs: 2000 });
  const wrong = await client.execute(['INCR']);
  assert.is(describe(wrong), 'failed reply');
  server.engine.mode = { kind: 'refuse', code: 'no-leader' };
  assert.is(describe(await client.execute(['INCR', 'n'])), 'failed reply');
  server.engine.mode = { kind: 'lose' };
  assert.is(describe(await client.execute(['INCR', 'n'])), 'unknown reply');
  server.engine.mode = { kind: 'execute' };
  const failure = await client.command(['NOPE']).catch((error: unknown) => error);
  assert.ok(failure instanceof ClientError && failure.replyCode === 'ERR' && failure.certain);
  assert.is(describe(await client.execute([])), 'failed bad-argument');
  client.close();
  assert.is(describe(await client.execute(['PING'])), 'failed not-connected');
});

test('a refused connection is certain: nothing was sent', async () => {
  let port = 0;
  await withServer(
    () => undefined,
    async used => {
      port = used;
    },
  );
  const error = await connectionError(port);
  assert.is(error.code, 'refused');
  assert.is(error.certain, true);
  assert.match(error.message, new RegExp(`cannot connect to 127.0.0.1:${port}: connection refused`));
});

test('no reply in time, a lost connection and garbage leave the outcome unknown, of all that was sent', async () => {
  await withServer(
    () => undefined,
    async port => {
      const client = await connect({ host: '127.0.0.1', port, timeoutMs: 60 });
      const outcomes = await Promise.all([client.execute(['A']), client.execute(['B'])]);
      assert.equal(outcomes.map(describe), ['unknown timeout', 'unknown timeout']);
      assert.ok(client.closed);
    },
  );
  await withServer(
    socket => socket.once('data', () => socket.end('+first\r\n')),
    async port => {
      const client = await connect({ host: '127.0.0.1', port, timeoutMs: 2000 });
      const outcomes = await Promise.all([client.execute(['A']), client.execute(['B'])]);
      assert.equal(outcomes.map(describe), ['ok', 'unknown closed']);
    },
  );
  await withServer(
    socket => socket.once('data', () => socket.write('garbage\r\n')),
    async port => {
      const client = await connect({ host: '127.0.0.1', port, timeoutMs: 2000 });
      assert.is(describe(await client.execute(['A'])), 'unknown protocol');
    },
  );
});

test('a password is given before anything else', async () => {
  const closed = await startGateway({ users: [accountOf('default', 'admin', 'secret')] });
  const options = { host: '127.0.0.1', port: closed.port, timeoutMs: 2000 };
  const client = await connect({ ...options, password: 'secret' });
  assert.is(plain(await client.command(['PING'])), 'PONG');
  client.close();
  const refused = await connect({ ...options, password: 'wrong' }).catch((error: unknown) => error);
  assert.ok(refused instanceof ClientError && refused.replyCode === 'WRONGPASS');
  await closed.gateway.close();
});

test.run();
