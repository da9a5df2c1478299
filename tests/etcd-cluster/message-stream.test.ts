/** Messages are cut from the stream wherever the chunks end, and what is no message is noticed. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { MAX_MESSAGE_BYTES, MessageReader, withHeader } from '../../src/etcd-cluster/message-stream.js';

const test = suite('message stream');

const bytes = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 7 + seed) & 0xff);

test('messages come out whole and in order, whatever the size of the chunks', () => {
  const messages = [0, 1, 7, 8, 9, 300, 2, 70_000].map((length, seed) => bytes(length, seed));
  const stream = Buffer.concat(messages.map(withHeader));
  for (const size of [1, 3, 8, 13, 1_000, stream.length]) {
    const reader = new MessageReader();
    const found: Uint8Array[] = [];
    for (let at = 0; at < stream.length; at += size) {
      found.push(...reader.push(stream.subarray(at, at + size)));
    }
    assert.equal(
      found.map(message => Buffer.from(message).toString('hex')),
      messages.map(message => Buffer.from(message).toString('hex')),
      `chunks of ${size}`,
    );
  }
});

test('a header that promises too much is refused before anything is kept for it', () => {
  const header = Buffer.alloc(8);
  header.writeBigUInt64BE(BigInt(MAX_MESSAGE_BYTES) + 1n);
  assert.throws(() => new MessageReader().push(header), RangeError);
  header.writeBigUInt64BE(2n ** 63n);
  assert.throws(() => new MessageReader().push(header), RangeError);
});

test.run();
