/**
 * Two hosts that may talk to each other: what they say arrives, in order within a lane, and they find each other again.
 *
 * @module
 */
import { connect } from 'node:net';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MESSAGE_KINDS, type MessageKind } from '../../../src/node/frame.js';
import { FrameReader, type LinkFrame } from '../../../src/runtime/hosts/frame-reader.js';
import {
  decodeMessages,
  encodeMessagesHead,
  splitByLane,
} from '../../../src/runtime/hosts/messages-codec.js';
import { encodeHeader, type Lane } from '../../../src/runtime/hosts/wire.js';
import { Authority, pemOf } from '../../helpers/certificates.js';
import { eventually, hasProgram } from '../../helpers/serve.js';
import { A, B, frameOf, LinkedHost, withHosts } from './hosts-harness.js';

const PORT = 25_320;
const MIB = 1024 * 1024;
const CHUNK = kind('SnapshotChunk');
const HEARTBEAT = kind('Heartbeat');
const APPEND = kind('AppendEntries');

const test = suite('host links');

function kind(name: MessageKind): number {
  return MESSAGE_KINDS.indexOf(name);
}

const until = (what: string, condition: () => boolean): Promise<true> =>
  eventually(what, 10_000, async () => (condition() ? true : undefined));

async function linked(port: number, use: (a: LinkedHost, b: LinkedHost) => Promise<void>): Promise<void> {
  const hosts = [A, B].map(host => ({ host, port }));
  const queuedBytes = { urgent: 2 * MIB, log: 8 * MIB, bulk: 64 * MIB };
  const a = new LinkedHost({ host: A, hosts, queuedBytes });
  const b = new LinkedHost({ host: B, hosts, queuedBytes });
  await withHosts([a, b], async () => {
    await until('the link', () => a.links.isUp(B) && b.links.isUp(A));
    await use(a, b);
  });
}

test('frames survive however the bytes are cut', () => {
  const payloads = [Buffer.alloc(0), Buffer.from('abc'), Buffer.alloc(1000, 7)];
  const bytes = Buffer.concat(payloads.flatMap(payload => [encodeHeader('call', payload.length), payload]));
  for (const size of [1, 2, 5, 7, 100, bytes.length]) {
    const seen: Buffer[] = [];
    const reader = new FrameReader(1000, ({ payload }: LinkFrame) => seen.push(Buffer.from(payload)));
    for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
    assert.equal(seen, payloads, `cut by ${size}`);
  }
});

test('messages are the same after the wire', () => {
  const frame = frameOf([APPEND, HEARTBEAT, APPEND], 5);
  const decoded = decodeMessages(Buffer.concat([encodeMessagesHead(frame), frame.body]));
  assert.equal(decoded, frame);
  assert.is(decoded.body.byteOffset, 0);
  assert.is(decoded.body.buffer.byteLength, decoded.body.length, 'the body can be transferred');
});

test('heartbeats travel apart from entries, and both apart from snapshots', () => {
  const lanes: [Lane, readonly number[]][] = [];
  splitByLane(frameOf([APPEND, HEARTBEAT, CHUNK, APPEND]), (lane, { kinds }) => lanes.push([lane, kinds]));
  assert.equal(lanes, [
    ['urgent', [HEARTBEAT]],
    ['log', [APPEND, APPEND]],
    ['bulk', [CHUNK]],
  ]);
});

test('large snapshots arrive whole and in order, heartbeats before them', async () => {
  await linked(PORT, async (a, b) => {
    const peer = a.links.peer(B);
    const chunks = 24;
    for (let number = 0; number < chunks; number++) {
      assert.is(peer?.sendFrame(frameOf([CHUNK], MIB, number)), true);
    }
    assert.is(peer?.sendFrame(frameOf([HEARTBEAT])), true);
    await until('all of it', () => b.frames.length === chunks + 1);
    const fills = b.frames
      .filter(({ kinds }) => kinds[0] === CHUNK)
      .map(({ body }) => [body[0], body.at(-1)]);
    assert.equal(
      fills,
      Array.from({ length: chunks }, (_, number) => [number, number]),
    );
    const place = b.frames.findIndex(({ kinds }) => kinds[0] === HEARTBEAT);
    assert.ok(place < chunks / 2, `the heartbeat came after ${place} of ${chunks} chunks`);
  });
});

