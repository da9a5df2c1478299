/** The report page: everything is in it, nothing is fetched, and text cannot become markup. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { escapeHtml } from '../../src/harness/report/html.js';
import { reportPage } from '../../src/harness/report/page.js';
import { scriptPage, scriptSummary, scriptsPage } from '../../src/harness/report/script-page.js';
import { summaryJson, summaryText } from '../../src/harness/summary.js';
import { description, result, scripts } from './sample-report.js';

const test = suite('report');

const page = reportPage(description, result);

test('the page needs no network', () => {
  for (const [, target = ''] of page.matchAll(/\b(?:src|href)="([^"]*)"/g)) {
    assert.ok(target === 'data:,' || target.startsWith('#'), target);
  }
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
    if (selfClosed === '/' || ['meta', 'input', 'link'].includes(name)) continue;
    if (close === '/') assert.is(open.pop(), name);
    else open.push(name);
  }
  assert.equal(open, []);
});

test('the ids of the page are unique', () => {
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  assert.is(new Set(ids).size, ids.length, ids.join(' '));
});

test('a script: its purpose, steps, faults, roles, what failed and what was seen', () => {
  const [passed, failed] = scripts.map(scriptPage);
  for (const part of [
    'The leader dies. Another takes over.',
    'PASS',
    'kill leader',
    'leader 1, term 2',
    'seed 4',
  ]) {
    assert.ok(passed?.includes(part), part);
  }
  assert.ok(passed?.includes('node 1: leader, term 2, from 0.3 s'));
  assert.not.ok(passed?.includes('killed <b>'));
  for (const part of ['FAIL', 'Line 6', 'seen: key &quot;&lt;k&gt;&quot;', '<tr class="failed">', 'p99 ms']) {
    assert.ok(failed?.includes(part), part);
  }
  const index = scriptsPage(scripts.map((script, at) => ({ result: script, href: `${at}/report.html` })));
  assert.ok(index.includes('1 of 2 scripts passed') && index.includes('href="1/report.html"'));
  const summary = JSON.parse(JSON.stringify(scriptSummary(scripts[1])));
  assert.equal([summary.ok, summary.failure.line, summary.load.longestGapMs], [false, 6, 1_000]);
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
