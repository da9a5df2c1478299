/**
 * The report of a test.
 *
 * @module
 */
import { isRead, lengthOf } from '../measure.js';
import { phaseSummary, readCounts, type TestDescription } from '../summary.js';
import type { TestResult } from '../test-run.js';
import { timeScale } from './chart.js';
import { framed, type Tile } from './frame.js';
import { escapeHtml, type Section, table } from './html.js';
import { type OverTime, timelineData, timelineSections } from './timeline.js';
import { violationsHtml } from './violations.js';

const MAX_LOST = 100;

export function reportPage(description: TestDescription, result: TestResult): string {
  const { measurements, timeline, faults, ok, reasons, check } = result;
  const scale = timeScale(measurements.fromMs, Math.max(measurements.toMs, measurements.fromMs + 1));
  const over: OverTime = { scale, faults, measurements, timeline };
  const { store, clients, seed } = description;
  return framed({
    title: description.title,
    ok,
    lead: ok
      ? `Every answer fits one order of all operations (${check.keys} keys), and every acknowledged write was found at the end.`
      : `${capital(reasons.join('; '))}.`,
    facts: `${store}, ${clients} clients, seed ${seed}`,
    tiles: tilesOf(result),
    sections: [
      ...verdictSection(result),
      ...timelineSections(over),
      { id: 'counters', title: 'Counters', body: countersHtml(result) },
      { id: 'repeat', title: 'How to repeat', body: repeatHtml(description) },
    ],
    data: timelineData(over),
  });
}

const VERDICTS = { linearizable: 'yes', 'not-linearizable': 'no', undecided: 'undecided' } as const;

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

function tilesOf({ check, measurements, lost, faults }: TestResult): readonly Tile[] {
  const seconds = Math.max(0.001, (measurements.toMs - measurements.fromMs) / 1000);
  const reads = readCounts(check, measurements);
  const isLinearizable = check.verdict === 'linearizable';
  return [
    { name: 'linearizable', value: VERDICTS[check.verdict], mood: isLinearizable ? 'good' : 'bad' },
    { name: 'acknowledged writes lost', value: lost.length, mood: lost.length === 0 ? 'good' : 'bad' },
    { name: `reads correct of ${reads.compared}`, value: reads.correct },
    { name: 'operations', value: measurements.operations },
    { name: 'acknowledged a second', value: Math.round(measurements.ok / seconds) },
    { name: 'longest gap', value: `${Math.round(lengthOf(measurements.longestGap))} ms` },
    { name: 'faults', value: faults.length },
    { name: 'unknown outcomes', value: measurements.unknown },
  ];
}

/** Only where something is wrong: the rest is said at the top. */
function verdictSection({ ok, reasons, check, lost }: TestResult): readonly Section[] {
  if (ok) return [];
  const parts = [`<ul>${reasons.map(reason => `<li>${escapeHtml(reason)}</li>`).join('')}</ul>`];
  if (check.violations.length > 0) parts.push(violationsHtml(check.violations));
  if (lost.length > 0) {
    const rows = lost.slice(0, MAX_LOST).map(({ key, text }) => [key, text]);
    parts.push(table(['key', 'what'], rows, `${lost.length} acknowledged writes lost`));
  }
  return [{ id: 'verdict', title: 'Verdict', body: parts.join('') }];
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
  const errors = Object.entries(measurements.errors);
  return [
    experiment === null ? '' : table(experiment.columns, experiment.rows, experiment.title),
    table(['phase', 'writes', 'acknowledged', 'reads', 'answered', 'refused', 'unknown'], phases, 'By phase'),
    operationsTable(measurements),
    errors.length === 0 ? '' : table(['reason', 'calls'], errors, 'Why calls were refused or stayed unknown'),
  ].join('');
}

export function operationsTable({ byOperation }: TestResult['measurements']): string {
  const rows = byOperation.map(row => [
    row.op,
    isRead(row.op) ? 'read' : 'write',
    row.ok,
    row.failed,
    row.unknown,
    Number(row.p50Ms.toFixed(2)),
    Number(row.p99Ms.toFixed(2)),
    Number(row.maxMs.toFixed(2)),
  ]);
  const columns = ['operation', 'kind', 'acknowledged', 'refused', 'unknown', 'p50 ms', 'p99 ms', 'max ms'];
  return table(columns, rows, 'By operation');
}

function repeatHtml({ command, history }: TestDescription): string {
  return `<pre>${escapeHtml(command)}\nraftkv check ${escapeHtml(history)}</pre><p class="soft">The seed repeats what clients call and which faults come; threads and sockets decide the rest.</p>`;
}
