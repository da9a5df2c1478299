/**
 * Users and roles: what each may run, and that a refused command has no effect.
 *
 * @module
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { accountOf, Users } from '../../src/gateway/users.js';
import { bulk, encode, RawClient, startGateway, type TestGateway } from './helpers.js';

const test = suite('users');
let server: TestGateway;
const clients: RawClient[] = [];

test.before(async () => {
  server = await startGateway(
    {
      users: [
        accountOf('default', 'admin', 'root-secret'),
        accountOf('writer', 'read-write', 'writer-secret'),
        accountOf('reader', 'read-only', 'reader-secret'),
      ],
    },
    {
      execute: () => Promise.resolve({ kind: 'done', text: 'executed' }),
      status: () => Promise.reject(new Error('not asked for here')),
    },
  );
});
test.after(async () => {
  for (const client of clients) client.close();
  await server.gateway.close();
});

async function as(user: string): Promise<RawClient> {
  const client = await RawClient.open(server.port);
  clients.push(client);
  client.command('AUTH', user, user === 'default' ? 'root-secret' : `${user}-secret`);
  await client.expect('+OK\r\n');
  return client;
}

const refusal = (user: string, what: string): string =>
  `-NOPERM User ${user} has no permissions to run the '${what}' command\r\n`;

test('a reader reads and cannot write, in no way', async () => {
  const reader = await as('reader');
  reader.command('GET', 'k');
  await reader.expect('$-1\r\n');
  const attempts: readonly (readonly [readonly string[], string])[] = [
    [['SET', 'k', 'v'], 'set'],
    [['set', 'k', 'v'], 'set'],
    [['DEL', 'k'], 'del'],
    [['GETDEL', 'k'], 'getdel'],
    [['FLUSHALL'], 'flushall'],
    [['RAFT.SESSION'], 'raft.session'],
    [['RAFT.ONCE', '1', '1', 'SET', 'k', 'v'], 'raft.once'],
  ];
  for (const [args, what] of attempts) {
    reader.command(...args);
    await reader.expect(refusal('reader', what));
  }
  assert.is(server.engine.machine.keyCount, 0);
});

test('a refused command makes a transaction abort', async () => {
  const reader = await as('reader');
  reader.send(['MULTI', 'GET k', 'SET k v', 'EXEC'].map(line => encode(line.split(' '))).join(''));
  await reader.expect(
    `+OK\r\n+QUEUED\r\n${refusal('reader', 'set')}-EXECABORT Transaction discarded because of previous errors.\r\n`,
  );
  assert.is(server.engine.machine.keyCount, 0);
});

test('CHAOS, RAFT, CONFIG SET and what concerns other clients is for admins', async () => {
  const attempts: readonly (readonly [readonly string[], string])[] = [
    [['CHAOS', 'kill', 'leader'], 'chaos'],
    [['RAFT', 'STATUS'], 'raft'],
    [['RAFT', 'TRANSFER', '1'], 'raft'],
    [['CONFIG', 'SET', 'maxclients', '1'], 'config|set'],
    [['CLIENT', 'LIST'], 'client|list'],
    [['CLIENT', 'KILL', 'TYPE', 'normal'], 'client|kill'],
  ];
  for (const user of ['reader', 'writer']) {
    const client = await as(user);
    for (const [args, what] of attempts) {
      client.command(...args);
      await client.expect(refusal(user, what));
    }
    client.command('PING');
    await client.expect('+PONG\r\n');
  }
  const admin = await as('default');
  admin.command('CHAOS', 'kill', 'leader');
  await admin.expect(bulk('executed'));
});

test('a writer writes; another AUTH changes who it is, RESET makes it a stranger', async () => {
  const client = await as('writer');
  client.command('SET', 'k', 'v');
  await client.expect('+OK\r\n');
  client.command('AUTH', 'reader', 'reader-secret');
  await client.expect('+OK\r\n');
  client.command('SET', 'k', 'w');
  await client.expect(refusal('reader', 'set'));
  client.command('AUTH', 'writer', 'reader-secret');
  await client.expect('-WRONGPASS invalid username-password pair or user is disabled.\r\n');
  client.command('ACL', 'WHOAMI');
  await client.expect(bulk('reader'));
  client.command('RESET');
  await client.expect('+RESET\r\n');
  client.command('GET', 'k');
  await client.expect('-NOAUTH Authentication required.\r\n');
  client.command('QUIT');
  await client.expect('+OK\r\n');
});

test('a password is compared whole, whoever asks, and an unknown user is told what a wrong password is told', () => {
  const users = new Users([accountOf('ann', 'read-only', 'sécret')]);
  const bytes = Buffer.from('sécret').toString('latin1');
  assert.is(users.logIn('ann', bytes)?.role, 'read-only');
  for (const wrong of ['', 's', bytes.slice(0, -1), `${bytes}x`, 'sécret']) {
    assert.is(users.logIn('ann', wrong), null, JSON.stringify(wrong));
  }
  assert.is(users.logIn('bob', bytes), null);
  assert.is(users.logIn('default', bytes), null);
  assert.is(users.logIn('bob', '\0'.repeat(32)), null);
  assert.is(users.initial, null);
});

test('without the user default nobody is let in by a password alone', async () => {
  const closed = await startGateway({ users: [accountOf('ann', 'admin', 'x')] });
  const client = await RawClient.open(closed.port);
  client.command('AUTH', 'x');
  await client.expect('-WRONGPASS invalid username-password pair or user is disabled.\r\n');
  client.command('AUTH', 'ann', 'x');
  await client.expect('+OK\r\n');
  client.close();
  await closed.gateway.close();
});

test.run();
