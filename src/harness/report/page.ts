/**
 * The report of a test as one HTML page that needs nothing but itself.
 *
 * @module
 */
import { GAP_MS, isRead, lengthOf } from '../measure.js';
import { NEMESIS_KINDS } from '../nemesis.js';
import { phaseSummary, readCounts, type TestDescription } from '../summary.js';
import type { TestResult } from '../test-run.js';
import { type TimeScale, timeScale } from './chart.js';
import { embeddedJson, escapeHtml, section, table } from './html.js';
import { ROLES, roleChart } from './role-chart.js';
import { SCRIPT } from './script.js';
import { latencyChart, throughputChart } from './speed-charts.js';
import { STYLE } from './style.js';
import { violationsHtml } from './violations.js';

const MAX_LOST = 100;

export function reportPage(description: TestDescription, result: TestResult): string {
  const { measurements, timeline } = result;
  const scale = timeScale(measurements.fromMs, Math.max(measurements.toMs, measurements.fromMs + 1));
  const title = `${description.title}: ${result.ok ? 'pass' : 'fail'}`;
  const body = [
    headerHtml(description, result),
    tilesHtml(result),
    verdictHtml(result),
    section('latency', 'Latency', choicesHtml(result) + latencyChart(measurements, result.faults, scale)),
    section(
      'throughput',
      'Calls a second',
      faultKey() + throughputChart(measurements, result.faults, scale) + gapsHtml(result),
    ),
    ...(timeline === null ? [] : [clusterHtml(result, scale)]),
    section('counters', 'Counters', countersHtml(result)),
    section('repeat', 'How to repeat', repeatHtml(description)),
  ].join('\n');
  const matrices = embeddedJson('matrix-data', timeline?.matrices ?? []);
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body>${body}${matrices}<script>${SCRIPT}</script></body></html>\n`;
}

function headerHtml(description: TestDescription, { ok }: TestResult): string {
  const facts = `${description.store}, ${description.clients} clients, seed ${description.seed}`;
  return `<header><div><h1>${escapeHtml(description.title)} <span class="verdict ${ok ? 'pass' : 'fail'}">${ok ? 'PASS' : 'FAIL'}</span></h1><p class="soft">${escapeHtml(facts)}</p></div><button id="theme" class="screen" type="button">Light / dark</button></header>`;
}

function tilesHtml({ check, measurements, lost, faults }: TestResult): string {
  const seconds = Math.max(0.001, (measurements.toMs - measurements.fromMs) / 1000);
  const reads = readCounts(check, measurements);
  const tiles: readonly (readonly [string, string | number])[] = [
    ['operations', measurements.operations],
    ['acknowledged a second', Math.round(measurements.ok / seconds)],
    ['history', check.verdict],
    ['reads correct', `${reads.correct} of ${reads.compared}`],
    ['acknowledged writes lost', lost.length],
    ['longest gap', `${Math.round(lengthOf(measurements.longestGap))} ms`],
    ['faults', faults.length],
    ['unknown outcomes', measurements.unknown],
  ];
  const html = tiles.map(
    ([name, value]) => `<div class="tile"><b>${escapeHtml(String(value))}</b>${name}</div>`,
  );
  return `<div class="tiles">${html.join('')}</div>`;
}

function verdictHtml({ ok, reasons, check, lost }: TestResult): string {
  const parts = ok
    ? [
        `<p>Every answer fits one order of all operations (${check.keys} keys), and every acknowledged write was found at the end.</p>`,
      ]
    : [`<ul>${reasons.map(reason => `<li>${escapeHtml(reason)}</li>`).join('')}</ul>`];
  if (check.violations.length > 0) parts.push(violationsHtml(check.violations));
  if (lost.length > 0) {
    const rows = lost.slice(0, MAX_LOST).map(({ key, text }) => [key, text]);
    parts.push(table(['key', 'what'], rows, `${lost.length} acknowledged writes lost`));
  }
  return section('verdict', 'Verdict', parts.join(''));
}

/** Boxes for operations and outcomes, with the colours of the outcomes. */
function choicesHtml({ measurements }: TestResult): string {
  const box = (name: string, text: string): string =>
    `<label><input type="checkbox" checked data-choose="${escapeHtml(name)}"> ${text}</label>`;
  const outcomes = [
    ['ok', '--accent'],
    ['failed', '--doubt'],
    ['unknown', '--bad'],
  ].map(([name = '', colour = '']) => box(name, `<i style="background: var(${colour})"></i>${name}`));
  const operations = measurements.byOperation.map(({ op }) => box(op, escapeHtml(op)));
  const lines =
    '<span><i style="background: var(--good)"></i>p50 a second</span><span><i style="background: var(--bad)"></i>p99 a second</span>';
  return `<div class="key">${outcomes.join('')}${operations.join('')}${lines}</div>`;
}

const swatch = (kind: string, name: string): string =>
  `<span><svg viewBox="0 0 12 12" style="display:inline-block;width:12px;height:12px" aria-hidden="true"><rect class="${kind} ${name}" width="12" height="12" style="fill-opacity:.8"/></svg> ${name}</span>`;

const faultKey = (): string =>
  `<div class="key">${NEMESIS_KINDS.map(kind => swatch('fault', kind)).join('')}</div>`;

function gapsHtml({ measurements }: TestResult): string {
  if (measurements.gaps.length === 0)
    return `<p>Nothing of ${GAP_MS} ms or more without an acknowledgement.</p>`;
  const rows = measurements.gaps.map(gap => [
    (gap.fromMs / 1000).toFixed(2),
    (gap.toMs / 1000).toFixed(2),
    Math.round(lengthOf(gap)),
  ]);
  return table(['from s', 'to s', 'ms'], rows, `Times of ${GAP_MS} ms or more without an acknowledgement`);
}

function clusterHtml(result: TestResult, scale: TimeScale): string {
  const { timeline, faults } = result;
  if (timeline === null) return '';
  const rolesKey = `<div class="key">${ROLES.map(role => swatch('role', role)).join('')}</div>`;
  const last = timeline.matrices.length - 1;
  const matrix =
    last < 0
      ? '<p>The matrix did not change.</p>'
      : `<p><label>Change <input id="matrix-at" type="range" min="0" max="${last}" value="0"></label> at <output id="matrix-time"></output>: probability that a message from row to column is dropped</p><table class="matrix" id="matrix"></table>`;
  const faultRows = faults.map(({ line, fromMs, toMs }) => [
    (fromMs / 1000).toFixed(2),
    (toMs / 1000).toFixed(2),
    line,
  ]);
  const events = timeline.events.map(({ atMs, kind, node, text }) => [
    (atMs / 1000).toFixed(2),
    kind,
    node === null ? '' : node,
    text,
  ]);
  return [
    section('roles', 'Roles', rolesKey + roleChart(timeline, faults, scale)),
    section('matrices', 'Matrix', matrix),
    section('faults', 'Faults', table(['from s', 'to s', 'command'], faultRows)),
    section(
      'events',
      'Events',
      `<p class="screen"><label>Show <input id="event-filter" type="search" placeholder="all"></label></p>${table(['s', 'kind', 'node', 'event'], events)}`,
    ),
  ].join('\n');
}

function countersHtml({ measurements, table: experiment }: TestResult): string {
  const phases = measurements.byPhase
    .map(phaseSummary)
    .map(row => [
      row.phase,
      row.puts,
      row.putsAcknowledged,
      row.gets,
      row.getsAnswered,
      row.failed,
      row.unknown,
    ]);
  const operations = measurements.byOperation.map(row => [
    row.op,
    isRead(row.op) ? 'read' : 'write',
    row.ok,
    row.failed,
    row.unknown,
    Number(row.p50Ms.toFixed(2)),
    Number(row.p99Ms.toFixed(2)),
    Number(row.maxMs.toFixed(2)),
  ]);
  const errors = Object.entries(measurements.errors);
  return [
    experiment === null ? '' : table(experiment.columns, experiment.rows, experiment.title),
    table(['phase', 'writes', 'acknowledged', 'reads', 'answered', 'refused', 'unknown'], phases, 'By phase'),
    table(
      ['operation', 'kind', 'acknowledged', 'refused', 'unknown', 'p50 ms', 'p99 ms', 'max ms'],
      operations,
      'By operation',
    ),
    errors.length === 0 ? '' : table(['reason', 'calls'], errors, 'Why calls were refused or stayed unknown'),
  ].join('');
}

function repeatHtml({ command, history }: TestDescription): string {
  return `<pre>${escapeHtml(command)}\nraftkv check ${escapeHtml(history)}</pre><p class="soft">The seed repeats what clients call and which faults come; threads and sockets decide the rest.</p>`;
}
