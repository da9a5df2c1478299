/**
 * The report of a script that ran against a cluster, and the page that leads to several of them.
 *
 * @module
 */
import { lengthOf, type Measurements } from '../measure.js';
import type { FaultPeriod } from '../nemesis.js';
import type { Timeline } from '../observer.js';
import { timeScale } from './chart.js';
import { framed, type Tile } from './frame.js';
import { escapeHtml, type Section, table } from './html.js';
import { operationsTable } from './page.js';
import { timelineData, timelineSections } from './timeline.js';

/** One command that ran; milliseconds since the script began. */
export interface ReportedStep {
  readonly line: number;
  readonly command: string;
  readonly atMs: number;
  readonly elapsedMs: number;
  readonly ok: boolean;
  readonly answer: string;
}

export interface ScriptResult {
  readonly script: string;
  /** What is in the file. */
  readonly text: string;
  readonly ok: boolean;
  readonly nodes: number;
  readonly seed: number;
  readonly elapsedMs: number;
  readonly expectations: number;
  readonly steps: readonly ReportedStep[];
  readonly faults: readonly FaultPeriod[];
  readonly timeline: Timeline;
  /** Null where the script had no workload. */
  readonly measurements: Measurements | null;
  /** Command that does the same again. */
  readonly command: string;
}

const MAX_STEPS = 2_000;
const MAX_SEEN = 160;

const inSeconds = (ms: number): string => (ms / 1000).toFixed(3);

