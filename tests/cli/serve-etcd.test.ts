/**
 * `raftkv serve --engine etcd`: what it is told wrongly it says in one line.
 *
 * @module
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { InvalidOperation, OperationFailed } from '../../src/cli/cli-error.js';
import { openEtcdFront } from '../../src/cli/etcd-front.js';
import { serveCommand } from '../../src/cli/serve.js';
import { DEFAULT_CONFIG } from '../../src/config/cluster-config.js';

const test = suite('serve --engine etcd');

const ENDPOINTS = ['--endpoints', '127.0.0.1:1'];

for (const [given, said] of [
  [['--engine', 'etcd'], /^--engine etcd needs --endpoints or --spawn/],
  [['--engine', 'etcd', '--endpoints', 'there'], /^endpoints of etcd: expected HOST:PORT, found "there"$/],
  [
    ['--engine', 'etcd', '--endpoints', 'a:1,b:99999'],
    /^endpoints of etcd: expected HOST:PORT, found "b:99999"$/,
  ],
  [['--engine', 'etcd', ...ENDPOINTS, '--memory'], /^--memory has no meaning with --engine etcd$/],
  [['--engine', 'etcd', ...ENDPOINTS, '--nodes', '3'], /^--nodes has no meaning with --engine etcd$/],
  [
    ['--engine', 'etcd', ...ENDPOINTS, '--etcd-user', 'me'],
    /^--etcd-user needs a password in RAFTKV_ETCD_PASSWORD/,
  ],
  [['--engine', 'etcd', ...ENDPOINTS, '--etcd-cert', 'x'], /^--etcd-cert and --etcd-key go together$/],
  [ENDPOINTS, /^--endpoints needs --engine etcd$/],
] as const) {
  test(`refuses ${given.join(' ')}`, async () => {
    const failure = await serveCommand()
      .parseAsync([...given], { from: 'user' })
      .then(
        () => null,
        (error: unknown) => error,
      );
    assert.instance(failure, InvalidOperation);
    assert.match(failure instanceof Error ? failure.message : '', said);
  });
}

test('says which member does not answer, and why', async () => {
  const etcd = { endpoints: ['127.0.0.1:1'] };
  const front = { etcd, host: '127.0.0.1', port: 0, config: DEFAULT_CONFIG, users: [], waitMs: 1 };
  const failure = await openEtcdFront(front).then(
    () => null,
    (error: unknown) => error,
  );
  assert.instance(failure, OperationFailed);
  assert.match(String(failure), /no etcd with a leader answers \(127\.0\.0\.1:1: No connection established/);
});

test.run();