test('what a full link does not take is lost and counted, and the link goes on', async () => {
  await linked(PORT + 1, async (a, b) => {
    const peer = a.links.peer(B);
    let sent = 0;
    // Entries are not packed: they fill the queue before the network takes any.
    while (peer?.sendFrame(frameOf([APPEND], MIB)) === true) sent++;
    assert.is(a.links.lostFrames, 1);
    await until('what was taken', () => b.frames.length === sent);
    assert.is(peer?.sendFrame(frameOf([APPEND])), true);
    await until('one more', () => b.frames.length === sent + 1);
  });
});

test('a call is answered, also by an error; none is left when the link breaks', async () => {
  await linked(PORT + 2, async (a, b) => {
    const call = (operation: string): Promise<unknown> =>
      a.links.peer(B)?.call(operation, [1, 'x'], 5_000) ?? Promise.resolve();
    assert.equal(await call('echo'), { from: A, operation: 'echo', args: [1, 'x'] });
    const failure = await call('fail').catch((error: unknown) => error);
    assert.is((failure as { code: string }).code, 'bad-value');
    const pending = call('echo').catch((error: unknown) => error);
    b.links.peer(A)?.close();
    a.links.peer(B)?.close();
    assert.is(((await pending) as { code: string }).code, 'timeout');
    await until('the link again', () => a.links.isUp(B) && b.links.isUp(A));
    assert.equal(await call('echo'), { from: A, operation: 'echo', args: [1, 'x'] });
  });
});

test('hosts with certificates know each other by them, and nobody else', async () => {
  if (!hasProgram('openssl')) return;
  const [authority, stranger] = [new Authority(), new Authority()];
  const hosts = [A, B].map(host => ({ host, port: PORT + 3 }));
  const certified = (host: string, named: string, by: Authority): LinkedHost => {
    const tls = { ...pemOf(by.issue(named, [`IP:${named}`])), ca: authority.ca };
    return new LinkedHost({ host, hosts, security: { secret: Buffer.alloc(0), tls } });
  };
  try {
    const b = certified(B, B, authority);
    await withHosts([b, certified(A, A, authority)], () => until('the link', () => b.ups === 1));
    for (const wrong of [certified(A, B, authority), certified(A, A, stranger)]) {
      const other = certified(B, B, authority);
      await withHosts([other, wrong], () => until('a refusal', () => other.log.length > 0));
      assert.match(other.log.join('\n'), /wrong-certificate/);
      assert.is(other.ups, 0);
    }
  } finally {
    authority.remove();
    stranger.remove();
  }
});

test('who connects and never begins its handshake holds no place for longer than a greeting may take', async () => {
  if (!hasProgram('openssl')) return;
  const authority = new Authority();
  const tls = { ...pemOf(authority.issue(B, [`IP:${B}`])), ca: authority.ca };
  const host = new LinkedHost({
    host: B,
    hosts: [A, B].map(name => ({ host: name, port: PORT + 4 })),
    security: { secret: Buffer.alloc(0), tls },
    times: { greetingMs: 100 },
  });
  try {
    await withHosts([host], async () => {
      const socket = connect({ host: B, port: PORT + 4 });
      socket.on('error', () => {});
      await until('the end of the connection', () => socket.destroyed || socket.readableEnded);
      await until('a word about it', () => host.logged('silent').length === 1);
      socket.destroy();
    });
  } finally {
    authority.remove();
  }
});

test.run();
