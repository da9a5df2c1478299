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
import { dirname, join, relative } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connect, plain } from '../../src/client/index.js';
import { shippedFile } from '../../src/config/load-config.js';
import { hasProgram, RAFTKV, type Ran, workspace } from '../helpers/serve.js';
import { hasSshServer, SshServer } from '../helpers/ssh-server.js';

const test = suite('deploy');
const SSH_PORT = 27_001;
const PORT = 27_010;
const HOSTS = ['127.0.0.2', '127.0.0.3'] as const;
/** Of another config; nothing listens there. */
const ABSENT_HOST = '127.0.0.77';
/** Of the program, relative to a release. */
const ENTRY = relative(dirname(shippedFile('package.json')), RAFTKV);
const COMMAND_LIMIT_MS = 90_000;

const check = hasSshServer() ? test : test.skip;
const ssh = new SshServer(SSH_PORT);
const space = workspace(1, PORT, ['password_file: the password']);
/** The hosts share this machine: the folder of each has its name. */
const homes = join(space.folder, `o'dd $HOME "dir" %h %`);
const homeOf = (host: string): string => homes.replace('%h', host);

/** Runs `raftkv deploy` to its end. */
function deploy(...args: readonly string[]): Promise<Ran> {
  return deployWith({ config: space.config, knownHosts: ssh.knownHosts }, ...args);
}

