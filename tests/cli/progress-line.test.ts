/** Progress: one line drawn over on a terminal, plain lines now and then elsewhere. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { progressLine, timeLeftText } from '../../src/cli/progress-line.js';

const test = suite('progress');

const ERASED = '\r\x1b[2K';

const stream = (isTTY: boolean) => {
  const written: string[] = [];
  const fake = { isTTY, columns: 60, write: (text: string) => written.push(text) > 0 };
  return { written, stream: fake as unknown as NodeJS.WriteStream };
};

test('on a terminal: a bar, the time left, drawn over, taken away at the end', () => {
  const { written, stream: terminal } = stream(true);
  let now = 0;
  const line = progressLine(terminal, () => now);
  now = 5_000;
  line.update(0.25, 'mixed: 100 acknowledged');
  line.update(0.26, 'too soon');
  line.end();
  assert.is(written.length, 2);
  const [first = ''] = written;
  assert.ok(first.startsWith(`${ERASED}██████${'░'.repeat(18)}  25 % ETA 15 s  mixed: 100`), first);
  assert.ok(first.length <= 60 + ERASED.length, 'it fits in the line');
  assert.is(written[1], ERASED);
});

test('elsewhere: no control characters, a line every ten seconds', () => {
  const { written, stream: pipe } = stream(false);
  let now = 0;
  const line = progressLine(pipe, () => now);
  for (now = 0; now <= 25_000; now += 100) line.update(now / 100_000, 'mixed');
  line.end();
  assert.equal(written, ['mixed, 10 % done\n', 'mixed, 20 % done\n']);
});

test('the time left is unknown before anything is done', () => {
  assert.is(timeLeftText(0, 1_000), '');
  assert.is(timeLeftText(0.5, 1_000), 'ETA 1 s');
});

test.run();
