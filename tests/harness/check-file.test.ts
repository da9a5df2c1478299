/** `raftkv check` and the checking of files: verdicts, exit codes, damaged lines, shares, cancelling, pictures. */
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  checkLinearizable,
  formatOperation,
  HistoryError,
  ModelError,
  type Operation,
} from '../../src/harness/check.js';
import { checkHistoryFile } from '../../src/harness/check-file.js';
import { HistoryWriter, readHistory } from '../../src/harness/history-file.js';
import { drawOperations } from '../../src/harness/picture.js';
import { raftkv } from '../helpers/serve.js';

const test = suite('checking history files');

const folder = mkdtempSync(join(tmpdir(), 'raftkv-check-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

type Draft = Partial<Operation> & Pick<Operation, 'op'>;
const operation = (callNs: number, returnNs: number | null, draft: Draft): Operation => ({
  client: 0,
  key: 'k',
  ok: returnNs === null ? 'unknown' : true,
  callNs,
  returnNs,
  ...draft,
});

let files = 0;
const fileOf = (lines: readonly (Operation | string)[]): string => {
  const path = join(folder, `history-${files++}.jsonl`);
  const text = lines.map(line => (typeof line === 'string' ? line : formatOperation(line)));
  writeFileSync(path, `${text.join('\n')}\n`);
  return path;
};

const put = operation(0, 10, { op: 'put', value: 'a', output: 'OK' });
const good = operation(20, 30, { op: 'get', output: 'a' });
const stale = operation(20, 30, { op: 'get', output: null, client: 1 });

/** Keys and values with whatever may confuse a reader that looks for the key without parsing. */
const manyKeys = (count: number): Operation[] =>
  Array.from({ length: count }, (_, index) => {
    const key = `k"${index % 50}é","key":"other`;
    const value = `{"key":"${index}"}`;
    return [
      operation(index * 100, index * 100 + 10, { op: 'put', key, value, client: index % 7 }),
      operation(index * 100 + 20, index * 100 + 30, { op: 'get', key, output: value }),
    ];
  }).flat();

test('exit 0 when linearizable, 1 with the proof when not, 2 when unusable', () => {
  const yes = raftkv('check', fileOf([put, good]));
  assert.is(yes.code, 0, yes.stderr);
  assert.match(yes.stdout, /: linearizable \(2 operations, 1 keys/);

  const no = raftkv('check', fileOf([put, good, stale]));
  assert.is(no.code, 1);
  assert.match(no.stdout, /NOT linearizable/);
  assert.match(no.stdout, /client 0 called put "a"/);
  assert.match(no.stdout, /client 1 {2}get → null +├─+┤/);

  assert.is(raftkv('check', join(folder, 'none')).code, 2);
  assert.is(raftkv('check', fileOf([''])).code, 2, 'nothing to judge');
});

test('a damaged line is named by its number, exit 2', () => {
  const { code, stderr, stdout } = raftkv('check', fileOf([put, good, '{"client":1,"op":']));
  assert.is(code, 2);
  assert.is(stdout, '');
  assert.match(stderr, /line 3: expected one JSON object/);
});

test('--json carries verdict, operations of the proof and the damaged line', () => {
  const no = JSON.parse(raftkv('check', '--json', fileOf([put, good, stale])).stdout);
  assert.is(no.verdict, 'not-linearizable');
  assert.is(no.violations[0].operations.length, 2);
  const bad = JSON.parse(raftkv('check', '--json', fileOf([put, 'x'])).stdout);
  assert.equal([bad.verdict, bad.line], ['unusable', 2]);
});

test('threads that share a file find every operation once, and the same verdict', async () => {
  const history = manyKeys(500);
  const path = fileOf(history);
  const one = await checkHistoryFile(path);
  const three = await checkHistoryFile(path, { threads: 3 });
  assert.equal([three.verdict, three.operations, three.keys], ['linearizable', 1000, 50]);
  assert.equal([one.verdict, one.operations, one.keys], ['linearizable', 1000, 50]);

  const last = history[history.length - 1];
  if (last === undefined) throw new Error('no operations');
  const wrong = { ...last, output: 'never written', callNs: 1e9, returnNs: 1e9 + 1 };
  appendFileSync(path, `${formatOperation(wrong)}\n`);
  const result = await checkHistoryFile(path, { threads: 3 });
  assert.is(result.verdict, 'not-linearizable');
  assert.equal(
    result.violations.map(({ key }) => key),
    [last.key],
  );
});

test('of several damaged lines the first is named, whichever thread meets it', async () => {
  const lines: (Operation | string)[] = manyKeys(50);
  lines.splice(10, 0, 'damaged');
  lines.splice(60, 0, '{"key":"k1"}');
  await checkHistoryFile(fileOf(lines), { threads: 2 }).then(
    () => assert.unreachable(),
    (error: unknown) => {
      assert.instance(error, HistoryError);
      assert.is((error as HistoryError).line, 11);
    },
  );
});

for (const [what, line] of [
  ['unknown operation "teleport"', operation(0, 1, { op: 'teleport' })],
  ['put of key k needs a value', operation(0, 1, { op: 'put' })],
  ['cas of key k needs [expected, new]', operation(0, 1, { op: 'cas', value: ['a'] })],
  ['lrange of key k must answer a list', operation(0, 1, { op: 'lrange', output: 'x' })],
  ['transfer of key k: bad amount x', operation(0, 1, { op: 'transfer', value: ['a', 'b', 'x'] })],
  ['incr of key k needs a whole number', operation(0, 1, { op: 'incr', value: 'x' })],
  ['incr of key k must answer a whole number', operation(0, 1, { op: 'incr', output: 'x' })],
  [
    '"output" is of no known kind',
    '{"client":1,"op":"get","key":"k","output":{},"ok":true,"call_ns":1,"return_ns":2}',
  ],
  [
    '"value" is of no known kind',
    '{"client":1,"op":"put","key":"k","value":{},"ok":true,"call_ns":1,"return_ns":2}',
  ],
  [
    '"return_ns" is before "call_ns"',
    '{"client":1,"op":"get","key":"k","ok":true,"call_ns":3,"return_ns":2}',
  ],
  ['expected one JSON object', `${formatOperation(put)}trailing`],
] as const) {
  test(`a line of which no model can make anything is named, and is no verdict: ${what}`, async () => {
    await checkHistoryFile(fileOf([put, good, line, stale])).then(
      () => assert.unreachable(),
      (error: unknown) => {
        assert.instance(error, HistoryError);
        assert.ok((error as HistoryError).message.startsWith(`line 3: ${what}`), (error as Error).message);
      },
    );
  });
}

test('in a library call the operation is named instead', () => {
  assert.throws(
    () => checkLinearizable([operation(0, 1, { op: 'teleport' })]),
    (error: unknown) => error instanceof ModelError && error.code === 'bad-operation',
  );
});

test('a cancelled check is undecided', async () => {
  const result = await checkHistoryFile(fileOf(manyKeys(500)), { threads: 2, signal: AbortSignal.abort() });
  assert.is(result.verdict, 'undecided');
  assert.ok(result.undecidedKeys.length > 0);
});

test('what a writer writes is what a reader reads, across chunks', () => {
  const path = join(folder, 'written.jsonl');
  const writer = new HistoryWriter(path);
  const history = manyKeys(9_000);
  for (const item of history) writer.write(item);
  writer.close();
  assert.equal(readHistory(path).slice(-3), history.slice(-3));
  assert.is(readHistory(path).length, history.length);
});

test('pictures show what overlaps, and what never returned', () => {
  const lines = drawOperations([
    operation(0, 10, { op: 'put', value: 'a' }),
    operation(5, null, { op: 'put', value: 'b', client: 1 }),
    operation(12, 14, { op: 'get', output: 'b', client: 2 }),
  ]).split('\n');
  const [first = '', second = '', third = ''] = lines;
  assert.ok(second.indexOf('├') < first.indexOf('┤'), 'the first two overlap');
  assert.ok(third.indexOf('├') > first.indexOf('┤'), 'the third begins after the first returned');
  assert.match(second, /put "b" → \? .*\?$/);
});

test.run();
