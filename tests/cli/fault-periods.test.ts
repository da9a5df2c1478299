/**
 * From the steps of a script to the times in which something was broken, and those in which its workload rested.
 *
 * @module
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ScriptStep } from '../../src/chaos/run-script.js';
import { faultPeriods } from '../../src/cli/run/fault-periods.js';

const test = suite('faults of a script');

const END_MS = 1_000;

const stepsOf = (...commands: readonly string[]): ScriptStep[] =>
  commands.map((command, index) => ({
    line: index + 1,
    command,
    atMs: index * 100,
    elapsedMs: 10,
    result: { kind: 'done', text: '' },
  }));

const periodsOf = (steps: readonly ScriptStep[]): string[] =>
  faultPeriods(steps, END_MS).map(({ kind, line, fromMs, toMs }) => `${kind} ${fromMs}-${toMs}: ${line}`);

test('a fault lasts until it is lifted, or to the end', () => {
  assert.equal(periodsOf(stepsOf('kill leader', 'put a b', 'revive all', 'partition 0 | 1,2')), [
    'kill 0-210: kill leader',
    'partition 300-1000: partition 0 | 1,2',
  ]);
});

test('each kind is lifted by its own command', () => {
  const steps = stepsOf(
    'pause 1',
    'edit 0 1 0.5',
    'disk 2 full',
    'clock 0 10s',
    'resume 1',
    'clock 0 0ms',
    'disk 2 ok',
    'reset',
  );
  assert.equal(periodsOf(steps), [
    'pause 0-410: pause 1',
    'drop 100-710: edit 0 1 0.5',
    'disk 200-610: disk 2 full',
    'clock 300-510: clock 0 10s',
  ]);
});

test('what failed, what only looks and what was only tried is no fault; what lasts as long as its command is', () => {
  const [failed, ...others] = stepsOf(
    'kill 9',
    'matrix',
    'try kill 0',
    'random kill every 1s for 2s',
    'restart 1',
  );
  const tried = others.map(step =>
    step.command === 'try kill 0'
      ? { ...step, result: { kind: 'done', text: 'tried: it is down' } as const }
      : step,
  );
  const wrong = { ...failed, result: { kind: 'failed', text: '', code: 'node-down' } } as ScriptStep;
  assert.equal(periodsOf([wrong, ...tried]), [
    'other 300-310: random kill every 1s for 2s',
    'kill 400-410: restart 1',
  ]);
  assert.equal(periodsOf(stepsOf('try kill 0')), ['kill 0-1000: try kill 0']);
});

test.run();
