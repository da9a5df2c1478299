/**
 * A cluster with passwords and TLS on an address that is not loopback: who gets in, and what is written down.
 *
 * The address exists only in a network namespace of this test, in which it starts itself again; that takes root and
 * `ip`. Where they are missing it is skipped, and says so.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { connect, plain } from '../../src/client/index.js';
import { clientAccess } from '../../src/config/client-access.js';
import { loadConfig } from '../../src/config/load-config.js';
import { Authority, type Certificate } from '../helpers/certificates.js';
import { hasProgram, RAFTKV, type Ran, type Server, startServer, workspace } from '../helpers/serve.js';

const NAMESPACE_VARIABLE = 'RAFTKV_TEST_NAMESPACE';
const ADDRESS = '10.97.0.1';
const PORT = 10_210;
const SECRETS = ['root-Secret-1', 'writer-Secret-2', 'reader-Secret-3', 'Wrong-Secret-4'] as const;
const [ROOT, WRITER, READER, WRONG] = SECRETS;

type Environment = Readonly<Record<string, string>>;

const test = suite('secured');

function ip(...args: readonly string[]): boolean {
  return spawnSync('ip', args, { stdio: 'ignore', timeout: 10_000 }).status === 0;
}

/** Runs this file again where the address exists. */
function runInside(namespace: string): void {
  const inside = ['netns', 'exec', namespace];
  assert.ok(ip(...inside, 'ip', 'link', 'set', 'lo', 'up'));
  assert.ok(ip(...inside, 'ip', 'address', 'add', `${ADDRESS}/32`, 'dev', 'lo'));
  const { status, stdout, stderr } = spawnSync(
    'ip',
    [...inside, process.execPath, fileURLToPath(import.meta.url)],
    { encoding: 'utf8', timeout: 90_000, env: { ...process.env, [NAMESPACE_VARIABLE]: namespace } },
  );
  assert.is(status, 0, `${stdout}\n${stderr}`);
}

if (process.env[NAMESPACE_VARIABLE] === undefined) {
  const namespace = `raftkv-${process.pid}`;
  const isPossible = hasProgram('openssl') && ip('netns', 'add', namespace);
  if (!isPossible) process.stdout.write('skipped: needs root, ip and openssl for a network namespace\n');
  const check = isPossible ? test : test.skip;
  check('outside loopback, in a namespace', () => {
    try {
      runInside(namespace);
    } finally {
      ip('netns', 'delete', namespace);
    }
  });
} else {
  defineTests();
}

