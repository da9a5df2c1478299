/**
 * What a client sends as separate arguments reaches the command language as the same words.
 *
 * @module
 */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { tokenize } from '../../src/chaos/tokenizer.js';
import { lineOf } from '../../src/gateway/chaos-line.js';

const test = suite('CHAOS arguments');

test('words stay as they are typed, others are quoted', () => {
  assert.is(lineOf(['partition', '0,1', '|', '2,3,4']), 'partition 0,1 | 2,3,4');
  assert.is(lineOf(['put', 'two words', '']), 'put "two words" ""');
  assert.is(lineOf(['put', '#1', 'a"b\\']), 'put "#1" "a\\"b\\\\"');
});

test('a single argument is the whole line', () => {
  assert.is(lineOf(['put "a b" c']), 'put "a b" c');
});

test('any bytes arrive unchanged', () => {
  const bytes = fc
    .array(fc.integer({ min: 0, max: 255 }), { maxLength: 10 })
    .map(codes => String.fromCharCode(...codes));
  fc.assert(
    fc.property(fc.array(bytes, { minLength: 2, maxLength: 4 }), words => {
      assert.equal(
        tokenize(lineOf(words)).map(token => token.bytes),
        words,
      );
    }),
    { numRuns: 2000 },
  );
});

test.run();
