/** What is read of a message of etcd is what its protocol buffer says; other bytes are no message. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { RecentNumbers, seal, unseal } from '../../src/etcd-cluster/link-envelope.js';
import { peekMessage } from '../../src/etcd-cluster/peer-message.js';
import { MESSAGE_KINDS } from '../../src/node/frame.js';

const test = suite('peer message');

function varint(value: bigint): readonly number[] {
  const low = Number(value & 0x7fn);
  return value < 0x80n ? [low] : [low | 0x80, ...varint(value >> 7n)];
}

const number = (field: number, value: bigint): readonly number[] => [
  ...varint(BigInt(field << 3)),
  ...varint(value),
];
const block = (field: number, content: readonly number[]): readonly number[] => [
  ...varint(BigInt((field << 3) | 2)),
  ...varint(BigInt(content.length)),
  ...content,
];

interface Fields {
  readonly type: number;
  readonly to: bigint;
  readonly from: bigint;
  readonly term: bigint;
  readonly index: bigint;
  readonly reject: boolean;
  readonly entries: readonly (readonly number[])[];
  readonly context: readonly number[];
}

/** In the order and with the fields that etcd writes. */
const encoded = ({ type, to, from, term, index, reject, entries, context }: Fields): Uint8Array =>
  Uint8Array.from([
    ...number(1, BigInt(type)),
    ...number(2, to),
    ...number(3, from),
    ...number(4, term),
    ...number(5, 3n),
    ...number(6, index),
    ...entries.flatMap(entry => block(7, entry)),
    ...number(8, 5n),
    ...block(9, [0x12, 0]),
    ...number(10, reject ? 1n : 0n),
    ...number(11, 0n),
    ...block(12, context),
  ]);

const id = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const small = fc.bigInt({ min: 0n, max: 2n ** 53n - 1n });
const content = fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 40 });

test('type, term, index and refusal are read, whatever else is in the message', () => {
  const fields = fc.record({
    type: fc.constantFrom(2, 3, 4, 5, 6, 8, 9, 14, 15, 16, 17, 18),
    to: id,
    from: id,
    term: small,
    index: small,
    reject: fc.boolean(),
    entries: fc.array(content, { maxLength: 3 }),
    context: content,
  });
  fc.assert(
    fc.property(fields, message => {
      const seen = peekMessage(encoded(message));
      assert.is(seen?.term, Number(message.term));
      assert.is(seen?.index, Number(message.index));
      assert.is(seen?.reject, message.reject);
      assert.is(seen?.isLinkHeartbeat, message.type === 8 && message.to === 0n && message.from === 0n);
      assert.is(MESSAGE_KINDS[seen?.kind ?? -1], seen?.name);
    }),
    { numRuns: 300 },
  );
});

test('a type that never travels and bytes that end too soon are no message', () => {
  const fields = { to: 1n, from: 2n, term: 3n, index: 4n, reject: false, entries: [[1, 2, 3]], context: [] };
  assert.is(peekMessage(encoded({ ...fields, type: 12 })), null);
  const whole = encoded({ ...fields, type: 3 });
  assert.is(peekMessage(whole.subarray(0, whole.length - 1)), null);
  assert.is(peekMessage(Uint8Array.from([0x0b])), null);
});

test('what the router carries comes out as it went in, with its number', () => {
  const message = Uint8Array.from([8, 3, 16, 1]);
  const { message: found, number: at } = unseal(seal(message, 0xffff_fffe));
  assert.equal([...found], [...message]);
  assert.is(at, 0xffff_fffe);
});

test('a number counts once while it is remembered', () => {
  const recent = new RecentNumbers(2);
  assert.equal(
    [1, 1, 2, 1, 3, 1].map(each => recent.add(each)),
    [true, false, true, false, true, true],
  );
});

test.run();
