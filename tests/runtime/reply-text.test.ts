/**
 * Replies are shown as redis-cli shows them.
 *
 * @module
 */
import * as assert from 'node:assert/strict';
import { suite } from 'uvu';
import type { Reply } from '../../src/kv/reply.js';
import { replyText } from '../../src/runtime/reply-text.js';

const text = suite('reply text');

const cases: readonly (readonly [Reply, string])[] = [
  [null, '(nil)'],
  [{ kind: 'null-array' }, '(nil)'],
  ['plain', '"plain"'],
  ['a"b\\c\n\x00\xff', '"a\\"b\\\\c\\n\\x00\\xff"'],
  [42, '(integer) 42'],
  [-9223372036854775808n, '(integer) -9223372036854775808'],
  [{ kind: 'simple', text: 'OK' }, 'OK'],
  [{ kind: 'error', text: 'ERR no' }, '(error) ERR no'],
  [{ kind: 'boolean', value: true }, '(true)'],
  [{ kind: 'double', value: 1.5 }, '(double) 1.5'],
  [[], '(empty array)'],
  [['a', 1, null], '1) "a"\n2) (integer) 1\n3) (nil)'],
  [[['a', 'b'], 'c'], '1) 1) "a"\n   2) "b"\n2) "c"'],
  [{ kind: 'set', items: ['m'] }, '1) "m"'],
];

for (const [reply, shown] of cases) {
  text(`shows ${shown.split('\n')[0]}`, () => assert.equal(replyText(reply), shown));
}

text('numbers of long lists are aligned', () => {
  const lines = replyText(Array.from({ length: 10 }, () => 'x')).split('\n');
  assert.equal(lines[0], ' 1) "x"');
  assert.equal(lines[9], '10) "x"');
});

text.run();
