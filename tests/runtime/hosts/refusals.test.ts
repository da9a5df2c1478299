/**
 * Everybody who must not be let in knocks at a host that is linked to another one: each is refused, the log says so once,
 * and the two hosts do not notice.
 *
 * @module
 */
import { connect, type Socket } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { HostIdentity } from '../../../src/runtime/hosts/identity.js';
import {
  DEFAULT_LINK_TIMES,
  DEFAULT_QUEUED_BYTES,
  LinkConnection,
} from '../../../src/runtime/hosts/link-connection.js';
import type { LinkErrorCode } from '../../../src/runtime/hosts/link-error.js';
import { encodeHeader, encodePreface, NONCE_BYTES } from '../../../src/runtime/hosts/wire.js';
import { eventually } from '../../helpers/serve.js';
import {
  A,
  B,
  C,
  D,
  frameOf,
  identityOf,
  LinkedHost,
  residence,
  SECRET,
  secured,
  withHosts,
} from './hosts-harness.js';
import { FaultyProxy } from './link-proxy.js';

const PORT = 25_300;
const GIB = 2 ** 30;
const HOSTS = [A, B, C].map(host => ({ host, port: PORT }));

const test = suite('host links refuse');

const a = new LinkedHost({ host: A, hosts: HOSTS });
const b = new LinkedHost({ host: B, hosts: HOSTS });

test.before(async () => {
  await a.links.open();
  await b.links.open();
  await until('the link', () => a.links.isUp(B) && b.links.isUp(A));
});

test.after(async () => {
  await a.links.close();
  await b.links.close();
});

/** Whatever happened: still the first link, and it carries frames both ways. */
test.after.each(async () => {
  const [before, there] = [a.frames.length, b.frames.length];
  assert.is(a.links.peer(B)?.sendFrame(frameOf([0, 6])), true);
  assert.is(b.links.peer(A)?.sendFrame(frameOf([0, 6])), true);
  await until('frames', () => a.frames.length > before && b.frames.length > there);
  assert.equal([a.ups, a.downs, b.ups, b.downs], [1, 0, 1, 0]);
});

const until = (what: string, condition: () => boolean): Promise<true> =>
  eventually(what, 10_000, async () => (condition() ? true : undefined));

/** Dials host a again and again under the name `host`, and is refused each time. */
function intrusion(
  code: LinkErrorCode,
  host: string,
  identity: Partial<HostIdentity>,
  secret = SECRET,
): () => Promise<void> {
  return async () => {
    // Whoever comes first in its own list dials.
    const hosts = [
      { host, port: PORT + 1 },
      { host: A, port: PORT },
    ];
    const intruder = new LinkedHost({ host, hosts, identity, security: secured(secret) });
    const saidBefore = a.log.length;
    const refusedBefore = a.links.refusalCount;
    await withHosts([intruder], async () => {
      // Three connections an attempt: more than one attempt.
      await until('refusals', () => a.links.refusalCount >= refusedBefore + 7);
      const said = a.log.slice(saidBefore);
      assert.is(said.length, 1, a.log.join('\n'));
      assert.match(said[0] ?? '', new RegExp(`(${host}|127.0.0.1): .*\\(${code}\\)$`));
      assert.is(intruder.logged(code).length, 1, intruder.log.join('\n'));
      assert.is(intruder.ups, 0);
    });
  };
}

test('a wrong secret', intrusion('wrong-secret', C, {}, 'another secret, as long'));

test('a host of another cluster', intrusion('wrong-cluster', C, { clusterId: 'another cluster' }));

test(
  'a config that lays out the cluster in another way',
  intrusion('other-config', C, { layout: 'a and c' }),
);

test('a host that is none of the config', intrusion('unknown-host', D, {}));

test('a host that another process is already', intrusion('host-claimed', B, { instance: 'a second b' }));

test(
  'a host that says it runs a node of another one',
  intrusion('node-claimed', C, { residences: [residence(1, C)] }),
);

/** Bytes of a stranger at this address; resolves when they are answered by the end of the connection. */
async function say(localAddress: string, ...parts: readonly Uint8Array[]): Promise<string> {
  const socket = connect({ host: A, port: PORT, localAddress });
  for (const part of parts) socket.write(part);
  return heard(socket);
}

