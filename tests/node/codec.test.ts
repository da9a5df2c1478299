/** @module Messages on the wire: what is written is read, and garbage is refused. */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ByteWriter } from '../../src/node/byte-writer.js';
import { decodeMessage, encodeMessage, kindNumber } from '../../src/node/codec.js';
import { MESSAGE_KINDS } from '../../src/node/frame.js';
import { eachMessage } from '../../src/node/frame-reader.js';
import type { NodeMessage } from '../../src/node/messages.js';
import { NodeError } from '../../src/node/node-error.js';
import { Outbox } from '../../src/node/outbox.js';
import { nodeIndex, raftIdOf } from '../../src/node/peer-id.js';
import { raftId } from '../../src/raft/ids.js';

const id = fc.integer({ min: 1, max: 0xffff }).map(raftId);
const number = fc.maxSafeNat();
const flag = fc.boolean();
const head = { from: id, to: id, term: number };
const data = fc.uint8Array({ maxLength: 300 });
const type = fc.constantFrom('normal' as const, 'conf-change' as const, 'conf-change-v2' as const);
const ids = fc.array(id, { maxLength: 6 });
const snapshot = fc.record({
  index: number,
  term: number,
  confState: fc.record({ voters: ids, outgoing: ids, learners: ids, learnersNext: ids, autoLeave: flag }),
});
const context = fc.string({ unit: 'grapheme-ascii', maxLength: 60 });
const of = <T extends string>(name: T): fc.Arbitrary<T> => fc.constant(name);

const appendEntries = fc
  .record({
    type: of('AppendEntries'),
    ...head,
    prevLogIndex: fc.nat(),
    prevLogTerm: number,
    commit: number,
    drafts: fc.array(fc.record({ term: number, type, data }), { maxLength: 8 }),
  })
  .map(({ drafts, ...rest }) => ({
    ...rest,
    entries: drafts.map((draft, i) => ({ ...draft, index: rest.prevLogIndex + 1 + i })),
  }));

const chunk = fc
  .record({
    type: of('SnapshotChunk'),
    ...head,
    transfer: number,
    snapshot,
    offset: fc.nat(),
    checksum: fc.integer({ min: 0, max: 0xffff_ffff }),
    bytes: data,
    more: fc.nat(),
  })
  .map(({ more, ...rest }) => ({ ...rest, totalBytes: rest.offset + rest.bytes.length + more }));

const anyMessage: fc.Arbitrary<NodeMessage> = fc.oneof(
  appendEntries,
  chunk,
  fc.record({
    type: of('AppendEntriesReply'),
    ...head,
    index: number,
    reject: flag,
    hintIndex: number,
    hintTerm: number,
  }),
  fc.record({
    type: fc.constantFrom('RequestVote' as const, 'PreVote' as const),
    ...head,
    lastLogIndex: number,
    lastLogTerm: number,
    forced: flag,
  }),
  fc.record({
    type: fc.constantFrom('RequestVoteReply' as const, 'PreVoteReply' as const),
    ...head,
    reject: flag,
  }),
  fc.record({ type: of('Heartbeat'), ...head, commit: number, readSequence: number }),
  fc.record({ type: of('HeartbeatReply'), ...head, readSequence: number }),
  fc.record({ type: of('InstallSnapshot'), ...head, snapshot }),
  fc.record({ type: fc.constantFrom('TimeoutNow' as const, 'TransferLeader' as const), ...head }),
  fc.record({
    type: of('Propose'),
    ...head,
    entries: fc.array(fc.record({ index: fc.constant(0), term: number, type, data }), { maxLength: 8 }),
  }),
  fc.record({ type: of('ReadIndex'), ...head, context }),
  fc.record({ type: of('ReadIndexReply'), ...head, index: number, context }),
  fc.record({ type: of('SnapshotChunkReply'), ...head, transfer: number, offset: number, refused: flag }),
  fc.record({ type: of('ProposeRefused'), ...head, epoch: number, sequence: number }),
  fc.record({ type: of('StateHash'), ...head, index: number, hash: fc.constant('0123456789abcdef') }),
  fc.record({ type: of('Removed'), ...head, index: number }),
);

