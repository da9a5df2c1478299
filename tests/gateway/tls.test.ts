/**
 * TLS at the gateway: who is let in, who trusts it, and certificates that are replaced while it runs.
 *
 * @module
 */
import { execFile } from 'node:child_process';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { promisify } from 'node:util';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ClientError } from '../../src/client/client-error.js';
import { type ClientTls, connect } from '../../src/client/connection.js';
import { plain } from '../../src/client/reply.js';
import type { TlsOptions } from '../../src/gateway/tls.js';
import { Authority, type Certificate, pemOf } from '../helpers/certificates.js';
import { hasProgram } from '../helpers/serve.js';
import { RawClient, startGateway, type TestGateway, until } from './helpers.js';

const test = suite('tls');
const check = hasProgram('openssl') ? test : test.skip;
const checkCli = hasProgram('openssl') && hasProgram('redis-cli') ? test : test.skip;
const HOSTS = ['IP:127.0.0.1', 'DNS:localhost'];

let authority: Authority;
let good: Certificate;

test.before(() => {
  if (check === test.skip) return;
  authority = new Authority();
  good = authority.issue('server', HOSTS);
});
test.after(() => authority?.remove());

async function withTls(
  options: Partial<TlsOptions>,
  use: (server: TestGateway) => Promise<void>,
): Promise<void> {
  const server = await startGateway({ tls: { ...good, clientCaFile: null, ...options } });
  try {
    await use(server);
  } finally {
    await server.gateway.close();
  }
}

/** The reply to PING, or the code of the error. */
async function ping(port: number, tls: ClientTls): Promise<string> {
  try {
    const client = await connect({ host: '127.0.0.1', port, timeoutMs: 5000, tls });
    const reply = plain(await client.command(['PING']));
    client.close();
    return String(reply);
  } catch (error) {
    assert.instance(error, ClientError);
    assert.ok((error as ClientError).certain, 'nothing was executed');
    return (error as ClientError).code;
  }
}

check('a client that trusts the authority is served; large values too', () =>
  withTls({}, async ({ port }) => {
    const client = await connect({
      host: '127.0.0.1',
      port,
      timeoutMs: 10_000,
      encoding: 'latin1',
      tls: { ca: authority.ca },
    });
    const value = 'v'.repeat(4_000_000);
    assert.is(plain(await client.command(['SET', 'k', value])), 'OK');
    assert.is(plain(await client.command(['GET', 'k'])), value);
    client.close();
  }),
);

check('a client refuses expired, self-signed and foreign certificates', async () => {
  const bad: readonly (readonly [string, Certificate])[] = [
    ['expired', authority.issue('expired', HOSTS, -1)],
    ['self-signed', authority.selfSigned('own', HOSTS)],
    ['of another host', authority.issue('other', ['DNS:elsewhere.example'])],
  ];
  for (const [what, certificate] of bad) {
    await withTls(certificate, async ({ port }) => {
      assert.is(await ping(port, { ca: authority.ca }), 'untrusted', what);
    });
  }
  await withTls({}, async ({ port }) => assert.is(await ping(port, {}), 'untrusted', 'unknown authority'));
});

check('with an authority for clients, only those with its certificate are let in', () =>
  withTls({ clientCaFile: authority.caFile }, async ({ port, gateway }) => {
    const { ca } = authority;
    const certificates: readonly (readonly [string, ClientTls, string])[] = [
      ['right', { ca, ...pemOf(authority.issue('client', HOSTS)) }, 'PONG'],
      ['none', { ca }, 'untrusted'],
      ['self-signed', { ca, ...pemOf(authority.selfSigned('stranger', HOSTS)) }, 'untrusted'],
      ['expired', { ca, ...pemOf(authority.issue('late', HOSTS, -1)) }, 'untrusted'],
    ];
    for (const [what, tls, expected] of certificates) {
      const answer = await ping(port, tls);
      // The server's word about the certificate may be overtaken by the end of the connection.
      assert.is(answer === 'unreachable' ? 'untrusted' : answer, expected, what);
    }
    await until('nobody is connected', () => gateway.clientCount === 0);
  }),
);

