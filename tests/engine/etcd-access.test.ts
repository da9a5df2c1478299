/**
 * An etcd that asks for certificates and passwords: who has both gets in, and who has not reads why.
 *
 * @module
 */
import { Etcd3, Range } from 'etcd3';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { EtcdEngine } from '../../src/engine/etcd/etcd-engine.js';
import type { EtcdOptions } from '../../src/engine/etcd/options.js';
import { isErrorReply } from '../../src/kv/reply.js';
import { Authority, pemOf } from '../helpers/certificates.js';
import { EtcdMembers, hasEtcd } from '../helpers/etcd-members.js';
import { hasProgram } from '../helpers/serve.js';
import { EngineClient, repliesOf } from './engine-client.js';

const test = suite('access to etcd');
const withEtcd = hasEtcd && hasProgram('openssl') ? test : test.skip;
const PATIENT_MS = 20_000;

/** Makes the users: `app` may do everything below `allowed/`. */
async function enableUsers(
  endpoint: string,
  credentials: { ca: string; cert: string; key: string },
): Promise<void> {
  const etcd = new Etcd3({
    hosts: [`https://${endpoint}`],
    credentials: {
      rootCertificate: Buffer.from(credentials.ca),
      certChain: Buffer.from(credentials.cert),
      privateKey: Buffer.from(credentials.key),
    },
  });
  const root = await etcd.user('root').create('root password');
  await etcd.role('root').create();
  await root.addRole('root');
  const app = await etcd.user('app').create('app password');
  await (await etcd.role('app').create()).grant({ permission: 'Readwrite', range: Range.prefix('allowed/') });
  await app.addRole('app');
  await etcd.auth.authEnable({});
  etcd.close();
}

/** Why there is no way in; on a slow machine the reason takes more than one attempt. */
async function refusalOf(options: EtcdOptions): Promise<string> {
  const engine = new EtcdEngine(options);
  try {
    await engine.start();
    for (const endMs = performance.now() + PATIENT_MS; ; ) {
      const why = await engine.untilLed(100).then(() => 'it got in', String);
      if (!/Deadline exceeded/.test(why) || performance.now() > endMs) return why;
    }
  } finally {
    engine.close();
  }
}

withEtcd(
  'a user with certificate and password does what its role allows; others are told why not',
  async () => {
    const authority = new Authority();
    const [server, client] = ['server', 'client'].map(name =>
      authority.issue(name, ['IP:127.0.0.1', 'DNS:localhost']),
    );
    if (server === undefined || client === undefined) throw new Error('no certificates');
    const member = await EtcdMembers.startSecured({ ...server, caFile: authority.caFile }, client);
    const tls = { ca: authority.ca, ...pemOf(client) };
    // A name, so that it can be told in the handshake.
    const endpoints = member.endpoints.map(endpoint => endpoint.replace('127.0.0.1', 'localhost'));
    try {
      await enableUsers(endpoints[0] ?? '', tls);
      const access = { endpoints, tls, username: 'app', password: 'app password', timeoutMs: PATIENT_MS };
      const engine = new EtcdEngine({ ...access, prefix: 'allowed/' });
      await engine.start();
      await engine.untilLed(PATIENT_MS);
      const store = new EngineClient(engine);
      assert.equal(repliesOf(await store.write('SET k v EX 100', 'TTL k', 'DBSIZE')).slice(1), [100, 1]);
      engine.close();

      const beyond = new EtcdEngine({ ...access, prefix: 'forbidden/' });
      const outcome = await new EngineClient(beyond).write('SET k v');
      const reply = outcome.kind === 'done' ? (outcome.replies[0] ?? null) : null;
      assert.ok(isErrorReply(reply));
      assert.match(isErrorReply(reply) ? reply.text : '', /^ERR etcdserver: permission denied/);
      beyond.close();

      assert.match(await refusalOf({ ...access, password: 'wrong' }), /authentication failed/);
      assert.match(await refusalOf({ ...access, tls: { ca: authority.ca } }), /certificate|alert/);
      const stranger = new Authority();
      assert.match(await refusalOf({ ...access, tls: { ...tls, ca: stranger.ca } }), /certificate/);
      stranger.remove();
    } finally {
      await member.stop();
      authority.remove();
    }
  },
);

if (!hasEtcd) test.skip('there is no etcd on this machine', () => undefined);

test.run();