/** With ordinary prototypes, as decoded ones have. */
const message = anyMessage.map(given => structuredClone(given));

function encoded(given: NodeMessage): Uint8Array {
  const writer = new ByteWriter();
  encodeMessage(writer, given);
  return writer.take();
}

test('every message comes back as it was', () => {
  const seen = new Set<string>();
  fc.assert(
    fc.property(message, given => {
      seen.add(given.type);
      assert.equal(decodeMessage(kindNumber(given.type), encoded(given)), given);
    }),
    { numRuns: 2000 },
  );
  assert.is(seen.size, MESSAGE_KINDS.length);
});

test('random bytes of any kind are read or refused with malformed-message, never anything else', () => {
  fc.assert(
    fc.property(fc.nat({ max: 24 }), fc.uint8Array({ maxLength: 200 }), (kind, bytes) => {
      try {
        decodeMessage(kind, bytes);
      } catch (error) {
        assert.ok(error instanceof NodeError && error.code === 'malformed-message', String(error));
      }
    }),
    { numRuns: 5000 },
  );
});

test('a message cut short or with bytes behind it is refused', () => {
  fc.assert(
    fc.property(message, fc.double({ min: 0, max: 0.999, noNaN: true }), (given, part) => {
      const bytes = encoded(given);
      const kind = kindNumber(given.type);
      const cut = bytes.subarray(0, Math.floor(bytes.length * part));
      assert.throws(() => decodeMessage(kind, cut), /cut short|do not fit/);
      const longer = new Uint8Array(bytes.length + 1);
      longer.set(bytes);
      assert.throws(() => decodeMessage(kind, longer), /after the end|too long/);
    }),
    { numRuns: 500 },
  );
});

test('an outbox makes one frame a peer, and the reader takes it apart again in order', () => {
  fc.assert(
    fc.property(fc.array(message, { minLength: 1, maxLength: 20 }), given => {
      const [from, to] = [nodeIndex(0), nodeIndex(1)];
      const self = raftIdOf(to);
      const sent = given.map(one => ({ ...one, from: raftIdOf(from), to: self }));
      const read: NodeMessage[] = [];
      const outbox = new Outbox(from, {
        send: frame => {
          assert.is(frame.body.byteLength, frame.ends.at(-1));
          assert.is(
            eachMessage(frame, self, one => read.push(one)),
            0,
          );
        },
      });
      for (const one of sent) outbox.add(one);
      outbox.flush();
      assert.equal(read, sent);
    }),
    { numRuns: 200 },
  );
});

test('a body that grows too large is split into several frames', () => {
  const frames: number[] = [];
  const outbox = new Outbox(nodeIndex(0), { send: frame => frames.push(frame.body.length) });
  const entry = { index: 1, term: 1, type: 'normal' as const, data: new Uint8Array(400_000) };
  for (let i = 0; i < 6; i++) {
    outbox.add({
      type: 'Propose',
      from: raftIdOf(nodeIndex(0)),
      to: raftIdOf(nodeIndex(1)),
      term: 0,
      entries: [entry],
    });
  }
  outbox.flush();
  assert.is(frames.length, 2);
  assert.is(outbox.sent, 6);
});

test('messages to a former identity or from a false sender are dropped', () => {
  const from = raftIdOf(nodeIndex(0));
  const self = raftIdOf(nodeIndex(1));
  const heartbeat = { type: 'Heartbeat' as const, from, to: self, term: 1, commit: 0, readSequence: 0 };
  let dropped = 0;
  const outbox = new Outbox(nodeIndex(0), {
    send: frame => {
      dropped += eachMessage(frame, self, () => assert.unreachable());
    },
  });
  outbox.add({ ...heartbeat, to: raftIdOf(nodeIndex(1), 1) });
  outbox.add({ ...heartbeat, from: raftIdOf(nodeIndex(2)) });
  outbox.flush();
  assert.is(dropped, 2);
});

test.run();
