/**
 * The batch codec: what goes in comes out, on any bytes; what is damaged is refused whole.
 *
 * @module
 */
import fc from 'fast-check';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import {
  BATCH_HEADER_BYTES,
  encodeTimeTick,
  OPCODE_GROUP,
  OPCODE_ONCE,
  readHeader,
  stampTime,
} from '../../src/kv/batch.js';
import { BatchBuilder } from '../../src/kv/batch-builder.js';
import { isWellFormed } from '../../src/kv/batch-check.js';
import { ByteReader } from '../../src/kv/byte-reader.js';
import { KvError } from '../../src/kv/kv-error.js';
import { Replica } from './replica.js';

const SET = 17;
const latin1 = fc.uint8Array({ maxLength: 200 }).map(bytes => Buffer.from(bytes).toString('latin1'));
const argument = fc.oneof(
  latin1,
  latin1.map(text => Buffer.from(text, 'latin1')),
  latin1.map(text => Buffer.from(`<<${text}>>`, 'latin1').subarray(2, 2 + text.length)),
);
const command = fc.record({
  opcode: fc.integer({ min: 16, max: 65_535 }),
  args: fc.array(argument, { maxLength: 6 }),
});

function textOf(arg: string | Uint8Array): string {
  return typeof arg === 'string' ? arg : Buffer.from(arg).toString('latin1');
}

test('commands come out as they went in, whatever the bytes', () => {
  const property = fc.property(fc.array(command, { maxLength: 20 }), commands => {
    const builder = new BatchBuilder();
    for (const { opcode, args } of commands) builder.append(opcode, args);
    const data = builder.finish(3, 7, 42);
    assert.is(isWellFormed(data), true);
    assert.is(readHeader(data).count, commands.length);
    const reader = new ByteReader(data, BATCH_HEADER_BYTES);
    for (const { opcode, args } of commands) {
      assert.is(reader.u16(), opcode);
      assert.equal(reader.texts(), args.map(textOf));
    }
    assert.is(reader.position, data.byteLength);
  });
  fc.assert(property, { numRuns: 300 });
});

test('groups and once-wrappers come out as they went in', () => {
  const builder = new BatchBuilder();
  builder.once(9, 2 ** 40);
  builder.openGroup([{ key: 'watched', version: 2 ** 33 }]);
  builder.append(SET, ['k', 'v']);
  builder.closeGroup();
  const data = builder.finish(0, 1, 1);
  assert.is(isWellFormed(data), true);
  assert.is(readHeader(data).count, 1);
  const reader = new ByteReader(data, BATCH_HEADER_BYTES);
  assert.equal([reader.u16(), reader.f64(), reader.f64()], [OPCODE_ONCE, 9, 2 ** 40]);
  assert.equal([reader.u16(), reader.u32(), reader.f64()], [OPCODE_GROUP, 1, 2 ** 33]);
  assert.equal([reader.text(), reader.u32(), reader.u16()], ['watched', 1, SET]);
  assert.equal(reader.texts(), ['k', 'v']);
  assert.is(reader.position, data.byteLength);
});

test('the header survives, and the leader stamps the time in place', () => {
  const data = new BatchBuilder({ keyBytes: 10, valueBytes: 1000 }).finish(1025, 2 ** 45, 2 ** 50);
  stampTime(data, 1_700_000_000_123.5);
  assert.equal(readHeader(data), {
    origin: 1025,
    epoch: 2 ** 45,
    sequence: 2 ** 50,
    timeMs: 1_700_000_000_123.5,
    count: 0,
    valueLimit: 1000,
  });
});

test('a batch can stand anywhere in a larger buffer', () => {
  const builder = new BatchBuilder();
  builder.append(SET, ['key', 'value']);
  const data = builder.finish(0, 1, 1);
  const shifted = new Uint8Array(data.byteLength + 3);
  shifted.set(data, 3);
  const replica = new Replica();
  assert.is(replica.apply(shifted.subarray(3)).outcome, 'applied');
  assert.is(replica.read('get', 'key'), 'value');
});

test('a finished batch owns its memory and can be transferred', () => {
  const builder = new BatchBuilder();
  builder.append(SET, ['a', '1']);
  const first = builder.finish(0, 1, 1);
  builder.append(SET, ['b', 'x'.repeat(100_000)]);
  builder.finish(0, 1, 2);
  assert.is(first.byteOffset, 0);
  assert.is(first.buffer.byteLength, first.byteLength);
  const moved = structuredClone(first, { transfer: [first.buffer as ArrayBuffer] });
  assert.is(new Replica().apply(moved).outcome, 'applied');
});

test('every truncation of a batch is refused, and has no effect', () => {
  const builder = new BatchBuilder();
  builder.append(SET, ['a', '1']);
  builder.once(1, 1);
  builder.openGroup([{ key: 'w', version: 0 }]);
  builder.append(SET, ['b', '2']);
  builder.closeGroup();
  const data = builder.finish(0, 1, 1);
  for (let length = 1; length < data.byteLength; length++) {
    const replica = new Replica();
    assert.is(replica.apply(data.subarray(0, length)).outcome, 'malformed', `length ${length}`);
    assert.is(replica.machine.keyCount, 0);
  }
});

test('random damage never throws from apply', () => {
  const builder = new BatchBuilder();
  for (let i = 0; i < 5; i++) builder.append(SET, [`key${i}`, 'value']);
  builder.openGroup([]);
  builder.append(SET, ['b', '2']);
  builder.closeGroup();
  const data = builder.finish(0, 1, 1);
  const at = fc.integer({ min: 0, max: data.byteLength - 1 });
  const damage = fc.array(fc.tuple(at, fc.integer({ min: 0, max: 255 })), { minLength: 1 });
  const property = fc.property(damage, changes => {
    const damaged = data.slice();
    for (const [position, byte] of changes) damaged[position] = byte;
    const { outcome, replies } = new Replica().apply(damaged);
    assert.is(replies.length, outcome === 'applied' ? readHeader(damaged).count : 0);
  });
  fc.assert(property, { numRuns: 1000 });
});

test('an opcode that nobody knows is an error reply, and its neighbours are executed', () => {
  const replica = new Replica();
  replica.builder.append(SET, ['a', '1']);
  replica.builder.append(9999, ['x']);
  replica.builder.append(SET, ['b', '2']);
  const { replies } = replica.applyBuilt();
  assert.equal(replies[1], { kind: 'error', text: 'ERR unknown command in batch' });
  assert.is(replica.machine.keyCount, 2);
});

test('misuse of the builder is an error, not a bad batch', () => {
  const isMisuse = (error: unknown) => error instanceof KvError && error.code === 'batch-misuse';
  const open = new BatchBuilder();
  open.openGroup([]);
  assert.throws(() => open.openGroup([]), isMisuse);
  assert.throws(() => open.once(1, 1), isMisuse);
  assert.throws(() => open.finish(0, 1, 1), isMisuse);
  const prefixed = new BatchBuilder();
  prefixed.once(1, 1);
  assert.throws(() => prefixed.finish(0, 1, 1), isMisuse);
  assert.throws(() => prefixed.closeGroup(), isMisuse);
});

test('a batch of another format is told apart', () => {
  const data = encodeTimeTick(5);
  assert.is(readHeader(data).timeMs, 5);
  data[0] = 99;
  const isFormat = (error: unknown) => error instanceof KvError && error.code === 'batch-format';
  assert.throws(() => readHeader(data), isFormat);
});

test.run();
