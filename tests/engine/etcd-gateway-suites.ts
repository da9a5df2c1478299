/**
 * The suites of `etcd-gateway.test.ts`, in one module: they must all be there before the first of them runs.
 *
 * @module
 */
import './etcd-setup.js';
import '../gateway/ioredis.test.js';
import '../gateway/node-redis.test.js';
import '../gateway/redis-cli.test.js';
import '../gateway/redis-comparison.test.js';
import '../gateway/transactions.test.js';
import '../gateway/pipeline.test.js';
import '../gateway/crosstalk.test.js';
import './etcd-agreement.js';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type EngineStatus, engineText, parseStatus } from '../../src/cli/gateway-status.js';
import { connect, plain } from '../../src/client/index.js';
import { startGateway, type TestGateway } from '../gateway/helpers.js';
import { startServer } from '../helpers/serve.js';
import { etcdMembers, stopEtcd } from './etcd-setup.js';

const test = suite('a gateway in front of etcd');
let server: TestGateway;

test.before(async () => {
  server = await startGateway();
});
test.after(async () => {
  await server.gateway.close();
  // The last suite: etcd ends after all others.
  await stopEtcd();
});

/** What is answered, errors as their text. */
async function ask(line: string): Promise<unknown> {
  const client = await connect({ host: '127.0.0.1', port: server.port, timeoutMs: 10_000 });
  const outcome = await client.execute(line.split(' '));
  client.close();
  return outcome.kind === 'ok' ? plain(outcome.reply) : outcome.error.message;
}

test('the program serves until it is told to stop', async () => {
  const { endpoints } = await etcdMembers();
  const own = ['--etcd-prefix', 'program/', '--port', '0'];
  const program = await startServer(['--engine', 'etcd', '--endpoints', endpoints.join(','), ...own]);
  const port = Number(/^ready: gateway at localhost:(\d+) in front of etcd /m.exec(program.output())?.[1]);
  const client = await connect({ host: 'localhost', port, timeoutMs: 10_000 });
  assert.is(plain(await client.command(['INCR', 'n'])), 1);
  client.close();
  assert.is(await program.end('SIGTERM'), 0);
});

test('says what it is and which members there are', async () => {
  const { engine, members } = JSON.parse(String(await ask('RAFT STATUS')));
  assert.is(engine, 'etcd');
  assert.is(members.length, 3);
  assert.match(String(await ask('INFO')), /# Engine\r\nengine:etcd\r\netcd_prefix:test /);
  assert.not.match(String(await ask('INFO')), /# Raft/);
  assert.match(String(await ask('CLUSTER INFO')), /cluster_state:ok/);
  assert.equal(await ask('RAFT LEADER'), [0, '127.0.0.1', server.port]);
});

test('its status has a line for each member', async () => {
  const text = engineText(parseStatus(String(await ask('RAFT STATUS'))) as EngineStatus);
  assert.match(text, /^etcd behind this gateway\n/);
  assert.is((text.match(/^ {2}endpoint 127\.0\.0\.1:\d+, reachable true, /gm) ?? []).length, 3);
});

for (const [line, refusal] of [
  ['RANDOMKEY', /^ERR RANDOMKEY is not offered on etcd: /],
  ['RAFT.SESSION', /^ERR RAFT.SESSION is not offered on etcd: /],
  ['RAFT.ONCE 1 1 INCR n', /^ERR RAFT.ONCE is not offered on etcd: /],
  ['SUBSCRIBE __keyspace@0__:k', /^ERR this engine does not tell which keys change/],
  ['PSUBSCRIBE __key*__:*', /^ERR this engine does not tell which keys change/],
  ['CHAOS kill leader', /^ERR there is no cluster control behind this gateway/],
  ['RAFT TRANSFER 1', /^ERR there is no cluster control behind this gateway/],
  ['RAFT BACKUP BEGIN', /^ERR there is nothing to take a backup of/],
  ['PEXPIREAT k 99999999999999999', /^ERR etcd cannot carry an expiry that far/],
] as const) {
  test(`refuses ${line}`, async () => {
    await ask('SET k v');
    assert.match(String(await ask(line)), refusal);
    assert.is(await ask('GET k'), 'v');
  });
}

test.run();
