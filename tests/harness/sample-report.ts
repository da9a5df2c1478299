/**
 * Results for the tests of report pages: a test that failed, a script that passed and one that did not.
 *
 * @module
 */
import type { Operation } from '../../src/harness/check.js';
import type { ScriptResult } from '../../src/harness/report/script-page.js';
import type { TestDescription } from '../../src/harness/summary.js';
import type { TestResult } from '../../src/harness/test-run.js';

export const description: TestDescription = {
  title: 'concurrent-test dynamic',
  command: 'raftkv concurrent-test dynamic --seed 7',
  store: '3 nodes of its own',
  nodes: 3,
  clients: 2,
  seed: 7,
  history: 'history.jsonl',
};

const read: Operation = {
  client: 4,
  op: 'get',
  key: '<key>',
  output: 'old',
  ok: true,
  callNs: 30e6,
  returnNs: 31e6,
};
const counts = { op: 'get', ok: 2, failed: 1, unknown: 1, p50Ms: 1, p99Ms: 2, maxMs: 3 };

export const result: TestResult = {
  ok: false,
  reasons: ['the history is not-linearizable'],
  check: {
    verdict: 'not-linearizable',
    operations: 4,
    keys: 1,
    steps: 9,
    violations: [{ key: '<key>', operations: [read], explanation: 'key "<key>": </script><b>no order' }],
    undecidedKeys: [],
  },
  lost: [{ key: 'k2', text: 'client 1: put "x" was acknowledged', operation: null }],
  unreadKeys: [],
  measurements: {
    operations: 4,
    ok: 2,
    failed: 1,
    unknown: 1,
    fromMs: 0,
    toMs: 3_000,
    byOperation: [counts],
    byPhase: [{ phase: 'mixed', operations: [counts] }],
    errors: { timeout: 1 },
    windows: [{ ok: 2, failed: 1, unknown: 1, p50Ms: 1, p99Ms: 2 }],
    windowMs: 1_000,
    longestGap: { fromMs: 500, toMs: 1_500 },
    gaps: [{ fromMs: 500, toMs: 1_500 }],
    points: [{ atMs: 30, latencyMs: 1, op: 'get', outcome: 'ok' }],
    readsByKey: new Map([
      ['<key>', 3],
      ['k2', 5],
    ]),
  },
  faults: [{ kind: 'kill', line: 'kill leader', fromMs: 400, toMs: 900 }],
  timeline: {
    roles: [[{ atMs: 0, role: 'leader', term: 1 }], [{ atMs: 0, role: 'follower', term: 1 }]],
    matrices: [
      {
        atMs: 5,
        rows: [
          [0, 1],
          [0.5, 0],
        ],
      },
    ],
    events: [{ atMs: 401, kind: 'fault', node: 0, text: 'killed' }],
    electionTimeoutMs: 150,
    term: 1,
  },
  table: { title: 'Leader killed', columns: ['round', 'gap ms'], rows: [[1, 250]] },
  checkMs: 3,
};

const passed: ScriptResult = {
  script: 'leader-kill.chaos',
  text: '# The leader dies.\n# Another takes over.\nnodes 2\nkill leader\nexpect leader within 5s\n',
  ok: true,
  nodes: 2,
  seed: 4,
  elapsedMs: 2_000,
  expectations: 1,
  steps: [
    { line: 4, command: 'kill leader', atMs: 5, elapsedMs: 12, ok: true, answer: 'killed: 0' },
    {
      line: 5,
      command: 'expect leader within 5s',
      atMs: 20,
      elapsedMs: 400,
      ok: true,
      answer: 'leader 1, term 2',
    },
  ],
  faults: [{ kind: 'kill', line: 'kill leader', fromMs: 5, toMs: 2_000 }],
  timeline: {
    roles: [
      [
        { atMs: 0, role: 'leader', term: 1 },
        { atMs: 17, role: 'down', term: 1 },
      ],
      [
        { atMs: 0, role: 'follower', term: 1 },
        { atMs: 300, role: 'leader', term: 2 },
      ],
    ],
    matrices: [
      {
        atMs: 0,
        rows: [
          [0, 0],
          [0, 0],
        ],
      },
    ],
    events: [{ atMs: 16, kind: 'fault', node: 0, text: 'killed <b>' }],
    electionTimeoutMs: 150,
    term: 2,
  },
  measurements: null,
  command: 'raftkv run leader-kill.chaos --seed 4',
};

const wrong = {
  line: 6,
  command: 'expect linearizable',
  atMs: 500,
  elapsedMs: 90,
  ok: false,
  answer: 'expected linearizable; seen: key "<k>": not linearizable.\n  client 1 called get',
};

export const scripts: readonly [ScriptResult, ScriptResult] = [
  passed,
  {
    ...passed,
    script: 'wrong & <bad>.chaos',
    ok: false,
    steps: [...passed.steps, wrong],
    measurements: result.measurements,
  },
];
