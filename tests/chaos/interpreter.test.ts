/**
 * What each command does to a cluster, against one that records what it is asked.
 *
 * @module
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createInterpreter } from '../../src/chaos/interpreter.js';
import { PERFECT_LINK } from '../../src/runtime/link.js';
import { FakeControl, kvResult } from './fake-control.js';

const test = suite('interpreter');

const start = (size = 5) => {
  const control = new FakeControl(size);
  return { control, interpreter: createInterpreter(control, { seed: 7 }) };
};

const CALLS: readonly (readonly [line: string, ...calls: string[]])[] = [
  ['put 3 2', 'kv ["SET","3","2"]'],
  ['get 3', 'kv ["GET","3"]'],
  ['del 3', 'kv ["DEL","3"]'],
  ['cas 3 2 5', 'kv ["SET","3","5","IFEQ","2"]'],
  ['incr n', 'kv ["INCR","n"]'],
  ['scan a*b', 'kv ["KEYS","a\\\\*b*"]'],
  ['via 2 get 3', 'kv ["GET","3"] 2'],
  ['via leader get 3', 'kv ["GET","3"] 0'],
  ['edit 3 4 0.6', 'setLink 3 4 {"drop":0.6}'],
  ['edit leader * 1', 'setLink 0 null {"drop":1}'],
  ['reset', 'setLink null null {"drop":0}'],
  ['delay 0 1 50 5', 'setLink 0 1 {"delayMs":50,"jitterMs":5}'],
  ['duplicate * * 0.1', 'setLink null null {"duplicate":0.1}'],
  ['reorder 1 0 0.2', 'setLink 1 0 {"reorder":0.2}'],
  ['clog 0 1', 'setLink 0 1 {"clogged":true}'],
  ['clog 0 1 off', 'setLink 0 1 {"clogged":false}'],
  ['filter * 1 Heartbeat', 'filter null 1 "Heartbeat" true'],
  ['heal', 'healLinks'],
  ['isolate 2', 'setLink 2 null {"drop":1}', 'setLink null 2 {"drop":1}'],
  ['kill 1', 'kill 1'],
  ['kill leader', 'kill 0'],
  ['kill 1,3', 'kill 1', 'kill 3'],
  ['restart 1', 'kill 1', 'revive 1'],
  ['pause 4', 'pause 4'],
  ['clock 2 +10s 1.5', 'setClock 2 10000 1.5'],
  ['disk 1 slow 200', 'setDisk 1 {"kind":"slow","delayMs":200}'],
  ['add 5', 'addNode 5'],
  ['remove 4', 'removeNode 4'],
  ['transfer 2', 'transferLeadership 2'],
  ['snapshot 0', 'snapshot 0'],
  ['status'],
  ['get'],
  ['help'],
  ['help partition'],
  [''],
];

for (const [line, ...calls] of CALLS) {
  test(`${JSON.stringify(line)} asks for ${calls.join(', ') || 'nothing'}`, async () => {
    const { control, interpreter } = start();
    const result = await interpreter.execute(line);
    assert.is(result.kind, 'done', result.text);
    assert.equal(control.calls, calls);
  });
}

test('heal NODE makes only its links perfect', async () => {
  const { control, interpreter } = start();
  await interpreter.execute('heal 2');
  const perfect = JSON.stringify(PERFECT_LINK);
  assert.equal(control.calls, [`setLink 2 null ${perfect}`, `setLink null 2 ${perfect}`]);
});

test('a line that does not parse changes nothing and says what was expected', async () => {
  const { control, interpreter } = start();
  for (const line of ['edit 3 9 0.6', 'kill', 'nonsense', 'matrix 0 1; 1 0', 'put "a']) {
    const result = await interpreter.execute(line);
    assert.is(result.kind, 'invalid');
    assert.match(result.text, /^Invalid operation: column \d+: expected .+, found .+/);
  }
  assert.equal(control.calls, []);
  assert.equal(control.notes, []);
});

const FAILURES: readonly (readonly [line: string, code: string, text: RegExp])[] = [
  ['kill 1', 'node-down', /cannot kill node 1: it is down/],
  ['kill 0,1', 'node-down', /cannot kill node 1: it is down/],
  ['revive 2', 'node-up', /cannot revive node 2: it is up/],
  ['pause 1', 'node-down', /cannot pause node 1: it is down/],
  ['resume 2', 'node-up', /cannot resume node 2: it is up/],
  ['kill random 5', 'bad-value', /only 4 of the 5 nodes/],
  ['partition leader,2 | 3,4', 'bad-value', /node 1 is in no group/],
  ['partition leader,1 | 0,2,3,4', 'bad-value', /node 0 is in two groups/],
  ['debug nonsense', 'bad-value', /no such variable/],
  ['upload matrix', 'unsupported', /reads a file where it is typed/],
  ['record stop', 'refused', /nothing is being recorded/],
  ['help nothing', 'bad-value', /there is no command nothing/],
  ['edit leader 0 1', 'bad-value', /node 0 has no link to itself/],
];

for (const [line, code, text] of FAILURES) {
  test(`${line} fails with ${code} and changes nothing; try makes it pass`, async () => {
    const { control, interpreter } = start();
    control.states[1] = 'down';
    const result = await interpreter.execute(line);
    assert.is(result.kind, 'failed');
    if (result.kind === 'failed') assert.is(result.code, code);
    assert.match(result.text, text);
    assert.is((await interpreter.execute(`try ${line}`)).kind, 'done');
    assert.equal(control.calls, []);
  });
}

test('without a leader, what needs one fails with no-leader', async () => {
  const { control, interpreter } = start();
  control.leader = null;
  for (const line of ['kill leader', 'partition leader', 'partition 2', 'debug all']) {
    const result = await interpreter.execute(line);
    assert.is(result.kind === 'failed' && result.code, 'no-leader', line);
  }
});

test('kill and revive all take the nodes they apply to', async () => {
  const { control, interpreter } = start();
  await interpreter.execute('kill 1,2');
  await interpreter.execute('revive all');
  await interpreter.execute('kill followers');
  assert.equal(control.calls, ['kill 1', 'kill 2', 'revive 1', 'revive 2', ...killAll([1, 2, 3, 4])]);
  assert.is((await interpreter.execute('resume all')).text, 'no node to resume');
});

const killAll = (nodes: readonly number[]) => nodes.map(node => `kill ${node}`);

test('random choices repeat with the seed', async () => {
  const choices = async (seed: number) => {
    const { control, interpreter } = start();
    for (const line of [`seed ${seed}`, 'kill random 2', 'partition random', 'pause random']) {
      assert.is((await interpreter.execute(line)).kind, 'done');
    }
    return control.calls;
  };
  assert.equal(await choices(42), await choices(42));
  const different = new Set<string>();
  for (let seed = 0; seed < 10; seed++) different.add(JSON.stringify(await choices(seed)));
  assert.ok(different.size > 5);
});

test('let remembers a node, the term or the commit index', async () => {
  const { control, interpreter } = start();
  await interpreter.execute('let old = leader');
  await interpreter.execute('let t = term');
  control.leader = 3;
  control.term = 9;
  assert.is((await interpreter.execute('expect leader is not $old')).kind, 'done');
  assert.is((await interpreter.execute('expect term > $t')).kind, 'done');
  assert.is((await interpreter.execute('kill $old')).kind, 'done');
  assert.equal(control.calls, ['kill 0']);
  assert.is((await interpreter.execute('kill $new')).kind, 'invalid');
});

test('a refused and an unknown outcome are told apart', async () => {
  const { control, interpreter } = start();
  control.answer = () => kvResult({ ok: false, text: 'no leader' });
  assert.equal(await interpreter.execute('put a 1'), {
    kind: 'failed',
    text: 'no leader',
    code: 'kv-refused',
  });
  control.answer = () => kvResult({ ok: false, unknown: true, text: 'timed out' });
  assert.equal(await interpreter.execute('put a 1'), {
    kind: 'failed',
    text: 'outcome unknown: timed out',
    code: 'unknown',
  });
});

test('a cas that finds another value fails', async () => {
  const { control, interpreter } = start();
  control.answer = () => kvResult({ text: '(nil)' });
  const result = await interpreter.execute('cas k 1 2');
  assert.equal(result, { kind: 'failed', text: 'the value of k is another', code: 'refused' });
});

test('what changes something is noted, with its source and its failure', async () => {
  const { control, interpreter } = start();
  await interpreter.execute('kill 1', 'tui');
  await interpreter.execute('put a 1', 'gateway');
  await interpreter.execute('kill 1', 'script');
  await interpreter.execute('status');
  assert.equal(control.notes, [
    'fault: tui: kill 1',
    'kv: gateway: put a 1',
    'fault: script: kill 1 — cannot kill node 1: it is down',
  ]);
});

test('a recording is a script with times, without what only looks', async () => {
  let now = 1000;
  const control = new FakeControl();
  const interpreter = createInterpreter(control, {
    seed: 7,
    now: () => now,
    sleep: async ms => {
      now += ms;
    },
  });
  await interpreter.execute('record "my session"');
  for (const line of ['put a "b c"', 'wait 1.5s', 'status', 'kill 1', 'kill 1', 'try kill 1']) {
    await interpreter.execute(line);
  }
  const again = await interpreter.execute('record other');
  assert.match(again.text, /already recording to my session/);
  const result = await interpreter.execute('record stop');
  assert.is(result.kind, 'done');
  assert.equal(result.kind === 'done' && result.data, {
    path: 'my session',
    lines: 6,
    script: [
      'nodes 5',
      'seed 7',
      'at 0ms put a "b c"',
      'at 1.5s kill 1',
      'at 1.5s try kill 1',
      'at 1.5s try kill 1',
      '',
    ].join('\n'),
  });
});

test('random faults are lifted, and the matrix is as before', async () => {
  let now = 0;
  const control = new FakeControl();
  const interpreter = createInterpreter(control, {
    seed: 3,
    now: () => now,
    sleep: async ms => {
      now += ms;
    },
  });
  await interpreter.execute('edit 0 1 0.3');
  const line = 'random kill,pause,isolate,partition,drop,delay,duplicate,reorder,clog every 1s for 60s';
  assert.is((await interpreter.execute(line)).text, '60 random faults, all lifted');
  assert.is(now, 60_000);
  assert.equal(control.states, ['up', 'up', 'up', 'up', 'up']);
  const faulty = control
    .status()
    .links.filter(({ faults }) => JSON.stringify(faults) !== JSON.stringify(PERFECT_LINK));
  assert.equal(
    faulty.map(({ from, to, faults }) => [from, to, faults.drop]),
    [[0, 1, 0.3]],
  );
  for (const verb of ['kill', 'pause', 'setMatrix']) {
    assert.ok(
      control.calls.some(call => call.startsWith(verb)),
      verb,
    );
  }
});

test.run();
