/**
 * `raftkv run`: what it prints, how it ends, and what a wrong expectation of each kind says.
 *
 * @module
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { raftkv, workspace } from '../helpers/serve.js';

const test = suite('raftkv run');
const space = workspace(3, 7980);
test.after(() => space.remove());

const scriptOf = (name: string, ...lines: readonly string[]): string => {
  const path = join(space.folder, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
};

test('steps, the verdict, files beside the script, a recording', () => {
  writeFileSync(join(space.folder, 'cut'), '0 1 1\n1 0 1\n1 1 0\n');
  const path = scriptOf(
    'good.chaos',
    'nodes 3',
    'seed 9',
    'record again.chaos',
    'put k "two words"',
    'upload cut',
    'expect no leader within 5s',
    'heal',
    'expect available within 5s',
    'try kill 0,1,2,2 # each node once',
    'record stop',
  );
  const bad = raftkv('run', path);
  assert.is(bad.code, 2);
  assert.match(bad.stderr, /good\.chaos: line 9, column 16: expected each node once, found 2/);
  writeFileSync(path, readFileSync(path, 'utf8').replace('0,1,2,2', '2'));
  const { code, stdout, stderr } = raftkv('run', path);
  assert.is(code, 0, stdout + stderr);
  assert.match(stdout, /^✓ .* line {3}4 {2}put k "two words" — OK$/m);
  assert.match(stdout, /^PASS .*good\.chaos: 9 steps, 2 expectations held, [\d.]+ s, seed 9$/m);
  const recording = readFileSync(join(space.folder, 'again.chaos'), 'utf8');
  assert.match(
    recording,
    /^nodes 3\nseed 9\nat \d+m?s put k "two words"\nat .* matrix 0 1 1; 1 0 1; 1 1 0\n/,
  );
  assert.ok(existsSync(join(space.folder, 'again.chaos')));
});

const WRONG: readonly (readonly [expectation: string, seen: RegExp])[] = [
  ['expect no leader', /seen: leader \d, term \d+$/m],
  ['expect leader is not leader', /seen: leader \d, term \d+$/m],
  ['expect node leader is follower', /seen: node \d is up, leader$/m],
  ['expect term > 1000', /seen: term is \d+$/m],
  ['expect unavailable', /seen: a write was acknowledged$/m],
  ['expect unavailable for 1s', /seen: a write was acknowledged$/m],
  ['expect available via 2 within 1s', /seen: a write failed: .+$/m],
  ['expect value of k is 7', /seen: k is 1$/m],
  ['expect value of k is missing', /seen: k is 1$/m],
  ['expect up = 3', /seen: up is 2$/m],
  ['expect leader is 2 within 500ms', /seen: leader [01], term \d+$/m],
];

for (const [expectation, seen] of WRONG) {
  test(`a wrong «${expectation}» fails and says what was seen`, () => {
    // A leader that was just killed may still be shown for a moment.
    const setUp = [
      'nodes 3',
      'put k 1',
      'try transfer 0',
      'kill 2',
      'wait until leader is not 2 within 10s',
      'expect available within 5s',
    ];
    const path = scriptOf('wrong.chaos', ...setUp, expectation, 'put k after');
    const { code, stdout } = raftkv('run', path, '--quiet');
    assert.is(code, 1, stdout);
    assert.match(stdout, /^FAIL .*wrong\.chaos: 6 steps, 1 expectations held/m);
    assert.match(stdout, seen);
  });
}

test('--json prints one object a script, --seed replaces the seed, folders are run in order', () => {
  scriptOf('a.chaos', 'nodes 1', 'seed 1', 'expect available within 5s');
  const wanted = scriptOf('b.chaos', 'nodes 1', 'expect unavailable');
  const { code, stdout } = raftkv('run', join(space.folder, 'a.chaos'), wanted, '--json', '--seed', '77');
  assert.is(code, 1);
  const reports = stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>);
  assert.equal(
    reports.map(({ ok, seed, nodes, steps }) => [ok, seed, nodes, steps]),
    [
      [true, 77, 1, 2],
      [false, 77, 1, 1],
    ],
  );
});

test('a bad config line is told with its place, and nothing runs', () => {
  const path = scriptOf('config.chaos', 'nodes 1', 'config snapshot_entries few', 'expect leader');
  const { code, stdout, stderr } = raftkv('run', path);
  assert.is(code, 2);
  assert.is(stdout, '');
  assert.match(stderr, /config\.chaos:2: snapshot_entries: expected a number of entries .*, found few$/m);
});

test.run();
