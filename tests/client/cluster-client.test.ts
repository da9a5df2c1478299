/**
 * The cluster client: it goes on to other nodes when that is safe, and writes exactly once.
 *
 * @module
 */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ClusterClient } from '../../src/client/cluster-client.js';
import { needsSession } from '../../src/client/read-commands.js';
import { plain } from '../../src/client/reply.js';
import { COMMAND_TABLE } from '../../src/gateway/commands/lookup.js';
import { startGateway, type TestGateway } from '../gateway/helpers.js';

const test = suite('cluster client');
const servers: TestGateway[] = [];

async function start(options: Parameters<typeof startGateway>[0] = {}): Promise<TestGateway> {
  const server = await startGateway(options);
  servers.push(server);
  return server;
}

test.after.each(async () => {
  for (const server of servers.splice(0)) await server.gateway.close();
});

const addressOf = ({ port }: TestGateway) => ({ host: '127.0.0.1', port });

test('it goes on to the next node when a command was certainly not executed', async () => {
  const [down, leaderless, good] = [await start(), await start(), await start()];
  await down.gateway.close();
  servers.shift();
  leaderless.engine.mode = { kind: 'refuse', code: 'no-leader' };
  const client = new ClusterClient({ nodes: [down, leaderless, good].map(addressOf), timeoutMs: 1000 });
  assert.is(plain(await client.command(['SET', 'k', 'v'])), 'OK');
  assert.is(good.engine.machine.readWords(['GET', 'k']), 'v');
  assert.is(leaderless.engine.writeBatches, 1);
  assert.is(plain(await client.command(['GET', 'k'])), 'v');
  assert.is(leaderless.engine.readBatches, 0);
  client.close();
});

test('it follows MOVED, and waits for a leader until its deadline', async () => {
  const follower = await start({ node: 1, redirect: true });
  const leader = await start();
  follower.engine.hint = { node: 0, host: '127.0.0.1', port: leader.port };
  const client = new ClusterClient({
    nodes: [follower, leader].map(addressOf),
    timeoutMs: 1000,
    deadlineMs: 300,
    retryDelayMs: 10,
  });
  assert.is(plain(await client.command(['INCR', 'n'])), 1);
  leader.engine.mode = { kind: 'refuse', code: 'no-quorum' };
  const outcome = await client.execute(['INCR', 'n']);
  assert.is(outcome.kind, 'failed');
  setTimeout(() => {
    leader.engine.mode = { kind: 'execute' };
  }, 100);
  assert.is(plain(await client.command(['INCR', 'n'])), 2);
  client.close();
});

test('without exactlyOnce an unknown outcome is not retried', async () => {
  const server = await start();
  server.engine.mode = { kind: 'lose' };
  const client = new ClusterClient({ nodes: [addressOf(server)], timeoutMs: 1000 });
  const outcome = await client.execute(['INCR', 'n']);
  assert.is(outcome.kind, 'unknown');
  assert.is(server.engine.machine.readWords(['GET', 'n']), '1');
  client.close();
});

test('a node that is silent is left: the next command goes to another one', async () => {
  const silent = createServer(() => {}).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  const nodes = [{ host: '127.0.0.1', port }, addressOf(await start())];
  // No time is left for a second attempt.
  const client = new ClusterClient({ nodes, timeoutMs: 100, deadlineMs: 100 });
  try {
    assert.is((await client.execute(['GET', 'k'])).kind, 'unknown');
    assert.is((await client.execute(['GET', 'k'])).kind, 'ok');
  } finally {
    client.close();
    silent.close();
  }
});

test('an error of the command itself is not retried', async () => {
  const server = await start();
  const client = new ClusterClient({ nodes: [addressOf(server)], timeoutMs: 1000, exactlyOnce: true });
  await client.command(['SET', 'text', 'x']);
  const outcome = await client.execute(['INCR', 'text']);
  assert.is(outcome.kind, 'failed');
  assert.match(outcome.kind === 'failed' ? outcome.error.message : '', /not an integer/);
  client.close();
});

test('with exactlyOnce tokens are written exactly once though outcomes are lost and connections die', async () => {
  const server = await start();
  let lost = 0;
  let turn = 0;
  const chaos = setInterval(() => {
    turn++;
    server.engine.mode =
      turn % 3 === 0
        ? { kind: 'lose' }
        : turn % 3 === 1
          ? { kind: 'execute' }
          : { kind: 'refuse', code: 'no-leader' };
  }, 3);
  const client = new ClusterClient({
    nodes: [addressOf(server), addressOf(server)],
    timeoutMs: 1000,
    deadlineMs: 5000,
    retryDelayMs: 1,
    exactlyOnce: true,
  });
  const workers = Array.from({ length: 8 }, async (_, worker) => {
    for (let at = 0; at < 60; at++) {
      const outcome = await client.execute(['APPEND', 'tokens', `<${worker}.${at}>`]);
      if (outcome.kind !== 'ok') lost++;
    }
  });
  await Promise.all(workers);
  clearInterval(chaos);
  const text = String(server.engine.machine.readWords(['GET', 'tokens']));
  const tokens = text.match(/<\d+\.\d+>/g) ?? [];
  assert.is(lost, 0);
  assert.is(new Set(tokens).size, 8 * 60);
  assert.is(tokens.length, 8 * 60);
  assert.ok(server.gateway.metrics().unknown > 0, 'no outcome was lost');
  client.close();
});

test('a session that the cluster forgot is replaced when nothing was executed', async () => {
  const server = await start();
  const client = new ClusterClient({ nodes: [addressOf(server)], timeoutMs: 1000, exactlyOnce: true });
  await client.command(['INCR', 'n']);
  assert.is(plain(await client.command(['RAFT.SESSION', 'CLOSE', '1'])), 'OK');
  assert.is(plain(await client.command(['INCR', 'n'])), 2);
  client.close();
});

test('every command that writes is written once, and no other is', () => {
  const mistaken = COMMAND_TABLE.all.filter(({ kind, command }) => {
    const writes = kind === 'store' && command.access === 'write' && command.name !== 'raft.session';
    return needsSession(command.name) !== writes;
  });
  assert.equal(
    mistaken.map(({ command }) => command.name),
    [],
  );
});

test.run();