function deployWith(use: { config: string; knownHosts: string }, ...args: readonly string[]): Promise<Ran> {
  const access = ['--port', String(SSH_PORT), '--user', ssh.user, '--identity', ssh.identity];
  // The default key exchange costs many times as much.
  const quick = ['--ssh-config', '/dev/null', '--ssh-option', 'KexAlgorithms=curve25519-sha256'];
  const own = [...access, '--known-hosts', use.knownHosts, ...quick];
  const line = [RAFTKV, 'deploy', use.config, '--dir', homes, '--node', process.execPath, ...own, ...args];
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

async function ask(host: string, ...command: readonly string[]): Promise<string> {
  const client = await connect({ host, port: PORT, timeoutMs: 10_000, password: 'secret' });
  try {
    const outcome = await client.execute(command);
    return outcome.kind === 'ok' ? String(plain(outcome.reply)) : outcome.error.message;
  } finally {
    client.close();
  }
}

const processesIn = ({ stdout }: Ran): readonly string[] => stdout.match(/process \d+/g) ?? [];

/** What is said of every host, in the order of the config. */
const eachHost = (text: string): RegExp =>
  new RegExp(`^${HOSTS.map(host => `${host}: ${text}\\n`).join('')}$`);

test.before(async () => {
  if (check !== test) return;
  writeFileSync(space.config, readFileSync(space.config, 'utf8').replace('localhost', HOSTS.join(', ')));
  writeFileSync(join(space.folder, 'the password'), 'secret\n');
  await ssh.start(...HOSTS);
});

test.after(async () => {
  if (HOSTS.some(host => existsSync(homeOf(host)))) await deploy('--stop');
  await ssh.stop();
  space.remove();
});

check('a host whose key is not known is not talked to, and a plan changes nothing', async () => {
  const nobody = join(space.folder, 'nobody');
  writeFileSync(nobody, '');
  const [stranger, unsafe, plan] = await Promise.all([
    deployWith({ config: space.config, knownHosts: nobody }, '--only', HOSTS[0]),
    deploy('--ssh-option', 'StrictHostKeyChecking=no'),
    deploy('--dry-run'),
  ]);
  assert.is(stranger.code, 1);
  assert.match(stranger.stderr, /127\.0\.0\.2: its host key is not known: check what ssh-keyscan/);
  assert.is(unsafe.code, 2);
  assert.match(unsafe.stderr, /host keys are always checked/);
  assert.is(plan.code, 0, plan.stderr);
  assert.match(plan.stdout, eachHost('would copy program and config and start: .*'));
  assert.not(existsSync(homeOf(HOSTS[0])));
});

check('one command makes a cluster; the same command again changes nothing', async () => {
  const first = await deploy();
  assert.is(first.code, 0, first.stderr);
  assert.match(first.stdout, eachHost('started, program and config copied, .*, ready: .* 2 on 2 hosts, .*'));
  assert.is(await ask(HOSTS[0], 'SET', 'k', 'kept'), 'OK');
  assert.is(await ask(HOSTS[1], 'GET', 'k'), 'kept');
  const secrets = HOSTS.map(host => readFileSync(join(homeOf(host), 'config/link.secret'), 'utf8'));
  assert.match(secrets[0] ?? '', /^[0-9a-f]{64}\n$/);
  assert.is(secrets[1], secrets[0]);
  const files = ['', 'config/config.txt', 'config/the password', 'config/link.secret'];
  const modes = files.map(name => statSync(join(homeOf(HOSTS[1]), name)).mode & 0o777);
  assert.equal(modes, [0o700, 0o600, 0o600, 0o600]);

  // Loads every command there is: what was copied is complete without this machine's packages.
  const program = join(homeOf(HOSTS[1]), 'current', ENTRY);
  const help = spawnSync(process.execPath, [program, '--help'], { encoding: 'utf8', timeout: 60_000 });
  assert.is(help.status, 0, help.stderr);

  const before = HOSTS.map(host => contents(homeOf(host)));
  const second = await deploy();
  assert.is(second.code, 0, second.stderr);
  assert.match(second.stdout, eachHost('unchanged, .*'));
  assert.is(second.stderr, '');
  assert.equal(processesIn(second), processesIn(first));
  assert.equal(
    HOSTS.map(host => contents(homeOf(host))),
    before,
  );
});

check('another config restarts the servers with it, and their data is still there', async () => {
  appendFileSync(space.config, 'max_key_bytes: 10\n');
  const changed = await deploy('--only', HOSTS[0]);
  assert.is(changed.code, 0, changed.stderr);
  assert.match(changed.stdout, /^127\.0\.0\.2: restarted, config copied, .*\n$/);
  assert.is(await ask(HOSTS[0], 'GET', 'k'), 'kept');
  assert.match(await ask(HOSTS[0], 'SET', 'k'.repeat(11), 'v'), /exceeds the limit of 10 bytes/);
});

check('what runs is told, a foreign directory is left alone, an absent host keeps nobody', async () => {
  const foreign = join(space.folder, 'foreign');
  mkdirSync(foreign);
  writeFileSync(join(foreign, 'thesis.txt'), 'unsaved');
  const several = join(space.folder, 'several.txt');
  const text = readFileSync(space.config, 'utf8');
  writeFileSync(several, text.replace(HOSTS[1], ABSENT_HOST));
  const [logs, refused, partial] = await Promise.all([
    deploy('--logs', '--only', HOSTS[0]),
    deploy('--dir', foreign, '--only', HOSTS[0]),
    deployWith({ config: several, knownHosts: ssh.knownHosts }, '--status'),
  ]);
  assert.match(logs.stdout, /SIGTERM: stopping/);
  assert.is(refused.code, 1);
  assert.match(refused.stderr, /is not empty and was not made by raftkv deploy: choose another with --dir/);
  assert.equal(readdirSync(foreign), ['thesis.txt']);
  assert.is(partial.code, 1);
  assert.match(partial.stderr, /127\.0\.0\.77: not reachable: .*refused/i);
  assert.match(partial.stderr, /1 of 2 hosts failed/);
  assert.match(partial.stdout, /^127\.0\.0\.2: process \d+/);
});

check('a stop stops, and a second one finds nothing to do', async () => {
  const stopped = await deploy('--stop');
  assert.is(stopped.code, 0, stopped.stderr);
  assert.match(stopped.stdout, eachHost('stopped; its data stays'));
  for (const host of HOSTS) {
    const refused = await connect({ host, port: PORT, timeoutMs: 10_000 }).catch((error: Error) => error);
    assert.instance(refused, Error);
    assert.ok(existsSync(join(homeOf(host), 'data')));
  }
  const [again, status] = await Promise.all([
    deploy('--stop'),
    deploy('--status', '--only', HOSTS[1], '--json'),
  ]);
  assert.match(again.stdout, eachHost('unchanged: nothing was running'));
  assert.is(status.code, 1);
  const { host, pid } = JSON.parse(status.stdout);
  assert.equal([host, pid], [HOSTS[1], null]);
});

check('units for systemd are valid where systemd can tell', async () => {
  const units = join(space.folder, 'units');
  const written = await deploy('--write-systemd', units);
  assert.is(written.code, 0, written.stderr);
  const names = HOSTS.map(host => `raftkv-${host}.service`);
  assert.equal(readdirSync(units).sort(), names);
  if (!hasProgram('systemd-analyze')) return;
  const paths = names.map(name => join(units, name));
  const { status, stderr } = spawnSync('systemd-analyze', ['verify', ...paths], { encoding: 'utf8' });
  assert.is(status, 0, stderr);
  for (const name of names) assert.not.match(stderr, name);
});

test.run();