function heard(socket: Socket): Promise<string> {
  let text = '';
  socket.on('error', () => {});
  socket.on('data', chunk => {
    text += chunk.toString('latin1');
  });
  return new Promise(resolve => socket.once('close', () => resolve(text)));
}

const preface = (version: number): Buffer =>
  encodePreface({ version, oldest: version, lane: 'log', nonce: Buffer.alloc(NONCE_BYTES, 1) });

let strangers = 0;

/** Says it several times, and expects one line about it. */
async function saysOnce(code: LinkErrorCode, ...parts: readonly Uint8Array[]): Promise<string> {
  const from = `127.0.2.${++strangers}`;
  const [answer] = await Promise.all([say(from, ...parts), say(from, ...parts), say(from, ...parts)]);
  assert.is(a.logged(code, from).length, 1, a.log.join('\n'));
  return answer;
}

test('another version of the protocol, which is told', async () => {
  assert.match(await saysOnce('version-skew', preface(9)), /version-skew/);
});

test('garbage, which is told nothing', async () => {
  assert.is(await saysOnce('garbage', Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n')), '');
  const nonsense = Buffer.from('\xff\xff\xff\xff\xff\xff', 'latin1');
  assert.match(await saysOnce('garbage', preface(1), nonsense), /^RKVL/);
});

test('a frame of 1 GiB from a stranger, without making room for it', async () => {
  const before = process.memoryUsage().rss;
  assert.match(await saysOnce('frame-too-long', preface(1), encodeHeader('hello', GIB)), /frame-too-long/);
  assert.ok(process.memoryUsage().rss - before < GIB / 4);
});

test('frames before the greeting', async () => {
  assert.match(await saysOnce('garbage', preface(1), encodeHeader('messages', 0)), /before the greeting/);
});

test('whoever connects and says nothing', async () => {
  await saysOnce('silent');
});

/** A connection of host c that is let in. */
function letIn(): Promise<LinkConnection> {
  return new Promise(resolve => {
    const socket = connect(PORT, A);
    socket.once('connect', () => {
      new LinkConnection({
        socket,
        role: 'dialer',
        lane: 'log',
        secret: Buffer.from(SECRET),
        times: DEFAULT_LINK_TIMES,
        queuedBytes: DEFAULT_QUEUED_BYTES,
        ownIdentity: () => identityOf(C),
        judge: () => null,
        onOpen: (_identity, connection) => resolve(connection),
        onFrame: () => {},
        onClose: () => {},
      });
    });
  });
}

for (const [what, code, bytes] of [
  ['a frame of 1 GiB', 'frame-too-long', encodeHeader('messages', GIB)],
  [
    'messages that do not add up',
    'garbage',
    Buffer.concat([encodeHeader('messages', 9), Buffer.alloc(9, 3)]),
  ],
  ['a call that is no JSON', 'garbage', Buffer.concat([encodeHeader('call', 3), Buffer.from('{x}')])],
] as const) {
  test(`${what} from a host that was let in`, async () => {
    const connection = await letIn();
    connection.socket.write(bytes);
    await until('the end', () => connection.socket.destroyed);
    // The second time for the same reason is no news.
    assert.is(a.logged(code, C).length, 1, a.log.join('\n'));
  });
}

test('a connection that is half open, and is made anew', async () => {
  const port = PORT + 2;
  const proxy = await FaultyProxy.open(D, B, port);
  const times = { silenceMs: 700, keepAliveMs: 100 };
  // The one that dials takes the network between for the other host.
  const d = new LinkedHost({
    host: A,
    hosts: [
      { host: A, port },
      { host: B, port, address: D },
    ],
    times,
  });
  const e = new LinkedHost({ host: B, hosts: [A, B].map(host => ({ host, port })), times });
  try {
    await withHosts([d, e], async () => {
      await until('the link', () => d.links.isUp(B) && e.links.isUp(A));
      proxy.freeze();
      await until('both sides to notice', () => !d.links.isUp(B) && !e.links.isUp(A));
      assert.is(d.logged('silent').length, 1, d.log.join('\n'));
      assert.is(e.logged('silent').length, 1, e.log.join('\n'));
      proxy.thaw();
      await until('the link again', () => d.links.isUp(B) && e.links.isUp(A));
    });
  } finally {
    await proxy.close();
  }
});

test.run();
