/**
 * Load beside the commands: how it is typed, when it is refused, and what expectations of its history say.
 *
 * @module
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createInterpreter } from '../../src/chaos/interpreter.js';
import { parse } from '../../src/chaos/parse.js';
import { CommandSyntaxError } from '../../src/chaos/syntax-error.js';
import type { HistoryFinding, WorkloadRunner, WorkloadSettings } from '../../src/chaos/workload.js';
import { FakeControl } from './fake-control.js';

const test = suite('workload');

class FakeRunner implements WorkloadRunner {
  readonly history = { path: 'history', zeroMs: 0 };
  readonly calls: string[] = [];
  settings: WorkloadSettings | null = null;
  finding: HistoryFinding = { holds: true, seen: '12 calls on 1 keys are linearizable' };

  get isRunning(): boolean {
    return this.settings !== null;
  }
  start(settings: WorkloadSettings): Promise<void> {
    this.settings = settings;
    return Promise.resolve();
  }
  stop() {
    this.settings = null;
    return Promise.resolve({ ok: 12, failed: 3, unknown: 1 });
  }
  checkLinearizable(): Promise<HistoryFinding> {
    this.calls.push('linearizable');
    return Promise.resolve(this.finding);
  }
  checkNothingLost(): Promise<HistoryFinding> {
    this.calls.push('lost');
    return Promise.resolve(this.finding);
  }
  close(): Promise<void> {
    this.calls.push('closed');
    return Promise.resolve();
  }
}

const start = () => {
  const runner = new FakeRunner();
  const opened: unknown[] = [];
  const interpreter = createInterpreter(new FakeControl(3), {
    seed: 9,
    openWorkload: (nodes, seed) => {
      opened.push([nodes.length, seed]);
      return Promise.resolve(runner);
    },
  });
  return { runner, opened, interpreter };
};

const textOf = async (result: Promise<{ readonly text: string; readonly kind: string }>): Promise<string> => {
  const { kind, text } = await result;
  return `${kind}: ${text}`;
};

test('clients, rate and share of reads come in any order, each once', () => {
  const settings = { workloads: ['bank'], clients: 3, rate: 50, readShare: 0.2 };
  const whole = parse('workload bank reads 0.2 clients 3 rate 50');
  assert.equal(whole, { kind: 'workload', settings });
  const defaults = parse('workload all');
  assert.equal(defaults?.kind === 'workload' && defaults.settings.workloads.length, 5);
});

for (const [line, column, expected] of [
  ['workload', 9, 'all, stop, or workloads'],
  ['workload bank,none', 15, 'all, stop, or workloads'],
  ['workload bank,bank', 15, 'each workload once'],
  ['workload bank fast', 15, 'clients, rate or reads, each once'],
  ['workload bank rate 5 rate 6', 22, 'clients, rate or reads, each once'],
  ['workload bank clients 0', 23, 'a number of clients 1–1000'],
  ['workload bank reads 2', 21, 'a probability 0–1'],
  ['workload stop now', 15, 'the end of the line'],
  ['expect no friends', 11, 'leader or acknowledged write lost'],
  ['expect no acknowledged read lost', 24, 'write'],
  ['expect linearizable within 5s', 21, 'the end of the line'],
  ['wait until linearizable', 12, 'a condition'],
] as const) {
  test(`«${line}» is wrong in column ${column}`, () => {
    try {
      parse(line);
      assert.unreachable();
    } catch (error) {
      assert.instance(error, CommandSyntaxError);
      const { message } = error as CommandSyntaxError;
      assert.ok(message.startsWith(`column ${column}: expected ${expected}`), message);
    }
  });
}

test('it is opened once, at the first use, and closed with the interpreter', async () => {
  const { runner, opened, interpreter } = start();
  assert.is(
    await textOf(interpreter.execute('workload stop')),
    'failed: no workload was started',
    'nothing to stop yet',
  );
  assert.is(await textOf(interpreter.execute('workload counter clients 2')), 'done: 2 clients: counter');
  assert.is(
    await textOf(interpreter.execute('workload counter')),
    'failed: a workload is running: workload stop ends it',
  );
  assert.is(
    await textOf(interpreter.execute('workload stop')),
    'done: 12 calls acknowledged, 3 refused, 1 unknown',
  );
  assert.is(await textOf(interpreter.execute('workload stop')), 'failed: no workload is running');
  await interpreter.execute('workload bank rate 10');
  assert.equal(opened, [[3, 9]]);
  await interpreter.close();
  assert.equal(runner.calls, ['closed']);
});

test('expectations of its history say what was seen', async () => {
  const { runner, interpreter } = start();
  assert.is(await textOf(interpreter.execute('expect linearizable')), 'failed: no workload was started');
  await interpreter.execute('workload register');
  assert.is(
    await textOf(interpreter.execute('expect linearizable')),
    'done: 12 calls on 1 keys are linearizable',
  );
  runner.finding = { holds: false, seen: '1 acknowledged writes are lost\n  client 3: put "a"' };
  assert.is(
    await textOf(interpreter.execute('expect no acknowledged write lost')),
    'failed: expected no acknowledged write lost; seen: 1 acknowledged writes are lost\n  client 3: put "a"',
  );
  assert.is(
    await textOf(interpreter.execute('try expect linearizable')),
    'done: tried: expected linearizable; seen: 1 acknowledged writes are lost\n  client 3: put "a"',
  );
});

test('one that cannot be opened is a failure, and is tried anew', async () => {
  let tries = 0;
  const runner = new FakeRunner();
  const interpreter = createInterpreter(new FakeControl(3), {
    openWorkload: () => {
      tries++;
      const error = Object.assign(new Error('no such file'), { code: 'file-unreadable' });
      return tries === 1 ? Promise.reject(error) : Promise.resolve(runner);
    },
  });
  assert.is(await textOf(interpreter.execute('workload bank')), 'failed: no such file');
  assert.is(await textOf(interpreter.execute('workload bank')), 'done: 8 clients: bank');
  await interpreter.close();
  assert.equal(runner.calls, ['closed']);
});

test('where nothing can load the store, it is refused', async () => {
  const interpreter = createInterpreter(new FakeControl(3));
  assert.is(await textOf(interpreter.execute('workload bank')), 'failed: there are no workloads here');
});

test.run();
