/**
 * The client's reply parser: every type, every cut, and what it refuses.
 *
 * @module
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { type ClientReply, plain, show } from '../../src/client/reply.js';
import { ReplyParser } from '../../src/client/reply-parser.js';

const test = suite('reply parser');

function parse(chunks: readonly Buffer[]): ClientReply[] {
  const parser = new ReplyParser();
  const replies: ClientReply[] = [];
  for (const chunk of chunks) {
    parser.feed(chunk);
    for (let reply = parser.next(); reply !== null; reply = parser.next()) replies.push(reply);
  }
  return replies;
}

const STREAM = Buffer.from(
  '+OK\r\n-ERR no\r\n:-42\r\n:9223372036854775807\r\n$5\r\nü\r\nx\r\n$0\r\n\r\n$-1\r\n*-1\r\n*0\r\n*3\r\n*2\r\n:1\r\n*1\r\n$1\r\na\r\n*0\r\n-E x\r\n:7\r\n',
);
const EXPECTED = [
  'OK',
  'ERR no',
  -42,
  9223372036854775807n,
  'ü\r\nx',
  '',
  null,
  null,
  [],
  [[1, ['a']], [], 'E x'],
  7,
];

test('replies of every type, cut anywhere', () => {
  assert.equal(parse([STREAM]).map(plain), EXPECTED);
  for (let cut = 0; cut <= STREAM.length; cut++) {
    assert.equal(
      parse([STREAM.subarray(0, cut), STREAM.subarray(cut)]).map(plain),
      EXPECTED,
      `cut at ${cut}`,
    );
  }
  assert.equal(parse(Array.from(STREAM, byte => Buffer.from([byte]))).map(plain), EXPECTED);
});

test('a large reply in many chunks', () => {
  const value = Buffer.alloc(2_000_000, 'abc\r\n');
  const stream = Buffer.concat([Buffer.from(`$${value.length}\r\n`), value, Buffer.from('\r\n:1\r\n')]);
  const chunks: Buffer[] = [];
  for (let at = 0; at < stream.length; at += 65_536) chunks.push(stream.subarray(at, at + 65_536));
  assert.equal(parse(chunks).map(plain), [value.toString(), 1]);
});

test('what is no reply is refused', () => {
  for (const text of ['x\r\n', '$x\r\n', ':1.5\r\n', '*-2\r\n', '$99999999999999999\r\n']) {
    assert.throws(() => parse([Buffer.from(text)]), /bad|unexpected/, text);
  }
});

test('replies are shown as redis-cli shows them', () => {
  assert.equal(
    parse([STREAM]).map(reply => show(reply)),
    [
      'OK',
      '(error) ERR no',
      '(integer) -42',
      '(integer) 9223372036854775807',
      '"ü\\r\\nx"',
      '""',
      '(nil)',
      '(nil)',
      '(empty array)',
      '1) 1) (integer) 1\n   2) 1) "a"\n2) (empty array)\n3) (error) E x',
      '(integer) 7',
    ],
  );
});

test.run();