check('plain text, garbage and silence on a TLS port get nothing and hurt nobody', () =>
  withTls({}, async ({ port }) => {
    const garbage = await RawClient.open(port);
    garbage.send('*1\r\n$4\r\nPING\r\n');
    const silent = await RawClient.open(port);
    await until('the talker is cut off', () => garbage.closed);
    assert.not.match(garbage.received, /PONG/);
    assert.is(await ping(port, { ca: authority.ca }), 'PONG');
    silent.close();
  }),
);

check(
  'a certificate that is replaced serves new connections; open ones go on; a broken one changes nothing',
  () => {
    const live = {
      certFile: join(authority.folder, 'live.pem'),
      keyFile: join(authority.folder, 'live.key'),
    };
    const install = (certificate: Certificate): void => {
      copyFileSync(certificate.keyFile, live.keyFile);
      copyFileSync(certificate.certFile, live.certFile);
    };
    install(authority.issue('old', HOSTS, -1));
    return withTls({ ...live, reloadIntervalMs: 10 }, async ({ port }) => {
      const { ca } = authority;
      assert.is(await ping(port, { ca }), 'untrusted');
      install(good);
      await eventually(async () => (await ping(port, { ca })) === 'PONG');
      const open = await connect({ host: '127.0.0.1', port, timeoutMs: 5000, tls: { ca } });
      writeFileSync(live.keyFile, 'broken');
      const failures = async (): Promise<number> => {
        const info = String(plain(await open.command(['INFO', 'stats'])));
        return Number(/tls_reload_failures:(\d+)/.exec(info)?.[1]);
      };
      await eventually(async () => (await failures()) > 0);
      assert.is(await ping(port, { ca }), 'PONG');
      install(authority.selfSigned('new', HOSTS));
      await eventually(async () => (await ping(port, { ca })) === 'untrusted');
      assert.is(plain(await open.command(['PING'])), 'PONG');
      open.close();
    });
  },
);

async function eventually(probe: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 5000;
  while (!(await probe())) {
    if (performance.now() > deadline) throw new Error('not within 5 s');
  }
}

check('files that do not fit keep the gateway from starting', async () => {
  const other = authority.issue('misfit', HOSTS);
  for (const tls of [
    { certFile: good.certFile, keyFile: other.keyFile, clientCaFile: null },
    { certFile: '/none', keyFile: good.keyFile, clientCaFile: null },
  ]) {
    const refused = await startGateway({ tls }).catch((error: unknown) => error);
    assert.ok(refused instanceof Error && 'code' in refused && refused.code === 'bad-certificate');
    assert.not.match(refused.message, /BEGIN/);
  }
});

check('a reader that never reads is cut off behind TLS as well', async () => {
  const limits = { outputHighBytes: 64 * 1024, outputStallMs: 50 };
  const server = await startGateway({ tls: { ...good, clientCaFile: null }, limits });
  const socket = connectTls({ host: '127.0.0.1', port: server.port, ca: authority.ca });
  socket.on('error', () => undefined);
  await new Promise(resolve => socket.once('secureConnect', resolve));
  socket.write(`*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1000000\r\n${'v'.repeat(1_000_000)}\r\n`);
  socket.pause();
  socket.write('*2\r\n$3\r\nGET\r\n$1\r\nk\r\n'.repeat(200));
  await until('cut off', () => server.gateway.metrics().slowReadersClosed === 1, 10_000);
  assert.is(await ping(server.port, { ca: authority.ca }), 'PONG');
  socket.destroy();
  await server.gateway.close();
});

checkCli('redis-cli --tls is served with the authority and refused without', () =>
  withTls({}, async ({ port }) => {
    const run = promisify(execFile);
    const args = ['-p', String(port), '--tls', '--cacert', authority.caFile];
    const { stdout } = await run('redis-cli', [...args, 'set', 'k', 'v'], { timeout: 10_000 });
    assert.is(stdout.trim(), 'OK');
    const refused = await run('redis-cli', ['-p', String(port), '--tls', 'ping'], { timeout: 10_000 }).catch(
      (error: unknown) => String(error),
    );
    assert.match(String(refused), /certificate verify failed|self.signed|unable to get/i);
  }),
);

test.run();
