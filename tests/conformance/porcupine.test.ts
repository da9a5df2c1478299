/** The checker agrees with every recorded history whose verdict is known. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
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
