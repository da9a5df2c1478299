import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { parseArguments } from '../../tui/arguments.js';

const test = suite('without a terminal');

const PROGRAM = fileURLToPath(new URL('../../tui/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'raftkv-headless-'));
const LIMIT_MS = 30_000;

/** A single node starts in a third of the time: for everything that is not about several. */
function configFile(portStart: number, nodes: number): string {
  const path = join(folder, `config-${portStart}-${nodes}.txt`);
  writeFileSync(
    path,
    `servers: localhost\nnum_of_nodes_in_each_aws: ${nodes}\nport_start: ${portStart}\nheartbeat_timeout: 0.05\n` +
      'election_timeout_start: 0.3\nelection_timeout_end: 0.6\nrpc_timeout: 2\n',
  );
  return path;
}

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const running = new Set<ChildProcess>();

/** Runs the program to its end; `onOutput` may act on what came so far. */
function run(
  args: readonly string[],
  onOutput?: (stdout: string, child: ChildProcess) => void,
): Promise<Ended> {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
  });
  running.add(child);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    onOutput?.(stdout, child);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise(resolve => {
    child.on('close', code => {
      running.delete(child);
      resolve({ code, stdout, stderr });
    });
  });
}

test.after(() => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape codes are what is looked for
const CONTROL = /[\x00-\x09\x0b-\x1f\x7f]/;

test('--help and --version answer at once, bad usage is exit code 2 with the usage', async () => {
  for (const args of [
    ['a', 'b'],
    ['--nodes', 'x'],
    ['--theme', 'pink'],
    ['--connect', 'nowhere'],
    ['--memory', '--data', 'd'],
  ]) {
    assert.is(parseArguments(args).kind, 'error', args.join(' '));
  }
  const [help, versions, bad] = await Promise.all([run(['--help']), run(['--version']), run(['--frob'])]);
  assert.is(help.code, 0);
  assert.match(help.stdout, 'usage: raftkv-tui [CONFIG]');
  assert.match(versions.stdout, /^\d+\.\d+\.\d+\n$/);
  assert.is(bad.code, 2);
  assert.match(bad.stderr, /^Invalid operation: /);
  assert.match(bad.stderr, 'usage:');
  assert.is(bad.stdout, '');
});

test('--plain reads commands as lines and prints what happens, without escape codes', async () => {
  const child = spawn(process.execPath, [PROGRAM, configFile(8150, 1), '--plain'], {
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: LIMIT_MS,
  });
  running.add(child);
  let stdout = '';
  let hasAsked = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    if (hasAsked || !/leader n\d/.test(stdout)) return;
    hasAsked = true;
    child.stdin.write('put k "a b"\nget k\nscene\nfrob\nquit\n');
  });
  const code = await new Promise(resolve => child.on('close', resolve));
  running.delete(child);
  assert.is(code, 0);
  assert.not.match(stdout, CONTROL);
  assert.match(stdout, /leads in term \d+/);
  assert.match(stdout, '\nOK\n');
  assert.match(stdout, '\n"a b"\n');
  assert.match(stdout, 'expected scene NAME: election');
  assert.match(stdout, 'failed: Invalid operation');
});

test('one scene plays without a terminal and says that its end was reached', async () => {
  const { code, stdout, stderr } = await run([configFile(8150, 3), '--exec', ':scene election']);
  assert.is(stderr, '');
  assert.is(code, 0);
  assert.match(stdout, 'Scene 1 of 1: Election');
  assert.match(stdout, 'reached: another node leads in a newer term');
});

test('a config, script or command line that is wrong is told before anything starts', async () => {
  const script = join(folder, 'bad.chaos');
  writeFileSync(script, 'put a 1\nfrob\n');
  const config = configFile(8150, 1);
  const cases = [
    [join(folder, 'none.txt')],
    [config, '--script', script],
    [config, '--exec', 'kill'],
    [config, '--exec', ':scene nothing'],
  ];
  for (const [at, bad] of (await Promise.all(cases.map(args => run(args)))).entries()) {
    assert.is(bad.code, 2, cases[at]?.join(' '));
    assert.match(bad.stderr, /^raftkv-tui: .+\n$/);
  }
});

test('--exec runs its lines in order, prints the answers, and fails with the first that fails', async () => {
  const [good, failing] = await Promise.all([
    run([configFile(8150, 3), '--exec', 'put k "a;b"; get k; kill 0; wait until leader; get k']),
    run([configFile(8160, 1), '--exec', 'revive 0; put a 1']),
  ]);
  assert.is(good.stderr, '');
  assert.is(good.code, 0);
  assert.match(good.stdout, /> put k "a;b"\nOK\n> get k\n"a;b"\n> kill 0\n/);
  assert.ok(good.stdout.endsWith('> get k\n"a;b"\n'));
  assert.not.match(good.stdout, CONTROL);
  assert.is(failing.code, 1);
  assert.not.match(failing.stdout, 'put a 1');
});

test('--once prints one screen as plain text, --once --json one status', async () => {
  const [screen, json] = await Promise.all([
    run([configFile(8150, 1), '--once']),
    run([configFile(8160, 1), '--once', '--json']),
  ]);
  assert.is(screen.code, 0);
  assert.not.match(screen.stdout, CONTROL);
  assert.match(screen.stdout, /★ leader/);
  const status = JSON.parse(json.stdout) as { readonly nodes: readonly unknown[]; readonly leader: unknown };
  assert.is(status.nodes.length, 1);
  assert.is(status.leader, 0);
});

test('otherwise status lines come until a signal, which ends everything with its exit code', async () => {
  let isStopped = false;
  const ended = await run([configFile(8150, 1)], (stdout, child) => {
    if (isStopped || !/leader n\d/.test(stdout)) return;
    isStopped = true;
    child.kill('SIGTERM');
  });
  assert.is(ended.code, 143);
  assert.not.match(ended.stdout, CONTROL);
  assert.match(ended.stdout, /term 1 {2}leader n0 {2}1\/1 up/);
});

test('--connect shows and controls a cluster that runs elsewhere', async () => {
  const attached: Promise<Ended>[] = [];
  const server = await run([configFile(8155, 3), '--json'], (stdout, child) => {
    if (attached.length > 0 || !/"leader":\d/.test(stdout)) return;
    const lines = 'put far away; kill 2; wait until leader; get far; status';
    const client = run(['--connect', 'localhost:8156', '--exec', lines]);
    attached.push(client);
    void client.then(() => child.kill('SIGINT'));
  });
  assert.is(server.code, 130);
  const client = await attached[0];
  assert.is(client?.code, 0, client?.stderr);
  assert.match(client?.stdout ?? '', /> get far\n"away"\n> status\n.*2 of 3 up/);
});

test('--connect to nothing is one clear line and exit code 1', async () => {
  const ended = await run(['--connect', 'localhost:8159', '--once']);
  assert.is(ended.code, 1);
  assert.match(ended.stderr, /^raftkv-tui: .+\n$/);
});

test.run();
