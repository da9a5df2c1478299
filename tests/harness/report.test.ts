/** The report page: everything is in it, nothing is fetched, and text cannot become markup. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Operation } from '../../src/harness/check.js';
import { escapeHtml } from '../../src/harness/report/html.js';
import { reportPage } from '../../src/harness/report/page.js';
import { summaryJson, summaryText, type TestDescription } from '../../src/harness/summary.js';
import type { TestResult } from '../../src/harness/test-run.js';

const test = suite('report');

const description: TestDescription = {
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

const result: TestResult = {
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
    seconds: [{ ok: 2, failed: 1, unknown: 1, p50Ms: 1, p99Ms: 2 }],
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

/** The page as a browser has it once the script ran; null where no browser is installed. */
function domOf(file: string, profile: string): string | null {
  const { error, stdout } = spawnSync(
    'chromium',
    [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      `--user-data-dir=${profile}`,
      '--dump-dom',
      `file://${file}`,
    ],
    { encoding: 'utf8', timeout: 60_000, stdio: ['ignore', 'pipe', 'ignore'] },
  );
  return error !== undefined && 'code' in error && error.code === 'ENOENT' ? null : stdout;
}

const page = reportPage(description, result);

test('the page needs no network', () => {
  assert.not.match(page, /\b(src|href)=/);
  assert.not.match(page, /@import|url\(|https?:\/\//);
});

test('verdict, culprits, gaps, roles, matrix, events and the way to repeat are in it', () => {
  for (const part of [
    'FAIL',
    'the history is not-linearizable',
    'client 4: get → &quot;old&quot;',
    '1 acknowledged writes lost',
    'kill leader',
    'node 0: leader, term 1',
    '"rows":[[0,1],[0.5,0]]',
    'killed',
    'Leader killed',
    'raftkv concurrent-test dynamic --seed 7',
    '1000 ms without an acknowledgement',
    'prefers-color-scheme: dark',
    '@media print',
  ]) {
    assert.ok(page.includes(part), part);
  }
});

test('keys and values cannot become markup', () => {
  assert.not.ok(page.includes('<key>'));
  assert.not.ok(page.includes('</script><b>'));
  assert.is(page.split('</script>').length, 3, 'the data and the script');
  assert.is(escapeHtml(`<a b="c" d='e'>&`), '&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;');
});

test('every element that opens closes', () => {
  const open: string[] = [];
  const body = page.replace(/<script[\s\S]*?<\/script>/g, '').replace(/<style>[\s\S]*?<\/style>/, '');
  for (const [, close, name = '', selfClosed] of body.matchAll(/<(\/?)([a-z][a-z0-9]*)\b[^>]*?(\/?)>/g)) {
    if (selfClosed === '/' || ['meta', 'input'].includes(name)) continue;
    if (close === '/') assert.is(open.pop(), name);
    else open.push(name);
  }
  assert.equal(open, []);
});

test('the ids of the page are unique', () => {
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  assert.is(new Set(ids).size, ids.length, ids.join(' '));
});

test('a browser runs the page: the matrix of the first change is drawn', () => {
  const folder = mkdtempSync(join(tmpdir(), 'raftkv-report-'));
  try {
    const file = join(folder, 'report.html');
    writeFileSync(file, page);
    const dom = domOf(file, folder);
    if (dom === null) {
      process.stdout.write('skipped: needs chromium, which is not installed\n');
      return;
    }
    assert.match(dom, /<th scope="row">from 1<\/th><td[^>]*>0\.5<\/td>/);
    assert.match(dom, /<output id="matrix-time">0\.0 s<\/output>/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('the summary compares reads, and counts the ones that cannot be explained', () => {
  assert.match(
    summaryText(description, result),
    /Reads compared {2}8: 5 correct, 1 wrong, 2 more of keys with a violation/,
  );
  const json = JSON.parse(JSON.stringify(summaryJson(description, result)));
  assert.equal(json.reads, { compared: 8, correct: 5, wrong: 1, doubtful: 2 });
  assert.is(json.longestGapMs, 1000);
  assert.is(json.violations[0].operations[0].client, 4);
});

test.run();
