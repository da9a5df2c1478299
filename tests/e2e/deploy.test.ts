/**
 * `raftkv deploy` against a real ssh server on loopback: from an empty directory to a cluster that serves, with one command;
 * a second run changes nothing; a stop stops; and what it must not do, it does not do.
 */
import { execFile, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connect, plain } from '../../src/client/index.js';
import { hasProgram, RAFTKV, type Ran, workspace } from '../helpers/serve.js';
import { hasSshServer, SshServer } from '../helpers/ssh-server.js';

const test = suite('deploy');
const SSH_PORT = 27_001;
const PORT = 27_010;
const HOST = '127.0.0.1';
/** Of a config with two hosts; nothing listens there. */
const ABSENT_HOST = '127.0.0.77';
const COMMAND_LIMIT_MS = 90_000;

const check = hasSshServer() ? test : test.skip;
const ssh = new SshServer(SSH_PORT);
const space = workspace(3, PORT, ['password_file: the password']);
/** What is a host's own folder in life lies beside the test's other files here. */
const home = join(space.folder, `o'dd $HOME "dir" %`);

/** Runs `raftkv deploy` to its end. */
function deploy(...args: readonly string[]): Promise<Ran> {
  return deployWith({ config: space.config, knownHosts: ssh.knownHosts }, ...args);
}

function deployWith(use: { config: string; knownHosts: string }, ...args: readonly string[]): Promise<Ran> {
  const access = ['--port', String(SSH_PORT), '--user', ssh.user, '--identity', ssh.identity];
  const own = [...access, '--known-hosts', use.knownHosts, '--ssh-config', '/dev/null'];
  const line = [RAFTKV, 'deploy', use.config, '--dir', home, '--node', process.execPath, ...own, ...args];
  return new Promise(resolve => {
    const child = execFile(process.execPath, line, { timeout: COMMAND_LIMIT_MS }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    );
  });
}

/** Everything below the directory but what the servers themselves write. */
function contents(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true })
    .map(String)
    .filter(name => !/^(data|run\/serve\.log)/.test(name))
    .map(name => `${name} ${statSync(join(folder, name)).mtimeMs}`)
    .sort();
}

async function ask(...command: readonly string[]): Promise<string> {
  const client = await connect({ host: HOST, port: PORT, timeoutMs: 10_000, password: 'secret' });
  try {
    const outcome = await client.execute(command);
    return outcome.kind === 'ok' ? String(plain(outcome.reply)) : outcome.error.message;
  } finally {
    client.close();
  }
}

const processIn = ({ stdout }: Ran): number => Number(/process (\d+)/.exec(stdout)?.[1]);

test.before(async () => {
  if (check !== test) return;
  writeFileSync(space.config, readFileSync(space.config, 'utf8').replace('localhost', HOST));
  writeFileSync(join(space.folder, 'the password'), 'secret\n');
  await ssh.start(HOST);
});

test.after(async () => {
  if (existsSync(home)) await deploy('--stop');
  await ssh.stop();
  space.remove();
});

check('a host whose key is not known is not talked to, and a plan changes nothing', async () => {
  const nobody = join(space.folder, 'nobody');
  writeFileSync(nobody, '');
  const [stranger, unsafe, plan] = await Promise.all([
    deployWith({ config: space.config, knownHosts: nobody }),
    deploy('--ssh-option', 'StrictHostKeyChecking=no'),
    deploy('--dry-run'),
  ]);
  assert.is(stranger.code, 1);
  assert.match(stranger.stderr, /127\.0\.0\.1: its host key is not known: check what ssh-keyscan/);
  assert.is(unsafe.code, 2);
  assert.match(unsafe.stderr, /host keys are always checked/);
  assert.is(plan.code, 0, plan.stderr);
  assert.match(plan.stdout, /would copy program and config and start/);
  assert.not(existsSync(home));
});

