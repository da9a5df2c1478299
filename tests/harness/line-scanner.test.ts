/** Lines read from bytes mean what the reader of JSON says they mean, or are left to it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { formatOperation, type Operation, parseOperation } from '../../src/harness/check.js';
import { readHistory, readLineBytes } from '../../src/harness/history-file.js';
import { LineScanner } from '../../src/harness/line-scanner.js';
import { TextPool } from '../../src/harness/text-pool.js';

const test = suite('line scanner');
const scanner = new LineScanner(() => true);

const scan = (line: string) => {
  const bytes = Buffer.from(`##${line}\n{`);
  return scanner.scan(bytes, 2, bytes.length - 2);
};

/** What JSON says, or null where it says that the line is damaged. */
const parsed = (line: string): Operation | null => {
  try {
    return parseOperation(line, 1);
  } catch {
    return null;
  }
};

const text = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.string({ maxLength: 8, unit: 'binary' }),
  fc.constantFrom('', 'true', '"', '\\', '\u0000', '","key":"x', 'é', '{', ']'),
);
const amount = fc.oneof(
  fc.nat(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, 1e15, 1e16, 1.5, 0.1, 1e21, 5e-7),
);
const value = fc.oneof(text, amount, fc.constant(null), fc.array(text, { maxLength: 4 }));
const operation = fc
  .record(
    {
      client: fc.oneof(fc.nat(), fc.integer()),
      op: fc.oneof(fc.constantFrom('get', 'put', 'cas'), text),
      key: text,
      value,
      output: fc.oneof(value, fc.boolean()),
      node: fc.nat(9),
      phase: text,
      error: text,
      ok: fc.constantFrom<Operation['ok']>(true, false, 'unknown'),
      callNs: amount.map(Math.abs),
      lastsNs: fc.nat(),
    },
    { requiredKeys: ['client', 'op', 'key', 'ok', 'callNs', 'lastsNs'] },
  )
  .map(({ lastsNs, ...rest }) => ({
    ...rest,
    returnNs: rest.ok === 'unknown' ? null : rest.callNs + lastsNs,
  })) as fc.Arbitrary<Operation>;

test('what is written is read as JSON reads it', () => {
  fc.assert(
    fc.property(operation, item => {
      const line = formatOperation(item);
      const scanned = scan(line);
      if (scanned !== 'other-form') assert.equal(scanned, parsed(line), line);
    }),
    { numRuns: 5_000 },
  );
});

test('whatever is cut out of a line or put into it, nothing is read that JSON would not read', () => {
  const edit = fc.record({
    at: fc.nat(),
    cut: fc.nat(6),
    put: fc.oneof(text, fc.constantFrom(',', '}', '0', '-', ' ', '\t')),
  });
  fc.assert(
    fc.property(operation, edit, (item, { at, cut, put }) => {
      const line = formatOperation(item);
      const place = at % line.length;
      const edited = line.slice(0, place) + put + line.slice(place + cut);
      const scanned = scan(edited);
      if (scanned !== 'other-form') assert.equal(scanned, parsed(edited), edited);
    }),
    { numRuns: 20_000 },
  );
});

test('the lines this project writes are not left to JSON', () => {
  for (const line of [
    '{"client":40,"op":"get","key":"t1:register:7.0","node":0,"phase":"mixed","ok":true,"output":"m3-1","call_ns":18072,"return_ns":1122557}',
    '{"client":1,"op":"cas","key":"k","value":["a","b"],"node":0,"phase":"mixed","ok":true,"output":false,"call_ns":0,"return_ns":5}',
    '{"client":1,"op":"incr","key":"k","value":5,"node":0,"phase":"mixed","ok":"unknown","error":"timeout","waited_ms":600.25,"call_ns":1,"return_ns":null}',
    '{"client":1,"op":"lrange","key":"k","node":0,"phase":"final","ok":true,"output":[],"call_ns":1,"return_ns":2}',
  ]) {
    assert.equal(scan(line), parsed(line));
  }
});

test('a field that comes twice is left to JSON, whose last one counts', () => {
  assert.is(
    scan('{"client":1,"op":"get","key":"a","key":"b","ok":true,"call_ns":1,"return_ns":2}'),
    'other-form',
  );
});

test('a line of another share is known by its key, without reading on', () => {
  const hash = TextPool.hashOf('mine');
  const own = new LineScanner(keyHash => keyHash === hash);
  const line = (key: string) => Buffer.from(`{"client":1,"op":"get","key":"${key}",###}`);
  assert.is(own.scan(line('other'), 0, line('other').length), 'foreign');
  assert.is(own.scan(line('mine'), 0, line('mine').length), 'other-form');
});

test('lines end with LF or CRLF or the file, may be empty, and may be longer than a chunk', () => {
  const folder = mkdtempSync(join(tmpdir(), 'raftkv-lines-'));
  try {
    const path = join(folder, 'lines');
    const linesOf = (content: string): string[] => {
      writeFileSync(path, content);
      const lines: string[] = [];
      readLineBytes(path, {
        onLine: (bytes, start, end, line) => lines.push(`${line} ${bytes.toString('utf8', start, end)}`),
      });
      return lines;
    };
    assert.equal(linesOf(''), []);
    assert.equal(linesOf('a\r\n\r\nb\n\nc'), ['1 a', '2 ', '3 b', '4 ', '5 c']);
    assert.equal(linesOf('\ufeffa\n\ufeffb'), ['1 a', '2 \ufeffb']);
    const long = 'x'.repeat(3_000_000);
    assert.equal(linesOf(`a\n${long}\nb`), ['1 a', `2 ${long}`, '3 b']);
    const many = Array.from({ length: 200_000 }, (_, index) => `${index + 1} line é ${index}`);
    assert.equal(linesOf(many.map(line => line.replace(/^\d+ /, '')).join('\r\n')), many);
    const item = { client: 1, op: 'put', key: 'k', value: 'é', ok: true, callNs: 1, returnNs: 2 } as const;
    writeFileSync(path, `\ufeff${formatOperation(item)}\r\n\r\n${formatOperation(item)}`);
    assert.equal(readHistory(path), [item, item]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test.run();
