/**
 * Script files: parsed whole before anything runs, then run until the end or the first failure.
 *
 * @module
 */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { runScript, type ScriptStep } from '../../src/chaos/run-script.js';
import { parseScript, ScriptError } from '../../src/chaos/script.js';
import type { CommandResult } from '../../src/runtime/handle.js';

const test = suite('scripts');

const errorsOf = (text: string, nodes = 5): readonly string[] => {
  try {
    parseScript(text, { nodes });
  } catch (error) {
    assert.instance(error, ScriptError);
    return (error as ScriptError).errors.map(mistake => mistake.message);
  }
  return [];
};

/** Runs with a clock that only sleeping moves; `answers` by command, done by default. */
const run = async (text: string, answers: Record<string, CommandResult> = {}) => {
  let now = 0;
  const steps: ScriptStep[] = [];
  const report = await runScript(parseScript(text, { nodes: 5 }), {
    execute: async line => answers[line] ?? { kind: 'done', text: '' },
    sleep: async ms => {
      now += ms;
    },
    now: () => now,
    onStep: step => void steps.push(step),
  });
  return { report, steps, trace: steps.map(step => `${step.atMs} ${step.command}`) };
};

test('header, comments, blank lines, repeat and at', async () => {
  const text = [
    '# a session',
    'nodes 5',
    'seed 42',
    '',
    'wait until leader  # at most 30s',
    'at 2s kill 0',
    'repeat 2',
    '  wait 1s',
    '  at 1.5s revive 0',
    '  repeat 2',
    '    put k v',
    '  end',
    'end',
    'at 3s heal',
    'expect converged within 5s',
  ].join('\r\n');
  const script = parseScript(text);
  assert.is(script.nodes, 5);
  assert.is(script.seed, 42);
  const { report, trace } = await run(text);
  assert.equal(trace, [
    '0 seed 42',
    '0 wait until leader',
    '2000 kill 0',
    '2000 wait 1s',
    '3500 revive 0',
    '3500 put k v',
    '3500 put k v',
    '3500 wait 1s',
    '5000 revive 0',
    '5000 put k v',
    '5000 put k v',
    '5000 heal',
    '5000 expect converged within 5s',
  ]);
  assert.is(report.ok, true);
  assert.is(report.steps, 13);
  assert.is(report.expectations, 1);
});

test('a failure ends the script and is told with its line', async () => {
  const failed: CommandResult = { kind: 'failed', text: 'seen: 3', code: 'expectation-failed' };
  const { report, trace } = await run('put a 1\nexpect value of a is 1\nput a 2', {
    'expect value of a is 1': failed,
  });
  assert.equal(trace, ['0 put a 1', '0 expect value of a is 1']);
  assert.is(report.ok, false);
  assert.is(report.expectations, 0);
  assert.is(report.failure?.line, 2);
  assert.equal(report.failure?.result, failed);
});

test('a failure inside a repeat ends all of it', async () => {
  const { trace } = await run('repeat 3\nkill 1\nput a 1\nend\nheal', {
    'put a 1': { kind: 'failed', text: '', code: 'unknown' },
  });
  assert.equal(trace, ['0 kill 1', '0 put a 1']);
});

const ERRORS: readonly (readonly [text: string, ...messages: string[]])[] = [
  ['put a 1\n\n\n\n\n\nedit 3 4 0.6\nisolate 9', 'line 8, column 9: expected a node 0–4, found 9'],
  [
    'kill 9\nwait\nput',
    'line 1, column 6: expected a node 0–4, found 9',
    'line 2, column 5: expected a time such as 500ms, or until, found the end of the line',
    'line 3, column 4: expected a key, found the end of the line',
  ],
  ['nodes 3\nkill 3', 'line 2, column 6: expected a node 0–2, found 3'],
  ['kill 1\nnodes 3', 'line 2, column 1: expected nodes before the first command, found nodes'],
  ['nodes 3\nnodes 3', 'line 2, column 1: expected nodes only once, found nodes'],
  ['nodes 0', 'line 1, column 7: expected a number of nodes 1–255, found 0'],
  ['repeat 2\nput a 1', 'line 2, column 1: expected end for the repeat on line 1, found the end of the file'],
  ['put a 1\nend', 'line 2, column 1: expected a command, found end'],
  ['repeat 2\nend', 'line 2, column 1: expected a command in the repeat on line 1, found end'],
  ['repeat 0\nput a 1\nend', 'line 1, column 8: expected a number of times 1–1000000, found 0'],
  ['at 2s', 'line 1, column 6: expected a command, found the end of the line'],
  ['at soon kill 1', 'line 1, column 4: expected a time such as 500ms, 2s or 1m, found soon'],
  ['at 2s kill 9', 'line 1, column 12: expected a node 0–4, found 9'],
  ['at 2s kill 1\nat 1s kill 2', 'line 2, column 4: expected a time not before 2s, found 1s'],
  ['kill $old\nlet old = leader', 'line 1, column 6: expected a name given with let before, found $old'],
];

for (const [text, ...messages] of ERRORS) {
  test(`${JSON.stringify(text)}: ${messages.length} mistakes, each with its place`, () => {
    assert.equal(errorsOf(text), messages);
  });
}

test('a node that was added can be named in the lines below', () => {
  assert.equal(errorsOf('add 5\nkill 5'), []);
  assert.equal(errorsOf('kill 5\nadd 5').length, 1);
});

test('config lines are settings with their lines, before the first command', () => {
  const script = parseScript('nodes 3\nseed 1\nconfig rpc_timeout 1\nconfig port_start: 2\nheal');
  assert.equal(script.settings, [
    { line: 3, key: 'rpc_timeout', value: '1' },
    { line: 4, key: 'port_start', value: '2' },
  ]);
  assert.match(errorsOf('heal\nconfig a 1')[0] ?? '', /^line 2, column 1: expected config before/);
});

test('at most twenty mistakes are listed', () => {
  assert.is(errorsOf('kill 9\n'.repeat(100)).length, 20);
});

test('repeats nest eight deep and no deeper', () => {
  const nested = (depth: number) => `${'repeat 1\n'.repeat(depth)}heal\n${'end\n'.repeat(depth)}`;
  assert.equal(errorsOf(nested(8)), []);
  assert.match(errorsOf(nested(9))[0] ?? '', /line 9, column 1: expected at most 8 repeats/);
});

test('names of let are known after it, in the lines below', () => {
  assert.equal(errorsOf('let old = leader\nrepeat 2\nkill $old\nend\nrevive $old'), []);
});

test('any text parses or is refused with places', () => {
  const words = ['nodes', 'repeat', 'end', 'at', '2s', '3', 'kill', '1', '\n', '\n', 'wait', 'seed', '"'];
  const text = fc.array(fc.oneof(fc.constantFrom(...words), fc.string()), { maxLength: 30 });
  fc.assert(
    fc.property(text, parts => {
      for (const message of errorsOf(parts.join(' '))) assert.match(message, /^line \d+, column \d+: /);
    }),
    { numRuns: 3000 },
  );
});

test.run();
