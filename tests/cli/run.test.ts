/**
 * `raftkv run`: what it prints, how it ends, and what a wrong expectation of each kind says.
 *
 * @module
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startCluster } from '../../src/index.js';
import { raftkv, workspace } from '../helpers/serve.js';
import { runLines } from './run-scripts.js';

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

/** A leader that was just killed may still be shown for a moment. */
const SET_UP = [
  'put k 1',
  'try transfer 0',
  'kill 2',
  'wait until leader is not 2 within 10s',
  'expect available within 10s',
];

const WRONG: readonly (readonly [expectation: string, seen: RegExp])[] = [
  ['expect no leader', /; seen: leader \d, term \d+$/],
  ['expect leader is not leader', /; seen: leader \d, term \d+$/],
  ['expect node leader is follower', /; seen: node \d is up, leader$/],
  ['expect node 2 is up', /; seen: node 2 is down$/],
  ['expect term > 1000', /; seen: term is \d+$/],
  ['expect commit of 0 < 1', /; seen: commit of 0 is \d+$/],
  ['expect unavailable', /; seen: a write was acknowledged$/],
  ['expect unavailable for 1s', /; seen: a write was acknowledged$/],
  ['expect available via 2 within 300ms', /; seen: a write failed: .+$/],
  ['expect value of k is 7', /; seen: k is 1$/],
  ['expect value of k is missing', /; seen: k is 1$/],
  ['expect value of k is not 1', /; seen: k is 1$/],
  ['expect up = 3', /; seen: up is 2$/],
  ['expect leader is 2 within 300ms', /; seen: leader [01], term \d+$/],
  ['expect linearizable', /^no workload was started$/],
];

test('a wrong expectation of each kind fails, ends the script, and says what was seen', async () => {
  const cluster = await startCluster({ nodes: 3, seed: 3 });
  try {
    const setUp = await runLines(cluster, 3, SET_UP);
    assert.ok(setUp.ok, setUp.failure?.result.text);
    for (const [expectation, seen] of WRONG) {
      const report = await runLines(cluster, 3, ['put k 1', expectation, 'put k after']);
      assert.equal([report.ok, report.steps, report.expectations], [false, 2, 0], expectation);
      assert.is(report.failure?.line, 2);
      assert.match(report.failure?.result.text ?? '', seen, expectation);
    }
    await runLines(cluster, 3, ['kill all', 'wait until up = 0']);
    const converged = await runLines(cluster, 3, ['expect converged within 300ms']);
    assert.match(converged.failure?.result.text ?? '', /; seen: no leader, term \d+$/);
    const leader = await runLines(cluster, 3, ['expect leader within 300ms']);
    assert.match(leader.failure?.result.text ?? '', /; seen: no leader, term \d+$/);
    const hashes = await runLines(cluster, 3, ['revive 0', 'isolate 0', 'expect leader']);
    assert.match(hashes.failure?.result.text ?? '', /; seen: no leader, term \d+$/);
  } finally {
    await cluster.stop();
  }
});

test('--report writes the page and the summary: steps, roles, matrices, load, the failure', () => {
  const report = join(space.folder, 'report');
  const path = scriptOf(
    'reported.chaos',
    '# A cut, and a workload beside it.',
    'nodes 3',
    'seed 6',
    'workload register,counter clients 2 rate 200',
    'isolate follower',
    'expect available within 10s',
    'heal',
    'expect linearizable',
    'expect no acknowledged write lost',
  );
  const wrong = scriptOf('reported-wrong.chaos', 'nodes 1', 'expect no leader', 'put k v');
  const { code, stdout, stderr } = raftkv('run', path, wrong, '--quiet', '--report', report);
  assert.is(code, 1, stdout + stderr);
  assert.match(stdout, /^report: .*report\.html$/m);
  const read = (...names: string[]): string => readFileSync(join(report, ...names), 'utf8');
  const index = JSON.parse(read('summary.json'));
  assert.equal(
    index.scripts.map(({ script, ok }: { script: string; ok: boolean }) => [script, ok]),
    [
      ['reported.chaos', true],
      ['reported-wrong.chaos', false],
    ],
  );
  assert.ok(read('report.html').includes('href="reported/report.html"'));
  const summary = JSON.parse(read('reported', 'summary.json'));
  assert.equal(
    summary.steps.map(({ line, ok }: { line: number; ok: boolean }) => [line, ok]),
    [3, 4, 5, 6, 7, 8, 9].map(line => [line, true]),
  );
  assert.equal(
    summary.faults.map(({ line, kind }: { line: string; kind: string }) => [line, kind]),
    [['isolate follower', 'partition']],
  );
  assert.ok(summary.load.ok > 0, 'calls of the workload');
  assert.ok(summary.matrices.length >= 2, 'the matrix before and after');
  assert.ok(
    summary.roles.length === 3 &&
      summary.roles.flat().some(({ role }: { role: string }) => role === 'leader'),
  );
  const page = read('reported', 'report.html');
  for (const part of ['A cut, and a workload beside it.', 'p99 ms', 'isolate follower'])
    assert.ok(page.includes(part), part);
  const failed = JSON.parse(read('reported-wrong', 'summary.json'));
  assert.equal([failed.failure.line, failed.failure.command, failed.load], [2, 'expect no leader', null]);
});

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