check('one command makes a cluster; the same command again changes nothing', async () => {
  const first = await deploy();
  assert.is(first.code, 0, first.stderr);
  assert.match(first.stdout, /started, program and config copied, .*ready: 3 nodes on ports 27010–27012/);
  assert.is(await ask('SET', 'k', 'kept'), 'OK');
  const private_ = ['', 'config/config.txt', 'config/the password'];
  assert.equal(
    private_.map(name => statSync(join(home, name)).mode & 0o777),
    [0o700, 0o600, 0o600],
  );

  const before = contents(home);
  const second = await deploy();
  assert.is(second.code, 0, second.stderr);
  assert.match(second.stdout, /127\.0\.0\.1: unchanged, /);
  assert.is(second.stderr, '');
  assert.is(processIn(second), processIn(first));
  assert.equal(contents(home), before);
});

check('another config restarts the servers with it, and their data is still there', async () => {
  appendFileSync(space.config, 'max_key_bytes: 10\n');
  const changed = await deploy();
  assert.is(changed.code, 0, changed.stderr);
  assert.match(changed.stdout, /restarted, config copied/);
  assert.is(await ask('GET', 'k'), 'kept');
  assert.match(await ask('SET', 'k'.repeat(11), 'v'), /exceeds the limit of 10 bytes/);
});

check('what runs is told, a foreign directory is left alone, an absent host keeps nobody', async () => {
  const foreign = join(space.folder, 'foreign');
  mkdirSync(foreign);
  writeFileSync(join(foreign, 'thesis.txt'), 'unsaved');
  const several = join(space.folder, 'several.txt');
  const text = readFileSync(space.config, 'utf8');
  writeFileSync(several, text.replace(`servers: ${HOST}`, `servers: ${ABSENT_HOST}, ${HOST}`));
  const [status, logs, refused, partial] = await Promise.all([
    deploy('--status', '--json'),
    deploy('--logs'),
    deploy('--dir', foreign),
    deployWith({ config: several, knownHosts: ssh.knownHosts }, '--status'),
  ]);
  assert.is(status.code, 0, status.stderr);
  assert.match(JSON.parse(status.stdout).ready, /^ready: 3 nodes/);
  assert.match(logs.stdout, /SIGTERM: stopping/);
  assert.is(refused.code, 1);
  assert.match(refused.stderr, /is not empty and was not made by raftkv deploy: choose another with --dir/);
  assert.equal(readdirSync(foreign), ['thesis.txt']);
  assert.is(partial.code, 1);
  assert.match(partial.stderr, /127\.0\.0\.77: not reachable: .*refused/i);
  assert.match(partial.stderr, /1 of 2 hosts failed/);
  assert.match(partial.stdout, /127\.0\.0\.1: process \d+/);
});

check('a stop stops, and a second one finds nothing to do', async () => {
  const stopped = await deploy('--stop');
  assert.is(stopped.code, 0, stopped.stderr);
  assert.match(stopped.stdout, /stopped; its data stays/);
  const refused = await connect({ host: HOST, port: PORT, timeoutMs: 10_000 }).catch((error: Error) => error);
  assert.instance(refused, Error);
  assert.ok(existsSync(join(home, 'data')));
  const [again, status] = await Promise.all([deploy('--stop'), deploy('--status')]);
  assert.match(again.stdout, /unchanged: nothing was running/);
  assert.is(status.code, 1);
  assert.match(status.stdout, /stopped: /);
});

check('units for systemd are valid where systemd can tell', async () => {
  const units = join(space.folder, 'units');
  const written = await deploy('--write-systemd', units);
  assert.is(written.code, 0, written.stderr);
  const [unit = ''] = readdirSync(units);
  assert.is(unit, 'raftkv-127.0.0.1.service');
  if (!hasProgram('systemd-analyze')) return;
  const { status, stderr } = spawnSync('systemd-analyze', ['verify', join(units, unit)], {
    encoding: 'utf8',
  });
  assert.is(status, 0, stderr);
  assert.not.match(stderr, unit);
});

test.run();