function defineTests(): void {
  const authority = new Authority();
  const space = workspace(3, PORT);
  const hosts = [`IP:${ADDRESS}`];
  const trace = join(space.folder, 'trace.jsonl');
  const printed: string[] = [];
  let server: Server;
  let good: Certificate;

  /** A config of its own, beside the first. */
  function configOf(name: string, certificate: Certificate, portStart: number, more = ''): string {
    const base = readFileSync(space.config, 'utf8')
      .replace('localhost', ADDRESS)
      .replace(String(PORT), String(portStart));
    const { certFile, keyFile } = certificate;
    const file = join(space.folder, name);
    writeFileSync(
      file,
      `${base}tls_cert: ${certFile}\ntls_key: ${keyFile}\ntls_ca: ${authority.caFile}\n${more}`,
    );
    return file;
  }

  function run(config: string, environment: Environment, ...words: string[]): Ran {
    const [command = '', ...rest] = words;
    const { status, stdout, stderr } = spawnSync(process.execPath, [RAFTKV, command, config, ...rest], {
      encoding: 'utf8',
      timeout: 20_000,
      env: { ...process.env, RAFTKV_PASSWORD: '', ...environment },
    });
    printed.push(stdout, stderr);
    return { code: status, stdout, stderr };
  }

  const asClient = ({ certFile, keyFile }: Certificate) => ({
    RAFTKV_TLS_CERT: certFile,
    RAFTKV_TLS_KEY: keyFile,
  });

  test.before(async () => {
    good = authority.issue('server', hosts);
    const users = join(space.folder, 'users');
    writeFileSync(users, `writer read-write ${WRITER}\nreader read-only ${READER}\n`);
    const config = configOf('good.txt', good, PORT, `users_file: users\ntls_clients: certified\n`);
    process.env.RAFTKV_PASSWORD = ROOT;
    server = await startServer([config, '--data', space.data, '--trace', trace]);
    delete process.env.RAFTKV_PASSWORD;
  });
  test.after(async () => {
    await server.end('SIGTERM');
    space.remove();
    authority.remove();
  });

  test('without a password it does not start', () => {
    const open = configOf('open.txt', good, PORT + 10);
    const { code, stderr } = run(open, {}, 'serve', '--memory');
    assert.is(code, 1);
    assert.match(stderr, /outside loopback a password is required/);
  });

  /** One command over a connection made as the command line makes it; the reply or the error as text. */
  async function ask(environment: Environment, ...args: string[]): Promise<string> {
    const access = clientAccess(loadConfig({ path: join(space.folder, 'good.txt') }).config, environment);
    try {
      const client = await connect({ ...access, host: ADDRESS, port: PORT, timeoutMs: 5000 });
      const outcome = await client.execute(args);
      client.close();
      return outcome.kind === 'ok' ? String(plain(outcome.reply)) : outcome.error.message;
    } catch (error) {
      printed.push(String(error));
      return String(error);
    }
  }

  test('right password, role and certificate: it serves', async () => {
    const config = join(space.folder, 'good.txt');
    const certificate = asClient(authority.issue('client', hosts));
    const admin = { ...certificate, RAFTKV_PASSWORD: ROOT };
    assert.is(run(config, admin, 'client', 'put', 'k', 'v').stdout, 'OK\n');
    assert.is(run(config, admin, 'status').code, 0);
    const writer = { ...certificate, RAFTKV_USER: 'writer', RAFTKV_PASSWORD: WRITER };
    assert.is(await ask(writer, 'SET', 'k', 'w'), 'OK');
    const reader = { ...certificate, RAFTKV_USER: 'reader', RAFTKV_PASSWORD: READER };
    assert.is(await ask(reader, 'GET', 'k'), 'w');
  });

  test('wrong password, unknown user and wrong role are refused', async () => {
    const config = join(space.folder, 'good.txt');
    const certificate = asClient(authority.issue('asker', hosts));
    const asWriter = { RAFTKV_USER: 'writer', RAFTKV_PASSWORD: WRITER };
    const asReader = { RAFTKV_USER: 'reader', RAFTKV_PASSWORD: READER };
    const cases: readonly (readonly [Environment, readonly string[], RegExp])[] = [
      [{}, ['GET', 'k'], /NOAUTH/],
      [{ RAFTKV_PASSWORD: WRONG }, ['GET', 'k'], /WRONGPASS/],
      [{ RAFTKV_USER: 'nobody', RAFTKV_PASSWORD: ROOT }, ['GET', 'k'], /WRONGPASS/],
      [{ RAFTKV_USER: 'reader', RAFTKV_PASSWORD: WRITER }, ['GET', 'k'], /WRONGPASS/],
      [asReader, ['SET', 'k', 'x'], /NOPERM/],
      [asWriter, ['CHAOS', 'kill leader'], /NOPERM/],
      [asWriter, ['RAFT', 'STATUS'], /NOPERM/],
    ];
    for (const [environment, args, expected] of cases) {
      assert.match(await ask({ ...certificate, ...environment }, ...args), expected, args.join(' '));
    }
    const wrong = run(config, { ...certificate, RAFTKV_PASSWORD: WRONG }, 'client', 'get', 'k');
    assert.is(wrong.code, 1);
    assert.match(wrong.stderr, /WRONGPASS/);
    const notAdmin = run(config, { ...certificate, ...asWriter }, 'chaos', 'kill', 'leader');
    assert.is(notAdmin.code, 1);
    assert.match(notAdmin.stderr, /NOPERM/);
    const admin = { ...certificate, RAFTKV_PASSWORD: ROOT };
    assert.is(await ask(admin, 'GET', 'k'), 'w', 'nothing of it was executed');
  });

  test('clients without a certificate, or with an expired or self-signed one, are refused', async () => {
    for (const certificate of [
      null,
      authority.issue('late', hosts, -1),
      authority.selfSigned('stranger', hosts),
    ]) {
      const shown = certificate === null ? {} : asClient(certificate);
      assert.match(await ask({ ...shown, RAFTKV_PASSWORD: ROOT }, 'GET', 'k'), /cannot connect/);
    }
  });

  test('servers with an expired or self-signed certificate are refused by the client, untold the password', async () => {
    const certificates = [authority.issue('old', hosts, -1), authority.selfSigned('own', hosts)];
    for (const [at, certificate] of certificates.entries()) {
      const config = configOf(`bad-${at}.txt`, certificate, PORT + 20 + 10 * at);
      process.env.RAFTKV_PASSWORD = ROOT;
      const bad = await startServer([config, '--memory']);
      delete process.env.RAFTKV_PASSWORD;
      const { code, stderr } = run(config, { RAFTKV_PASSWORD: ROOT }, 'client', 'get', 'k');
      assert.is(code, 1);
      assert.match(stderr, /cannot connect.*(expired|self-signed)/);
      await bad.end('SIGTERM');
      printed.push(bad.output());
    }
  });

  test('plain text is not understood', async () => {
    const plain = connect({ host: ADDRESS, port: PORT, timeoutMs: 3000, password: ROOT });
    const refused = await plain.catch((error: unknown) => error);
    assert.instance(refused, Error);
  });

  test('no password is in the output, the trace or the data', () => {
    const files = readdirSync(space.data, { recursive: true })
      .map(name => join(space.data, String(name)))
      .filter(name => lstatSync(name).isFile());
    assert.ok(files.length > 0);
    const texts = [
      ...printed,
      server.output(),
      readFileSync(trace, 'latin1'),
      ...files.map(name => readFileSync(name, 'latin1')),
    ];
    assert.ok(texts.join('').length > 1000);
    for (const secret of SECRETS) {
      assert.not.ok(
        texts.some(text => text.includes(secret)),
        secret,
      );
    }
  });
}

test.run();
