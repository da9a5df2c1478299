/**
 * The grammar: what each command means, and where each mistake is reported.
 *
 * @module
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ParseContext } from '../../src/chaos/argument-reader.js';
import { COMMAND_NAMES, COMMANDS } from '../../src/chaos/command-table.js';
import { parse } from '../../src/chaos/parse.js';
import { print } from '../../src/chaos/print.js';
import { CommandSyntaxError } from '../../src/chaos/syntax-error.js';

const test = suite('command grammar');
const FIVE: ParseContext = { nodes: 5, names: new Set(['old', 't']) };

const errorOf = (line: string): CommandSyntaxError => {
  try {
    parse(line, FIVE);
  } catch (error) {
    assert.instance(error, CommandSyntaxError);
    return error as CommandSyntaxError;
  }
  throw new Error(`accepted: ${line}`);
};

const node = (number: number) => ({ kind: 'node', node: number });

const ACTIONS: readonly (readonly [line: string, action: unknown])[] = [
  ['put 3 2', { kind: 'put', key: '3', value: '2' }],
  ['PUT a b # comment', { kind: 'put', key: 'a', value: 'b' }],
  ['put "a b" \'c"d\'', { kind: 'put', key: 'a b', value: 'c"d' }],
  ['put "\\x00\\xff\\n" ""', { kind: 'put', key: '\0\xff\n', value: '' }],
  ['put é €', { kind: 'put', key: '\xc3\xa9', value: '\xe2\x82\xac' }],
  ['put a#b c', { kind: 'put', key: 'a#b', value: 'c' }],
  ['get k', { kind: 'get', key: 'k' }],
  ['get', { kind: 'show-matrix' }],
  ['scan', { kind: 'scan', prefix: '' }],
  ['cas k 1 2', { kind: 'cas', key: 'k', old: '1', new: '2' }],
  ['via 2 incr n', { kind: 'via', node: node(2), action: { kind: 'incr', key: 'n' } }],
  ['try del k', { kind: 'try', action: { kind: 'del', key: 'k' } }],
  ['edit 3 4 0.6', { kind: 'edit', from: node(3), to: node(4), drop: 0.6 }],
  ['edit * leader 1', { kind: 'edit', from: null, to: { kind: 'leader' }, drop: 1 }],
  ['delay 0 1 50', { kind: 'delay', from: node(0), to: node(1), delayMs: 50, jitterMs: 0 }],
  ['delay * * 1s 5ms', { kind: 'delay', from: null, to: null, delayMs: 1000, jitterMs: 5 }],
  ['clog 0 1', { kind: 'clog', from: node(0), to: node(1), on: true }],
  ['clog 0 1 off', { kind: 'clog', from: node(0), to: node(1), on: false }],
  [
    'filter $old * Heartbeat',
    {
      kind: 'filter',
      from: { kind: 'name', name: 'old' },
      to: null,
      message: 'Heartbeat',
      on: true,
    },
  ],
  ['upload "my matrix"', { kind: 'upload', path: 'my matrix' }],
  ['partition leader', { kind: 'partition', shape: { kind: 'leader' } }],
  ['partition 4', { kind: 'partition', shape: { kind: 'count', nodes: 4 } }],
  [
    'partition 0,1|2, 3 ,4',
    {
      kind: 'partition',
      shape: {
        kind: 'groups',
        groups: [
          [node(0), node(1)],
          [node(2), node(3), node(4)],
        ],
      },
    },
  ],
  [
    'partition leader,1',
    { kind: 'partition', shape: { kind: 'groups', groups: [[{ kind: 'leader' }, node(1)]] } },
  ],
  ['kill leader', { kind: 'kill', nodes: { kind: 'picks', picks: [{ kind: 'leader' }] } }],
  ['kill random 2', { kind: 'kill', nodes: { kind: 'random-count', count: 2 } }],
  ['kill random', { kind: 'kill', nodes: { kind: 'picks', picks: [{ kind: 'random' }] } }],
  ['revive all', { kind: 'revive', nodes: { kind: 'all' } }],
  ['pause 0,3', { kind: 'pause', nodes: { kind: 'picks', picks: [node(0), node(3)] } }],
  ['clock 2 -1m 1.5', { kind: 'clock', node: node(2), offsetMs: -60_000, rate: 1.5 }],
  ['disk 1 slow 200ms', { kind: 'disk', node: node(1), fault: { kind: 'slow', delayMs: 200 } }],
  ['add 5', { kind: 'add', node: node(5), host: null }],
  ['add 5 10.0.0.3', { kind: 'add', node: node(5), host: '10.0.0.3' }],
  ['debug matchIndex', { kind: 'debug', variable: 'matchIndex', node: null }],
  [
    'wait until commit >= 10',
    {
      kind: 'wait-until',
      condition: { kind: 'compare', measure: 'commit', node: null, operator: '>=', operand: 10 },
      withinMs: 30_000,
    },
  ],
  [
    'expect term of 2 = $t for 2s',
    {
      kind: 'expect',
      condition: {
        kind: 'compare',
        measure: 'term',
        node: node(2),
        operator: '=',
        operand: { name: 't' },
      },
      limit: { kind: 'for', ms: 2000 },
    },
  ],
  [
    'expect value of k is missing',
    {
      kind: 'expect',
      condition: { kind: 'value', key: 'k', value: null, negated: false },
      limit: null,
    },
  ],
  [
    'expect value of k is not "missing"',
    {
      kind: 'expect',
      condition: { kind: 'value', key: 'k', value: 'missing', negated: true },
      limit: null,
    },
  ],
  [
    'expect leader is not $old within 1.5s',
    {
      kind: 'expect',
      condition: { kind: 'leader-is', node: { kind: 'name', name: 'old' }, negated: true },
      limit: { kind: 'within', ms: 1500 },
    },
  ],
  [
    'random kill,drop every 2s for 1m',
    { kind: 'random', faults: ['kill', 'drop'], everyMs: 2000, forMs: 60_000 },
  ],
  ['let old = leader', { kind: 'let', name: 'old', value: { kind: 'leader' } }],
  ['let t = term', { kind: 'let', name: 't', value: { kind: 'measure', measure: 'term' } }],
  ['record stop', { kind: 'record-stop' }],
  ['record "stop"', { kind: 'record', path: 'stop' }],
  ['', null],
  ['   # only a comment', null],
];

for (const [line, action] of ACTIONS) {
  test(`parses ${JSON.stringify(line)}`, () => assert.equal(parse(line, FIVE), action));
}

const ERRORS: readonly (readonly [line: string, column: number, expected: string, found: string])[] = [
  ['kil 1', 1, 'a command, perhaps kill', 'kil'],
  ['explode', 1, 'a command (see help)', 'explode'],
  ['"put" 1 2', 1, 'a command (see help)', '"put"'],
  ['put', 4, 'a key', 'the end of the line'],
  ['put 3', 6, 'a value', 'the end of the line'],
  ['put 3 2 1', 9, 'the end of the line', '1'],
  ['put "a', 7, 'a closing "', 'the end of the line'],
  ['put "a"b c', 8, 'a space after the closing "', 'b'],
  ['put "\\q" c', 6, '\\n \\r \\t \\\\ \\" or \\xHH', '\\q'],
  ['put "\\x1" c', 6, '\\n \\r \\t \\\\ \\" or \\xHH', '\\x'],
  ["put '\\n' c", 6, "\\\\ or \\'", '\\n'],
  ['edit 3 9 0.6', 8, 'a node 0–4', '9'],
  ['edit 3 -1 0.6', 8, 'a node 0–4', '-1'],
  ['edit 3', 7, 'a node 0–4', 'the end of the line'],
  ['edit 3 3 0.6', 8, 'another node', '3'],
  ['edit 3 4 1.5', 10, 'a probability 0–1', '1.5'],
  ['edit 3 4 x', 10, 'a probability 0–1', 'x'],
  ['edit 3 4', 9, 'a probability 0–1', 'the end of the line'],
  ['edit $new 4 1', 6, 'a name given with let before', '$new'],
  ['delay 0 1 fast', 11, 'a time in milliseconds', 'fast'],
  ['delay 0 1 -5', 11, 'a time in milliseconds', '-5'],
  ['clog 0 1 maybe', 10, 'on or off', 'maybe'],
  ['disk 1 broken', 8, 'a disk state: ok, full, eio or slow MS', 'broken'],
  ['disk 1 slow', 12, 'a time in milliseconds', 'the end of the line'],
  ['clock 1 soon', 9, 'a time such as +10s or -500ms', 'soon'],
  ['clock 1 0 -1', 11, 'a rate 0–100', '-1'],
  ['kill', 5, 'a node 0–4', 'the end of the line'],
  ['kill 0,7', 8, 'a node 0–4', '7'],
  ['kill 0,,1', 8, 'a node 0–4', 'nothing'],
  ['kill 1,1', 8, 'each node once', '1'],
  ['kill random 6', 13, 'a number of nodes 1–5', '6'],
  ['kill 1 2', 8, 'the end of the line', '2'],
  ['partition 6', 11, 'a number of nodes 1–5', '6'],
  ['partition 0,1 | 2,9', 19, 'a node 0–4', '9'],
  ['partition 0,1 | 1,2,3,4', 17, 'each node once', '1'],
  ['partition 0,1 | 2,3', 20, 'every node in a group, also 4', 'the end of the line'],
  ['partition 0,1 |', 16, 'a node 0–4', 'the end of the line'],
  ['partition | 0', 11, 'a node 0–4', '|'],
  ['matrix 0 0', 11, '5 values in row 0', 'the end of the line'],
  ['matrix 0 0 0 0 0 0', 18, '; or the end of the line', '0'],
  ['matrix 0 0 0 2 0', 14, 'a number 0–1 in row 0, column 3', '2'],
  ['matrix 0 0 0 0 0; 0', 20, '5 values in row 1', 'the end of the line'],
  ['matrix 0 0 0 0 0', 17, '5 rows', '1'],
  ['wait', 5, 'a time such as 500ms, or until', 'the end of the line'],
  ['wait 5', 6, 'a time such as 500ms, or until', '5'],
  ['wait until no quorum', 15, 'leader', 'quorum'],
  ['wait until commit > many', 21, 'a number', 'many'],
  ['wait until commit is 3', 19, 'one of >= <= = != > <', 'is'],
  ['wait until leader within', 25, 'a time such as 500ms, 2s or 1m', 'the end of the line'],
  ['wait until leader within 0s', 26, 'a time above 0', '0s'],
  ['expect node 9 is leader', 13, 'a node 0–4', '9'],
  ['expect value of k', 18, 'is', 'the end of the line'],
  ['expect leader is 1 for ever', 24, 'a time such as 500ms, 2s or 1m', 'ever'],
  ['random kill every 2s', 21, 'for', 'the end of the line'],
  ['random kill,kill every 2s for 3s', 13, 'each fault once', 'kill'],
  ['random kill every 0.00001ms for 3s', 19, 'a time above 0', '0.00001ms'],
  ['seed -1', 6, 'a number 0–4294967295', '-1'],
  ['let 1x = leader', 5, 'a name of letters, digits and _', '1x'],
  ['let x leader', 7, '=', 'leader'],
  ['via 2 kill 1', 7, 'a KV command: put, get, del, cas, incr, scan', 'kill'],
  ['via 2 get', 10, 'a key', 'the end of the line'],
  ['try', 4, 'a command (see help)', 'the end of the line'],
  ['try try kill 1', 5, 'a command', 'try'],
  ['upload', 7, 'a file name', 'the end of the line'],
  ['status now', 8, 'the end of the line', 'now'],
];

for (const [line, column, expected, found] of ERRORS) {
  test(`${JSON.stringify(line)} is wrong at column ${column}`, () => {
    const error = errorOf(line);
    assert.equal([error.column, error.expected, error.found], [column, expected, found]);
    assert.is(error.message, `column ${column}: expected ${expected}, found ${found}`);
    assert.is(error.atLine(7).message, `line 7, column ${column}: expected ${expected}, found ${found}`);
    assert.is(error.code, 'bad-command');
  });
}

test('an over-long line is refused', () => {
  assert.is(errorOf(`put k ${'x'.repeat(2_000_000)}`).column, 1_048_577);
});

test('without knowing the cluster, any node number and name passes', () => {
  assert.ok(parse('edit 200 7 1'));
  assert.ok(parse('kill $anything'));
  assert.ok(parse('matrix 0 1; 1 0'));
  assert.throws(() => parse('kill 255'), /expected a node 0–254, found 255/);
});

test('each example of the command table parses, and is what its command prints', () => {
  for (const name of COMMAND_NAMES) {
    for (const example of COMMANDS[name].examples) {
      const action = parse(example);
      assert.ok(action, example);
      if (action !== null) assert.equal(parse(print(action)), action, example);
    }
  }
});

test.run();
