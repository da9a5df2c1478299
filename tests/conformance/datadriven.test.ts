/** The reader of test files keeps to the format. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { differenceBesidesLogger, differenceExact } from './compare.js';
import { booleanOf, parseArguments, parseCases } from './datadriven.js';

const reader = suite('datadriven files');

reader('arguments are keys, keys with a value, and keys with values', () => {
  assert.equal(parseArguments(' 1 drop=(2, 3) type=MsgApp f=(a, (b,c)) empty='), [
    { key: '1', values: [] },
    { key: 'drop', values: ['2', '3'] },
    { key: 'type', values: ['MsgApp'] },
    { key: 'f', values: ['a', '(b,c)'] },
    { key: 'empty', values: [''] },
  ]);
});

reader('an open parenthesis is an error', () => {
  assert.throws(() => parseArguments('a=(1,2'), /unclosed/);
});

reader('booleans have four spellings each', () => {
  const truths = ['true', '1', 't', 'false', '0', 'f'].map(text =>
    booleanOf(parseArguments(`a=${text}`), 'a', false),
  );
  assert.equal(truths, [true, true, true, false, false, false]);
  assert.is(booleanOf([], 'a', true), true);
  assert.throws(() => booleanOf(parseArguments('a=yes'), 'a', true));
});

reader('input keeps comments, output ends at a blank line, lines are counted from the directive', () => {
  const [first, second] = parseCases('# one\n\nsimple\nv1\n# kept\n----\nout 1\n out 2\n\nnext\n----\n');
  assert.is(first?.line, 3);
  assert.is(first?.input, 'v1\n# kept');
  assert.is(first?.expected, 'out 1\n out 2\n');
  assert.is(second?.line, 10);
  assert.is(second?.expected, '');
});

reader('a directive may go on in the next line', () => {
  const [only] = parseCases('add-nodes 3 \\\n  index=2\n----\nok\n');
  assert.is(only?.directive, 'add-nodes 3 index=2');
});

reader('a doubled separator admits blank lines, and a single one', () => {
  const [first, second] = parseCases('a\n----\n----\nx\n\n----\ny\n----\n----\n\nb\n----\nok\n');
  assert.is(first?.expected, 'x\n\n----\ny\n');
  assert.is(second?.command, 'b');
  assert.throws(() => parseCases('a\n----\n----\nx\n'), /not closed/);
  assert.throws(() => parseCases('a\n----\n----\nx\n----\n----\nb\n'), /no blank line/);
});

reader('subtest has no output, and a directive without separator is an error', () => {
  assert.equal(
    parseCases('subtest x\n\na\n----\n').map(test => test.command),
    ['a'],
  );
  assert.throws(() => parseCases('a\n'), /no ----/);
});

reader('logger lines are dropped on both sides, and nothing left is ok', () => {
  assert.equal(differenceBesidesLogger('INFO x\n', 'ok\n'), []);
  assert.equal(differenceBesidesLogger('  DEBUG x\nline\n', 'line\n'), []);
  assert.is(differenceBesidesLogger('INFO x\n', 'line\n').length, 3);
  assert.is(differenceExact('INFO x\n', 'ok\n').length, 3);
  assert.equal(differenceExact('a\n', 'a\nb\n'), [
    'output line 2',
    'expected: <end of output>',
    'actual:   b',
  ]);
});

reader.run();
