/**
 * The gateway's own commands, by what a client reads.
 *
 * @module
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connect as connectClient, plain } from '../../src/client/index.js';
import type { GatewayAdmin } from '../../src/gateway/commands/gateway-command.js';
import { Gateway } from '../../src/gateway/gateway.js';
import { accountOf } from '../../src/gateway/users.js';
import type { CommandResult } from '../../src/runtime/handle.js';
import { MemoryEngine } from '../helpers/memory-engine.js';
import { bulk, encode, RawClient, startGateway, type TestGateway, until } from './helpers.js';

const test = suite('commands');

async function withGateway(
  run: (client: RawClient, server: TestGateway) => Promise<void>,
  options: Parameters<typeof startGateway>[0] = {},
  admin: GatewayAdmin | null = null,
): Promise<void> {
  const server = await startGateway(options, admin);
  const client = await RawClient.open(server.port);
  try {
    await run(client, server);
  } finally {
    client.close();
    await server.gateway.close();
  }
}

async function ask(client: RawClient, ...args: string[]): Promise<string> {
  client.received = '';
  client.command(...args);
  await until('a reply', () => client.received.endsWith('\r\n'));
  return client.received;
}

test('HELLO switches protocols, in the middle of a pipeline too', () =>
  withGateway(async client => {
    client.send(
      [
        ['GET', 'x'],
        ['HELLO', '3'],
        ['GET', 'x'],
        ['HELLO', '2'],
        ['GET', 'x'],
      ]
        .map(encode)
        .join(''),
    );
    await until('five replies', () => client.received.endsWith('*0\r\n$-1\r\n'));
    assert.match(client.received, /^\$-1\r\n%7\r\n\$6\r\nserver\r\n\$5\r\nredis\r\n/);
    assert.match(client.received, /\r\n_\r\n\*14\r\n/);
    assert.is(await ask(client, 'HELLO', '4'), '-NOPROTO unsupported protocol version\r\n');
    assert.is(await ask(client, 'HELLO', 'x'), '-ERR Protocol version is not an integer or out of range\r\n');
    assert.is(await ask(client, 'HELLO', '3', 'NOPE'), "-ERR Syntax error in HELLO option 'NOPE'\r\n");
    await ask(client, 'HELLO', '2', 'SETNAME', 'named');
    assert.is(await ask(client, 'CLIENT', 'GETNAME'), bulk('named'));
  }));

test('without a password AUTH says so, in the words of Redis', () =>
  withGateway(async client => {
    assert.match(
      await ask(client, 'AUTH', 'x'),
      /^-ERR AUTH <password> called without any password configured/,
    );
    assert.is(await ask(client, 'AUTH', 'default', 'x'), '+OK\r\n');
    assert.match(await ask(client, 'AUTH', 'other', 'x'), /^-WRONGPASS /);
  }));

test('with a password nothing but AUTH, HELLO, QUIT and RESET is answered before it', () =>
  withGateway(
    async (client, server) => {
      const noAuth = '-NOAUTH Authentication required.\r\n';
      for (const args of [['GET', 'a'], ['PING'], ['NOSUCH'], ['CHAOS', 'kill', '0'], ['MULTI'], ['INFO']]) {
        assert.is(await ask(client, ...args), noAuth, args.join(' '));
      }
      assert.match(await ask(client, 'HELLO', '3'), /^-NOAUTH HELLO must be called/);
      assert.is(
        await ask(client, 'AUTH', 'wrong'),
        '-WRONGPASS invalid username-password pair or user is disabled.\r\n',
      );
      assert.is(
        await ask(client, 'AUTH', 'other', 'sécret'),
        '-WRONGPASS invalid username-password pair or user is disabled.\r\n',
      );
      assert.is(await ask(client, 'AUTH', Buffer.from('sécret').toString('latin1')), '+OK\r\n');
      assert.is(await ask(client, 'GET', 'a'), '$-1\r\n');
      assert.is(await ask(client, 'RESET'), '+RESET\r\n');
      assert.is(await ask(client, 'GET', 'a'), noAuth);
      const stranger = await RawClient.open(server.port);
      stranger.send(`*2\r\n$4\r\nAUTH\r\n$1000000\r\n`);
      await until('closed', () => stranger.closed);
      assert.match(stranger.received, /^-ERR Protocol error: invalid bulk length/);
      const hello = await RawClient.open(server.port);
      hello.command('HELLO', '2', 'AUTH', 'default', Buffer.from('sécret').toString('latin1'));
      await until('a greeting', () => hello.received.startsWith('*14\r\n'));
      hello.close();
    },
    { users: [accountOf('default', 'admin', 'sécret')] },
  ));

test('outside loopback a password is required', async () => {
  const options = { node: 0, host: '0.0.0.0', port: 0, nodes: [] };
  const open = new Gateway(options, new MemoryEngine());
  const refused = await open.listen().then(
    () => null,
    (error: unknown) => error,
  );
  assert.is(refused instanceof Error && 'code' in refused ? refused.code : '', 'unprotected');
  const closed = new Gateway({ ...options, users: [accountOf('default', 'admin', 'x')] }, new MemoryEngine());
  await closed.listen();
  await closed.close();
});

test('a port in use is an error that names it', () =>
  withGateway(async (_client, { port }) => {
    const second = new Gateway({ node: 1, host: '127.0.0.1', port, nodes: [] }, new MemoryEngine());
    const error = await second.listen().then(
      () => null,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof Error && 'code' in error && error.code === 'port-in-use');
    assert.is(error.message, `port ${port} is in use`);
  }));

test('CLIENT knows, names and ends connections', () =>
  withGateway(async (client, server) => {
    const other = await RawClient.open(server.port);
    const id = /^:(\d+)\r\n$/.exec(await ask(other, 'CLIENT', 'ID'))?.[1] ?? '';
    assert.is(await ask(other, 'CLIENT', 'SETNAME', 'other'), '+OK\r\n');
    assert.match(await ask(other, 'CLIENT', 'SETNAME', 'a b'), /^-ERR Client names cannot contain spaces/);
    assert.is(await ask(other, 'CLIENT', 'SETINFO', 'lib-name', 'lib'), '+OK\r\n');
    assert.match(
      await ask(client, 'CLIENT', 'LIST'),
      new RegExp(`\\nid=${id} .* name=other .* lib-name=lib `),
    );
    assert.match(await ask(client, 'CLIENT', 'LIST', 'ID', id), new RegExp(`^\\$\\d+\\r\\nid=${id} `));
    assert.is(await ask(client, 'CLIENT', 'KILL', 'ID', '999'), ':0\r\n');
    assert.is(await ask(client, 'CLIENT', 'KILL', 'ID', id), ':1\r\n');
    await until('ended', () => other.closed);
    assert.is(await ask(client, 'CLIENT', 'KILL', '1.2.3.4:5'), '-ERR No such client\r\n');
    assert.is(await ask(client, 'CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'no'), ':1\r\n');
    await until('ended itself', () => client.closed);
  }));

test('CONFIG GET and SET change what is real, all or nothing', () =>
  withGateway(async client => {
    assert.is(
      await ask(client, 'CONFIG', 'GET', 'maxclients'),
      `*2\r\n${bulk('maxclients')}${bulk('10000')}`,
    );
    assert.match(
      await ask(client, 'CONFIG', 'SET', 'maxclients', '5', 'port', '1'),
      /^-ERR CONFIG SET failed .*'port'/,
    );
    assert.match(await ask(client, 'CONFIG', 'GET', 'max*'), /\$5\r\n10000\r\n/);
    assert.is(await ask(client, 'CONFIG', 'SET', 'maxclients', '5', 'redirect', 'yes'), '+OK\r\n');
    assert.match(
      await ask(client, 'CONFIG', 'GET', 'maxclients', 'redirect'),
      /\$1\r\n5\r\n.*\$3\r\nyes\r\n/s,
    );
    assert.match(await ask(client, 'CONFIG', 'SET', 'nope', '5'), /^-ERR Unknown option/);
  }));

test('CLUSTER shows the leader as master of all slots and the others as its replicas', async () => {
  const nodes = [0, 1, 2].map(node => ({ node, host: '127.0.0.1', port: 5001 + node }));
  await withGateway(
    async (client, { engine }) => {
      engine.hint = { node: 1, host: '127.0.0.1', port: 5002 };
      const slots = await ask(client, 'CLUSTER', 'SLOTS');
      assert.match(slots, /^\*1\r\n\*5\r\n:0\r\n:16383\r\n\*4\r\n\$9\r\n127.0.0.1\r\n:5002\r\n/);
      const text = await ask(client, 'CLUSTER', 'NODES');
      assert.match(text, /127.0.0.1:5002@5002 master - 0 0 1 connected 0-16383\n/);
      assert.match(text, /127.0.0.1:5001@5001 myself,slave [0-9a-f]{40} 0 0 0 connected\n/);
      assert.match(await ask(client, 'CLUSTER', 'INFO'), /cluster_state:ok\r\n/);
      assert.match(await ask(client, 'CLUSTER', 'SHARDS'), /health/);
      assert.match(await ask(client, 'CLUSTER', 'MYID'), /^\$40\r\n[0-9a-f]{40}\r\n$/);
      assert.is(await ask(client, 'CLUSTER', 'KEYSLOT', 'foo'), ':12182\r\n');
      assert.is(await ask(client, 'CLUSTER', 'KEYSLOT', 'x{foo}y'), ':12182\r\n');
      assert.is(await ask(client, 'CLUSTER', 'KEYSLOT', '123456789'), ':12739\r\n');
      engine.hint = null;
      assert.match(await ask(client, 'CLUSTER', 'SLOTS'), /^-CLUSTERDOWN /);
      assert.match(await ask(client, 'CLUSTER', 'INFO'), /cluster_state:fail\r\n/);
      assert.match(await ask(client, 'CLUSTER', 'FAILOVER'), /^-ERR unknown subcommand 'FAILOVER'/);
    },
    { nodes },
  );
});

test('RAFT and CHAOS hand their lines to the one command language', async () => {
  const lines: string[] = [];
  const results = new Map<string, CommandResult>([
    ['kill 1', { kind: 'done', text: 'node 1 killed — ünd weg' }],
    ['kill 77', { kind: 'failed', text: 'no node 77', code: 'bad-node' }],
    ['kil 1', { kind: 'invalid', text: 'Invalid operation\nusage: kill NODE' }],
    ['heal', { kind: 'done', text: '' }],
    ['debug log 0', { kind: 'done', text: 'log', data: { log: [1, 2] } }],
    ['debug all 2', { kind: 'done', text: 'all', data: {} }],
    ['transfer 2', { kind: 'done', text: 'done' }],
    ['snapshot 0', { kind: 'done', text: 'index 7' }],
  ]);
  const admin: GatewayAdmin = {
    execute: async line => {
      lines.push(line);
      const result = results.get(line);
      if (result === undefined) throw new Error(`unexpected ${line}`);
      return result;
    },
    status: () => Promise.reject(new Error('status is down')),
  };
  await withGateway(
    async (client, { port }) => {
      const typed = await connectClient({ host: '127.0.0.1', port, timeoutMs: 2000 });
      assert.is(plain(await typed.command(['CHAOS', 'kill', '1'])), 'node 1 killed — ünd weg');
      typed.close();
      assert.is(await ask(client, 'chaos', 'kill', '77'), '-ERR no node 77\r\n');
      assert.is(await ask(client, 'CHAOS', 'kil 1'), '-ERR Invalid operation usage: kill NODE\r\n');
      assert.is(await ask(client, 'CHAOS', 'heal'), '+OK\r\n');
      assert.is(await ask(client, 'RAFT', 'DEBUG', 'log'), bulk('{"log":[1,2]}'));
      assert.is(await ask(client, 'RAFT', 'DEBUG', 'all', '2'), bulk('{}'));
      assert.is(await ask(client, 'RAFT', 'TRANSFER', '2'), bulk('done'));
      assert.is(await ask(client, 'RAFT', 'SNAPSHOT'), bulk('index 7'));
      assert.is(await ask(client, 'RAFT', 'STATUS'), '-ERR status is down\r\n');
      assert.is(await ask(client, 'CHAOS', 'oops'), '-ERR unexpected oops\r\n');
      assert.match(await ask(client, 'RAFT', 'LEADER'), /^\*3\r\n:0\r\n\$9\r\n127.0.0.1\r\n:\d+\r\n$/);
      assert.is(lines.length, results.size + 1);
    },
    {},
    admin,
  );
  await withGateway(async client => {
    assert.match(await ask(client, 'CHAOS', 'heal'), /^-ERR there is no cluster control/);
    assert.match(await ask(client, 'RAFT', 'STATUS'), /"term":1/);
  });
});

test('what follows a slow exclusive command waits for it, other connections do not', async () => {
  let finish: (result: CommandResult) => void = () => undefined;
  const admin: GatewayAdmin = {
    execute: () =>
      new Promise(resolve => {
        finish = resolve;
      }),
    status: () => Promise.reject(new Error('not here')),
  };
  await withGateway(
    async (client, { port }) => {
      client.send(encode(['SET', 'k', '1']) + encode(['CHAOS', 'pause', '1']) + encode(['INCR', 'k']));
      await client.expect('+OK\r\n');
      const other = await RawClient.open(port);
      other.command('GET', 'k');
      await other.expect(bulk('1'));
      finish({ kind: 'done', text: 'paused' });
      await client.expect(`${bulk('paused')}:2\r\n`);
      other.close();
    },
    {},
    admin,
  );
});

test('INFO answers with and without a quorum', () =>
  withGateway(async (client, { engine }) => {
    await ask(client, 'SET', 'a', '1');
    const all = await ask(client, 'INFO');
    for (const expected of [
      /redis_version:7/,
      /loading:0/,
      /# Raft\r\nraft_node:0/,
      /raft_term:1/,
      /db0:keys=1/,
    ]) {
      assert.match(all, expected);
    }
    assert.not.match(await ask(client, 'INFO', 'raft'), /redis_version/);
    engine.mode = { kind: 'refuse', code: 'no-quorum' };
    assert.match(await ask(client, 'INFO'), /# Keyspace\r\n/);
  }));

test('COMMAND describes every command that is answered', () =>
  withGateway(async client => {
    const count = Number(/^:(\d+)/.exec(await ask(client, 'COMMAND', 'COUNT'))?.[1]);
    const list = await ask(client, 'COMMAND', 'LIST');
    assert.is(Number(/^\*(\d+)/.exec(list)?.[1]), count);
    for (const name of ['get', 'exec', 'raft.once', 'chaos', 'hello'])
      assert.match(list, new RegExp(`\r\n${name}\r\n`));
    assert.match(
      await ask(client, 'COMMAND', 'INFO', 'mset', 'nope'),
      /^\*2\r\n\*10\r\n\$4\r\nmset\r\n:-3\r\n.*\$-1\r\n$/s,
    );
    assert.is(
      await ask(client, 'COMMAND', 'GETKEYS', 'MSET', 'a', '1', 'b', '2'),
      `*2\r\n${bulk('a')}${bulk('b')}`,
    );
    assert.match(await ask(client, 'COMMAND', 'DOCS', 'get'), /^\*2\r\n\$3\r\nget\r\n\*/);
  }));

test('TIME, MEMORY USAGE, DEBUG, SELECT, RESET', () =>
  withGateway(async client => {
    assert.match(await ask(client, 'TIME'), /^\*2\r\n\$10\r\n\d{10}\r\n\$\d\r?/);
    await ask(client, 'RPUSH', 'l', 'a'.repeat(1000));
    assert.ok(Number(/^:(\d+)/.exec(await ask(client, 'MEMORY', 'USAGE', 'l'))?.[1]) > 1000);
    assert.is(await ask(client, 'MEMORY', 'USAGE', 'nothing'), '$-1\r\n');
    assert.match(await ask(client, 'DEBUG', 'SLEEP', '10'), /^-ERR DEBUG SLEEP is refused/);
    assert.is(await ask(client, 'SELECT', '0'), '+OK\r\n');
    assert.is(await ask(client, 'SELECT', '1'), '-ERR DB index is out of range\r\n');
    assert.is(await ask(client, 'MULTI'), '+OK\r\n');
    assert.is(await ask(client, 'RESET'), '+RESET\r\n');
    assert.is(await ask(client, 'EXEC'), '-ERR EXEC without MULTI\r\n');
  }));

test.run();