/** The comment at the top of a script says what it shows. */
function purposeOf(text: string): string {
  const lines = text.split(/\r?\n/);
  const end = lines.findIndex(line => !line.startsWith('#'));
  const comment = lines.slice(0, end === -1 ? lines.length : end).map(line => line.replace(/^#\s?/, ''));
  return comment.join(' ').trim();
}

const failureOf = ({ steps }: ScriptResult): ReportedStep | undefined => steps.findLast(({ ok }) => !ok);

function leadOf(result: ScriptResult): string {
  const failure = failureOf(result);
  if (result.ok || failure === undefined) {
    return purposeOf(result.text) || `All ${result.expectations} expectations held.`;
  }
  const [answer = ''] = failure.answer.split('\n', 1);
  const seen = answer.length > MAX_SEEN ? `${answer.slice(0, MAX_SEEN)}…` : answer;
  return `Line ${failure.line}, «${failure.command}»: ${seen}`;
}

export function scriptPage(result: ScriptResult): string {
  const { script, ok, nodes, seed, elapsedMs, faults, timeline, measurements } = result;
  const over = { scale: timeScale(0, Math.max(1, elapsedMs)), faults, timeline, measurements };
  return framed({
    title: script,
    ok,
    lead: leadOf(result),
    facts: `${nodes} nodes in memory, seed ${seed}`,
    tiles: tilesOf(result),
    sections: [
      ...failureSection(result),
      ...timelineSections(over),
      { id: 'steps', title: 'Steps', body: stepsHtml(result) },
      ...(measurements === null
        ? []
        : [{ id: 'counters', title: 'Counters', body: operationsTable(measurements) }]),
      { id: 'script', title: 'Script', body: `<pre>${escapeHtml(result.text)}</pre>` },
      { id: 'repeat', title: 'How to repeat', body: `<pre>${escapeHtml(result.command)}</pre>` },
    ],
    data: timelineData(over),
  });
}

function tilesOf({ ok, steps, expectations, elapsedMs, faults, timeline, measurements }: ScriptResult) {
  const leaders = new Set(
    timeline.roles.flat().flatMap(({ role, term }) => (role === 'leader' ? [term] : [])),
  );
  const tiles: Tile[] = [
    { name: 'expectations held', value: expectations, mood: ok ? 'good' : 'bad' },
    { name: 'steps', value: steps.length },
    { name: 'seconds', value: (elapsedMs / 1000).toFixed(1) },
    { name: 'faults', value: faults.length },
    { name: 'leaders seen', value: leaders.size },
    { name: 'highest term', value: timeline.term },
  ];
  if (measurements === null) return tiles;
  const { operations, unknown, longestGap } = measurements;
  return [
    ...tiles,
    { name: 'calls of the workload', value: operations },
    { name: 'unknown outcomes', value: unknown },
    { name: 'longest gap', value: `${Math.round(lengthOf(longestGap))} ms` },
  ];
}

function failureSection(result: ScriptResult): readonly Section[] {
  const failure = failureOf(result);
  if (result.ok || failure === undefined) return [];
  const { line, command, answer } = failure;
  const body = `<p>Line ${line}: <code>${escapeHtml(command)}</code></p><pre>${escapeHtml(answer)}</pre>`;
  return [{ id: 'verdict', title: 'Verdict', body }];
}

function stepsHtml({ steps }: ScriptResult): string {
  // The last ones, where the failure is.
  const shown = steps.slice(-MAX_STEPS);
  const rows = shown.map(({ line, command, atMs, elapsedMs, ok, answer }) => [
    ok ? '✓' : '✗',
    inSeconds(atMs),
    Math.round(elapsedMs),
    line,
    command,
    answer,
  ]);
  const left = steps.length - shown.length;
  const note = left > 0 ? `<p class="soft">${left} earlier steps are not shown.</p>` : '';
  const columns = ['', 'at s', 'ms', 'line', 'command', 'answer'];
  return note + table(columns, rows, 'Every command that ran', index => (shown[index]?.ok ? '' : 'failed'));
}

/** One row of the page that leads to several reports. */
export interface ScriptLink {
  readonly result: ScriptResult;
  /** Relative to that page. */
  readonly href: string;
}

export function scriptsPage(links: readonly ScriptLink[]): string {
  const passed = links.filter(({ result }) => result.ok).length;
  const rows = links.map(({ result, href }) => {
    const { script, ok, expectations, steps, elapsedMs, text } = result;
    const says = ok ? purposeOf(text) : leadOf(result);
    return `<tr${ok ? '' : ' class="failed"'}><td>${ok ? '✓' : '✗'}</td><td><a href="${escapeHtml(encodeURI(href))}">${escapeHtml(script)}</a></td><td class="number">${expectations}</td><td class="number">${steps.length}</td><td class="number">${(elapsedMs / 1000).toFixed(1)}</td><td>${escapeHtml(says)}</td></tr>`;
  });
  const head = ['', 'script', 'held', 'steps', 's', 'what it shows'].map(
    name => `<th scope="col">${name}</th>`,
  );
  const body = `<div class="scroll whole" tabindex="0" role="region" aria-label="Scripts"><table><caption>One row a script, in the order they ran</caption><thead><tr>${head.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
  const sum = (of: (result: ScriptResult) => number): number =>
    links.reduce((total, { result }) => total + of(result), 0);
  const empty = { scale: timeScale(0, 1), faults: [], timeline: null, measurements: null };
  return framed({
    title: `${links.length} scripts`,
    ok: passed === links.length,
    lead: `${passed} of ${links.length} scripts passed.`,
    facts: 'each against a fresh cluster in memory',
    tiles: [
      { name: 'passed', value: passed, mood: passed === links.length ? 'good' : 'bad' },
      { name: 'expectations held', value: sum(({ expectations }) => expectations) },
      { name: 'faults', value: sum(({ faults }) => faults.length) },
      { name: 'seconds', value: (sum(({ elapsedMs }) => elapsedMs) / 1000).toFixed(1) },
    ],
    sections: [{ id: 'scripts', title: 'Scripts', body }],
    data: timelineData(empty),
  });
}

/** The same for programs, without the points of the plots. */
export function scriptSummary(result: ScriptResult): object {
  const { text: _text, measurements, timeline, ...rest } = result;
  const failure = failureOf(result);
  return {
    ...rest,
    failure: result.ok ? null : (failure ?? null),
    roles: timeline.roles,
    matrices: timeline.matrices,
    events: timeline.events,
    load: measurements === null ? null : loadSummary(measurements),
  };
}

function loadSummary(measurements: Measurements): object {
  const { points: _points, readsByKey: _readsByKey, ...rest } = measurements;
  return { ...rest, longestGapMs: lengthOf(measurements.longestGap) };
}
