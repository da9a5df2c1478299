/**
 * What `config.txt`, the environment and the flags of `raftkv serve` say reaches the gateways, and the programs of this
 * project show who they are.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type ClientConnection, type ClientReply, connect, plain } from '../../src/client/index.js';
import type { ClusterStatus } from '../../src/runtime/status.js';
import { eventually, RAFTKV, type Server, startServer, workspace } from '../helpers/serve.js';

const test = suite('serve: access and limits');
const PORT = 10_230;
const METRICS_PORT = 10_239;
const TUI = fileURLToPath(new URL('../../tui/main.js', import.meta.url));
const space = workspace(3, PORT);
const environment = { ...process.env, RAFTKV_PASSWORD: 'from-environment' };
let server: Server;

test.before(async () => {
  writeFileSync(join(space.folder, 'users'), 'ann read-only hers\n');
  const more = ['max_key_bytes: 10', 'max_value_bytes: 20', 'max_clients: 5', 'users_file: users'];
  appendFileSync(space.config, `${more.join('\n')}\n`);
  process.env.RAFTKV_PASSWORD = 'from-environment';
  const flags = ['--memory', '--redirect', '--metrics-port', String(METRICS_PORT)];
  server = await startServer([space.config, ...flags]);
  delete process.env.RAFTKV_PASSWORD;
});
test.after(async () => {
  assert.is(await server.end('SIGTERM'), 0);
  space.remove();
});

const open = (node: number, password = 'from-environment', username = 'default'): Promise<ClientConnection> =>
  connect({ host: '127.0.0.1', port: PORT + node, timeoutMs: 5000, username, password });

async function answer(client: ClientConnection, ...args: string[]): Promise<string> {
  const outcome = await client.execute(args);
  return outcome.kind === 'ok' ? String(plain(outcome.reply as ClientReply)) : outcome.error.message;
}

async function leaderOf(client: ClientConnection): Promise<number> {
  return Number((await answer(client, 'RAFT', 'LEADER')).split(',')[0]);
}

test('limits of sizes and connections, users and redirection are in force', async () => {
  const first = await open(0);
  const leader = await leaderOf(first);
  first.close();
  const client = await open(leader);
  assert.match(await answer(client, 'SET', 'k'.repeat(11), 'v'), /exceeds the limit of 10 bytes/);
  assert.match(await answer(client, 'SET', 'k', 'v'.repeat(21)), /exceeds the limit of 20 bytes/);
  assert.is(await answer(client, 'SET', 'k', 'v'), 'OK');
  assert.is(await answer(client, 'CONFIG', 'GET', 'maxclients'), 'maxclients,5');
  const follower = await open((leader + 1) % 3);
  assert.match(await answer(follower, 'GET', 'k'), new RegExp(`^MOVED \\d+ localhost:${PORT + leader}$`));
  follower.close();
  const ann = await open(leader, 'hers', 'ann');
  assert.match(await answer(ann, 'SET', 'k', 'w'), /^NOPERM/);
  assert.is(await answer(ann, 'GET', 'k'), 'v');
  const others = await Promise.all([open(leader), open(leader), open(leader)]);
  const refused = await open(leader).catch((error: unknown) => String(error));
  assert.match(String(refused), /max number of clients reached|closed|ECONNRESET/);
  for (const each of [client, ann, ...others]) each.close();
});

test('the command line and the terminal UI take the password from the environment', () => {
  const run = (env: NodeJS.ProcessEnv, program: string, ...args: string[]) =>
    spawnSync(process.execPath, [program, ...args], { encoding: 'utf8', timeout: 20_000, env });
  const status = run(environment, RAFTKV, 'status', space.config, '--json');
  assert.is((JSON.parse(status.stdout) as ClusterStatus).nodes.length, 3);
  const attach = ['--connect', `127.0.0.1:${PORT}`, '--once', '--json'];
  const attached = run(environment, TUI, ...attach);
  assert.is(attached.status, 0, attached.stderr);
  assert.match(attached.stdout, /"nodes"/);
  const stranger = run({ ...process.env, RAFTKV_PASSWORD: '' }, TUI, ...attach);
  assert.is(stranger.status, 1);
  assert.match(stranger.stderr, /NOAUTH/);
});

test('metrics and health are served', async () => {
  assert.match(server.output(), /^metrics: http:\/\/127\.0\.0\.1:10239\/metrics and \/health$/m);
  const health = await eventually('health', 5000, async () => {
    const response = await fetch(`http://127.0.0.1:${METRICS_PORT}/health`);
    return response.status === 200 ? response : undefined;
  });
  assert.is(((await health.json()) as { nodesUp: number }).nodesUp, 3);
});

test.run();
