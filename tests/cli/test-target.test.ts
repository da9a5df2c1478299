/**
 * Tests of stores that ask who one is: another Redis-protocol server with a password, and a cluster with users and TLS, in whose report
 * no password stands.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { InvalidOperation, OperationFailed } from '../../src/cli/cli-error.js';
import { openTarget, type TargetFlags } from '../../src/cli/test-target.js';
import { connect, plain } from '../../src/client/index.js';
import { runExperiment } from '../../src/harness/experiments.js';
import { type TestResult, TestRun } from '../../src/harness/test-run.js';
import { MIXABLE } from '../../src/harness/workloads/table.js';
import { startCluster } from '../../src/index.js';
import { Authority } from '../helpers/certificates.js';
import { eventually, hasProgram, raftkv } from '../helpers/serve.js';

const test = suite('targets of tests');

const folder = mkdtempSync(join(tmpdir(), 'raftkv-target-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const PASSWORD = 'pass/word:1';
const REDIS_PORT = 22_031;
const MILLISECONDS = 1_500;

async function load(flags: TargetFlags): Promise<TestResult> {
  const target = await openTarget(flags, {});
  try {
    const run = new TestRun(target.cluster, {
      clients: 4,
      seed: 1,
      historyPath: join(folder, `history-${flags.target === undefined ? 'own' : 'redis'}.jsonl`),
      timeoutMs: 5_000,
      distribution: 'uniform',
      valueBytes: 16,
      faultIntervalMs: 1_000,
      signal: new AbortController().signal,
      cleanUp: target.livesOn,
    });
    return await runExperiment('static', run, {
      durationMs: MILLISECONDS,
      readShare: 0.5,
      workloads: MIXABLE,
    });
  } finally {
    await target.close();
  }
}

const failureOf = (flags: TargetFlags): Promise<unknown> =>
  openTarget(flags, {}).then(
    () => 'opened',
    error => error,
  );

/** Every workload was run, and all answers fit. */
const assertSound = ({ ok, reasons, measurements }: TestResult): void => {
  assert.ok(ok, reasons.join('; '));
  const called = measurements.byOperation.filter(operation => operation.ok > 0).map(({ op }) => op);
  for (const op of ['put', 'get', 'incr', 'rpush', 'sadd', 'open']) assert.ok(called.includes(op), op);
};

async function startRedis(): Promise<ChildProcess> {
  const options = ['--port', String(REDIS_PORT), '--save', '', '--requirepass', PASSWORD];
  const child = spawn('redis-server', options, { stdio: 'ignore' });
  await eventually('redis-server', 20_000, () =>
    connect({ host: '127.0.0.1', port: REDIS_PORT, timeoutMs: 1_000, password: PASSWORD }).then(
      connection => {
        connection.close();
        return true;
      },
      () => undefined,
    ),
  );
  return child;
}

(hasProgram('redis-server') ? test : test.skip)('a redis-server with a password', async () => {
  const redis = await startRedis();
  try {
    const address = `127.0.0.1:${REDIS_PORT}`;
    const target = `redis://:${encodeURIComponent(PASSWORD)}@${address}`;
    assertSound(await load({ target }));
    const asker = await connect({
      host: '127.0.0.1',
      port: REDIS_PORT,
      timeoutMs: 5_000,
      password: PASSWORD,
    });
    const left = await asker.command(['DBSIZE']);
    asker.close();
    assert.is(plain(left), 0, 'no key of the test stays');
    const wrong = await failureOf({ target: `redis://:wrong@${address}` });
    assert.instance(wrong, OperationFailed);
    assert.match((wrong as Error).message, /WRONGPASS/);

    const report = join(folder, 'report');
    const { code, stdout } = raftkv(
      ...['test', 'static', '--seconds', '1', '--target', target, '--report', report],
    );
    assert.is(code, 0, stdout);
    for (const file of ['report.html', 'summary.json']) {
      const text = readFileSync(join(report, file), 'utf8');
      assert.ok(text.includes(address), file);
      assert.not.ok(text.includes(encodeURIComponent(PASSWORD)), `the password is in ${file}`);
    }
  } finally {
    redis.kill('SIGKILL');
  }
});

(hasProgram('openssl') ? test : test.skip)('a cluster with users and TLS', async () => {
  const authority = new Authority();
  const { certFile, keyFile } = authority.issue('node', ['IP:127.0.0.1', 'DNS:localhost']);
  const cluster = await startCluster({
    nodes: 1,
    config: { tlsCertFile: certFile, tlsKeyFile: keyFile, tlsCaFile: authority.caFile },
    users: [
      { name: 'tester', role: 'admin', passwordSha256: createHash('sha256').update(PASSWORD).digest('hex') },
    ],
  });
  const before = { ...process.env };
  try {
    const { nodes } = await cluster.status();
    const at = `127.0.0.1:${nodes[0]?.port}`;
    assert.instance(await failureOf({ connect: at }), OperationFailed, 'it does not speak TLS');
    process.env.RAFTKV_TLS_CA = authority.caFile;
    assert.instance(await failureOf({ connect: at }), OperationFailed, 'it does not say who it is');
    process.env.RAFTKV_USER = 'tester';
    process.env.RAFTKV_PASSWORD = PASSWORD;
    assertSound(await load({ connect: at }));
  } finally {
    for (const name of ['RAFTKV_TLS_CA', 'RAFTKV_USER', 'RAFTKV_PASSWORD']) {
      if (before[name] === undefined) delete process.env[name];
    }
    await cluster.stop();
    authority.remove();
  }
});

test('an address that is none is an invalid operation, which repeats no password', async () => {
  for (const target of ['http://localhost', 'redis://', 'redis://u:secret@', 'localhost:6379']) {
    const error = await failureOf({ target });
    assert.instance(error, InvalidOperation, target);
    assert.not.ok((error as Error).message.includes('secret'));
  }
});

test.run();
