/** The checker agrees with every recorded history whose verdict is known. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { checkLinearizable, type Operation } from '../../src/harness/check.js';
import { parseJepsenLog, parseKvLog } from './histories.js';
import { runHistories } from './porcupine.js';

const histories = suite('recorded histories');
const corpus = fileURLToPath(new URL('../../../../shared/conformance/porcupine', import.meta.url));

if (existsSync(corpus)) {
  histories('every verdict agrees', () => {
    const run = runHistories(corpus);
    assert.equal(run.failures, []);
    assert.ok(run.passed > 0);
  });
} else {
  process.stdout.write('skipped: recorded histories (corpus not found beside the repository)\n');
  histories.skip('every verdict agrees');
}

histories('a swap that failed is an observation, a read that failed says nothing', () => {
  const rows = [
    'INFO  jepsen.util - 0\t:invoke\t:cas\t[1 2]',
    'INFO  jepsen.util - 0\t:fail\t:cas\t[1 2]',
    'INFO  jepsen.util - 1\t:invoke\t:read\tnil',
    'INFO  jepsen.util - 1\t:fail\t:read\t:timed-out',
  ];
  const [swap, read] = parseJepsenLog(rows.join('\n'));
  assert.is(swap?.output, false);
  assert.is(swap?.ok, true);
  assert.is(read?.ok, false);
});

const verdictOf = (history: Operation[]): string => checkLinearizable(history).verdict;
const jepsen = (...rows: string[]): string => rows.map(row => `INFO  jepsen.util - ${row}`).join('\r\n');

histories('spaces, tabs, CRLF, lines of others, and lines that are there twice change nothing', () => {
  const text = [
    '\ufeffINFO jepsen.core - starting',
    'INFO\tjepsen.util\t-\t0  :invoke\t\t:write 3  ',
    'INFO  jepsen.util - :nemesis\t:info\t:start\tnil',
    '  INFO  jepsen.util - 0 :ok :write 3',
    'INFO  jepsen.util - 0 :ok :write 3',
    '',
    'INFO  jepsen.util - 1 :invoke :cas [ 3   4 ]',
    'INFO  jepsen.util - 1 :ok :cas [3 4]',
    'INFO  jepsen.util - 0 :invoke :read',
    'INFO  jepsen.util - 0 :ok :read 4',
  ].join('\r\n');
  const history = parseJepsenLog(text);
  assert.equal(
    history.map(({ op, ok }) => [op, ok]),
    [
      ['put', true],
      ['cas', true],
      ['get', true],
    ],
  );
  assert.is(verdictOf(history), 'linearizable');
});

histories('an unknown outcome may show late, or never, and its process may go on', () => {
  const write = ['0 :invoke :write 1', '0 :info :write :timed-out', '0 :invoke :read nil'];
  assert.is(verdictOf(parseJepsenLog(jepsen(...write, '0 :ok :read nil'))), 'linearizable');
  assert.is(verdictOf(parseJepsenLog(jepsen(...write, '0 :ok :read 1'))), 'linearizable');
  assert.is(verdictOf(parseJepsenLog(jepsen(...write, '0 :ok :read 2'))), 'not-linearizable');
  const swap = ['0 :invoke :write 1', '0 :ok :write 1', '1 :invoke :cas [1 2]'];
  const read = ['2 :invoke :read nil', '2 :ok :read 2', '2 :invoke :read nil', '2 :ok :read 1'];
  assert.is(verdictOf(parseJepsenLog(jepsen(...swap, ...read))), 'not-linearizable', 'back again');
  assert.is(verdictOf(parseJepsenLog(jepsen(...swap, ...read.slice(0, 2)))), 'linearizable', 'no answer');
  const failed = [...swap, '1 :fail :cas [1 2]'];
  assert.is(verdictOf(parseJepsenLog(jepsen(...failed))), 'not-linearizable', 'it held 1');
  const late = [...swap, '1 :fail :cas :timed-out', ...read.slice(0, 2)];
  assert.is(verdictOf(parseJepsenLog(jepsen(...late))), 'linearizable', 'not an observation');
});

histories('a history in which nobody calls anything is linearizable', () => {
  assert.equal(parseJepsenLog(''), []);
  assert.equal(parseKvLog('\n\n'), []);
  assert.is(verdictOf([]), 'linearizable');
});

histories('maps of strings: odd spacing, quotes within, nothing appended', () => {
  const text = [
    '{:process 0,:type :invoke,:f :append,:key "a\\"b",:value ""}',
    '{:process 0, :type :ok, :f :append, :key "a\\"b", :value ""}',
    '{ :process 1 , :type :invoke , :f :get , :key "a\\"b" , :value nil }',
    '{:process 1, :type :ok, :f :get, :key "a\\"b", :value ""}\r',
    '{:process 1, :type :invoke, :f :append, :key "a\\"b", :value "x, :value \\"y"}',
    '{:process 2, :type :invoke, :f :get, :key "a\\"b", :value nil}',
    '{:process 2, :type :ok, :f :get, :key "a\\"b", :value "x, :value \\"y"}',
  ].join('\n');
  const history = parseKvLog(text);
  assert.is(history.length, 3);
  assert.is(verdictOf(history), 'linearizable', 'the append never returned');
  assert.is(verdictOf(parseKvLog(text.replace('"x, ', '"z, '))), 'not-linearizable');
});

histories('a key that was put empty counts as absent', () => {
  const rows = [
    '{:process 0, :type :invoke, :f :put, :key "k", :value ""}',
    '{:process 0, :type :ok, :f :put, :key "k", :value ""}',
    '{:process 0, :type :invoke, :f :get, :key "k", :value nil}',
    '{:process 0, :type :ok, :f :get, :key "k", :value ""}',
  ];
  const [put, get] = parseKvLog(rows.join('\n'));
  assert.is(put?.op, 'del');
  assert.is(get?.output, null);
});

histories.run();
