/**
 * The request parser: what it accepts, what it refuses and by which words, and what it holds in memory.
 *
 * @module
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DEFAULT_PARSER_LIMITS, type ParserLimits } from '../../../src/gateway/resp/limits.js';
import { RequestParser } from '../../../src/gateway/resp/parser.js';
import { ProtocolError } from '../../../src/gateway/resp/protocol-error.js';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

function parseChunks(chunks: readonly Buffer[], limits?: ParserLimits): string[][] {
  const parser = new RequestParser(limits);
  const commands: string[][] = [];
  for (const chunk of chunks) {
    parser.feed(chunk);
    for (let next = parser.next(); next !== null; next = parser.next()) commands.push(next);
  }
  return commands;
}

const parse = (text: string, limits?: ParserLimits): string[][] => parseChunks([bytes(text)], limits);

function refusal(text: string, limits?: ParserLimits): string {
  try {
    parse(text, limits);
  } catch (error) {
    assert.instance(error, ProtocolError);
    return (error as ProtocolError).message;
  }
  throw new Error(`accepted ${JSON.stringify(text)}`);
}

const ALL_BYTES = Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)).join('');
const encode = (args: readonly string[]): string =>
  `*${args.length}\r\n${args.map(arg => `$${arg.length}\r\n${arg}\r\n`).join('')}`;

test('commands of one chunk come out in order', () => {
  assert.equal(parse(encode(['SET', 'k', 'v']) + encode(['GET', 'k']) + encode([''])), [
    ['SET', 'k', 'v'],
    ['GET', 'k'],
    [''],
  ]);
});

test('arguments are binary safe', () => {
  assert.equal(parse(encode(['SET', ALL_BYTES, `\r\n*1\r\n${ALL_BYTES}`])), [
    ['SET', ALL_BYTES, `\r\n*1\r\n${ALL_BYTES}`],
  ]);
});

test('a stream split in two at every byte, and into single bytes, gives the same commands', () => {
  const stream = `${encode(['SET', 'key', ALL_BYTES])}PING "a b"\r\n${encode(['GET', 'key'])}*0\r\n\r\nECHO x\n${encode(['', '', 'z'])}`;
  const expected = parse(stream);
  assert.is(expected.length, 5);
  const whole = bytes(stream);
  for (let cut = 0; cut <= whole.length; cut++) {
    assert.equal(parseChunks([whole.subarray(0, cut), whole.subarray(cut)]), expected, `cut at ${cut}`);
  }
  const singles = Array.from({ length: whole.length }, (_, at) => whole.subarray(at, at + 1));
  assert.equal(parseChunks(singles), expected);
});

test('arrays of no or negative length and empty lines are skipped, as in Redis', () => {
  assert.equal(parse(`*0\r\n*-1\r\n*-10\r\n\r\n\n  \r\n${encode(['PING'])}`), [['PING']]);
});

test('inline commands know quotes and escapes', () => {
  assert.equal(parse(`set  "a \\"b\\x00\\n\\q" 'c\\'d\\n' e\r\nping\n`), [
    ['set', 'a "b\0\nq', "c'd\\n", 'e'],
    ['ping'],
  ]);
});

test('quotes that are not closed, or closed inside a word, are refused', () => {
  for (const line of ['set "a', "set 'a", 'set "a"b', "set 'a'b c", 'set "a\\']) {
    assert.is(refusal(`${line}\r\n`), 'Protocol error: unbalanced quotes in request', line);
  }
});

test('every malformed frame is refused with what was wrong', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['*abc\r\n', /^Protocol error: invalid multibulk length \(unexpected 'a'\)$/],
    ['*\r\n', /invalid multibulk length/],
    ['*-\r\n', /invalid multibulk length/],
    ['*1 \r\n', /invalid multibulk length \(unexpected ' '\)/],
    ['*1\rX', /CR without LF/],
    ['*99999999999999999999\r\n', /too large/],
    ['*1048577\r\n', /invalid multibulk length \(1048577 arguments, limit 1048576\)/],
    ['*1\r\n:5\r\n', /expected '\$', got ':'/],
    ['*1\r\n\x00', /expected '\$', got '\\x00'/],
    ['*1\r\n$-1\r\n', /invalid bulk length/],
    ['*1\r\n$x\r\n', /invalid bulk length \(unexpected 'x'\)/],
    [
      '*2\r\n$3\r\nGET\r\n$4294967296\r\n',
      /invalid bulk length \(argument 2 has 4294967296 bytes, limit 8388608\)/,
    ],
    ['*1\r\n$4\r\nPINGxx', /bulk string without CRLF at its end/],
    ['*1\r\n$4\r\nPING\rx', /bulk string without CRLF at its end/],
  ];
  for (const [text, expected] of cases) {
    assert.match(refusal(text), expected);
    const split = bytes(text);
    for (let cut = 1; cut < split.length; cut++) {
      assert.throws(() => parseChunks([split.subarray(0, cut), split.subarray(cut)]), expected);
    }
  }
});

test('limits on argument count, argument, frame and inline length are kept', () => {
  const limits = { bulkBytes: 10, frameBytes: 60, arguments: 3, inlineBytes: 8 };
  assert.equal(parse(encode(['1234567890', 'a', 'b']), limits), [['1234567890', 'a', 'b']]);
  assert.match(refusal(encode(['12345678901']), limits), /argument 1 has 11 bytes, limit 10/);
  assert.match(refusal(encode(['a', 'b', 'c', 'd']), limits), /4 arguments, limit 3/);
  assert.match(refusal(encode(['12345', '12345', '12345']), limits), /command too long \(limit 60/);
  assert.equal(parse('12345678\n', limits), [['12345678']]);
  assert.match(refusal('123456789\n', limits), /too big inline request \(limit 8 bytes\)/);
  assert.match(refusal('123456789', limits), /too big inline request/);
});

test('an announced 8 MiB argument takes memory only as it arrives', () => {
  const parser = new RequestParser();
  parser.feed(bytes(`*2\r\n$3\r\nSET\r\n$${DEFAULT_PARSER_LIMITS.bulkBytes}\r\n`));
  assert.is(parser.next(), null);
  assert.ok(parser.heldBytes < 16 * 1024, `${parser.heldBytes} bytes`);
  const piece = Buffer.alloc(1000, 'x');
  for (let i = 0; i < 100; i++) {
    parser.feed(piece);
    assert.is(parser.next(), null);
  }
  assert.ok(parser.heldBytes < 300_000, `${parser.heldBytes} bytes`);
});

test('a large argument in many chunks arrives whole, and the command after it too', () => {
  const value = Buffer.alloc(3_000_000, 'abcdefg').toString('latin1');
  const stream = bytes(encode(['SET', 'k', value]) + encode(['GET', 'k']));
  const chunks: Buffer[] = [];
  for (let at = 0; at < stream.length; at += 65_521) chunks.push(stream.subarray(at, at + 65_521));
  assert.equal(parseChunks(chunks), [
    ['SET', 'k', value],
    ['GET', 'k'],
  ]);
});

test.run();
