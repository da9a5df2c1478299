/**
 * The result of a test as text and as JSON.
 *
 * @module
 */
import type { CheckResult } from './check.js';
import { isRead, lengthOf, type Measurements, type OperationCounts, type PhaseCounts } from './measure.js';
import type { ExperimentTable, TestResult } from './test-run.js';

/** What a report says besides the result itself. */
export interface TestDescription {
  readonly title: string;
  /** Command that does the same again. */
  readonly command: string;
  readonly store: string;
  readonly nodes: number;
  readonly clients: number;
  readonly seed: number;
  readonly history: string;
}

/** The counters of one phase: requests, answers, and reads that were compared with what had been written. */
export interface PhaseSummary {
  readonly phase: string;
  readonly puts: number;
  readonly putsAcknowledged: number;
  readonly gets: number;
  readonly getsAnswered: number;
  readonly failed: number;
  readonly unknown: number;
}

const sum = (operations: readonly OperationCounts[], of: (counts: OperationCounts) => number): number =>
  operations.reduce((total, counts) => total + of(counts), 0);

const all = ({ ok, failed, unknown }: OperationCounts): number => ok + failed + unknown;

export function phaseSummary({ phase, operations }: PhaseCounts): PhaseSummary {
  const reads = operations.filter(({ op }) => isRead(op));
  const writes = operations.filter(({ op }) => !isRead(op));
  return {
    phase,
    puts: sum(writes, all),
    putsAcknowledged: sum(writes, ({ ok }) => ok),
    gets: sum(reads, all),
    getsAnswered: sum(reads, ({ ok }) => ok),
    failed: sum(operations, ({ failed }) => failed),
    unknown: sum(operations, ({ unknown }) => unknown),
  };
}

export interface ReadCounts {
  /** Answered reads of keys that could be decided. */
  readonly compared: number;
  /** Of keys without a violation. */
  readonly correct: number;
  /** Part of a proof of a violation. */
  readonly wrong: number;
  /** The others of keys with a violation: which of them are wrong nobody can say. */
  readonly doubtful: number;
}

export function readCounts(check: CheckResult, { readsByKey }: Measurements): ReadCounts {
  const undecided = new Set(check.undecidedKeys);
  const violated = new Set(check.violations.map(({ key }) => key));
  const counts = { compared: 0, correct: 0, wrong: 0, doubtful: 0 };
  for (const [key, reads] of readsByKey) {
    if (undecided.has(key)) continue;
    counts.compared += reads;
    if (violated.has(key)) counts.doubtful += reads;
    else counts.correct += reads;
  }
  const proven = check.violations.flatMap(({ operations }) => operations.filter(({ op }) => isRead(op)));
  counts.wrong = Math.min(proven.length, counts.doubtful);
  counts.doubtful -= counts.wrong;
  return counts;
}

const ms = (value: number): string => (value < 10 ? value.toFixed(2) : value.toFixed(0));

function tableText({ title, columns, rows }: ExperimentTable): string {
  const cells = [columns, ...rows.map(row => row.map(String))];
  const widths = columns.map((_, column) => Math.max(...cells.map(row => (row[column] ?? '').length)));
  const lines = cells.map(row => row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  '));
  return [title, ...lines.map(line => `  ${line}`)].join('\n');
}

function readsText({ compared, correct, wrong, doubtful }: ReadCounts): string {
  const rest = doubtful === 0 ? '' : `, ${doubtful} more of keys with a violation`;
  return `Reads compared  ${compared}: ${correct} correct, ${wrong} wrong${rest}`;
}

const PHASE_COLUMNS = ['phase', 'writes', 'acknowledged', 'reads', 'answered', 'refused', 'unknown'] as const;

export function summaryText(description: TestDescription, result: TestResult): string {
  const { measurements, check, faults } = result;
  const seconds = Math.max(0.001, (measurements.toMs - measurements.fromMs) / 1000);
  const phases = measurements.byPhase.map(phaseSummary);
  const reads = readCounts(check, measurements);
  const gap = measurements.longestGap;
  const counters = tableText({
    title: 'Counters',
    columns: PHASE_COLUMNS,
    rows: phases.map(row => [
      row.phase,
      row.puts,
      row.putsAcknowledged,
      row.gets,
      row.getsAnswered,
      row.failed,
      row.unknown,
    ]),
  });
  const latency = tableText({
    title: 'Latency of what was acknowledged',
    columns: ['operation', 'count', 'p50 ms', 'p99 ms', 'max ms'],
    rows: measurements.byOperation.map(row => [row.op, row.ok, ms(row.p50Ms), ms(row.p99Ms), ms(row.maxMs)]),
  });
  const lines = [
    `${description.title}: ${description.store}, ${description.clients} clients, seed ${description.seed}`,
    counters,
    latency,
    ...(result.table === null ? [] : [tableText(result.table)]),
    `Operations      ${measurements.operations} in ${seconds.toFixed(1)} s, ${Math.round(measurements.ok / seconds)} acknowledged a second`,
    `Faults          ${faults.length}`,
    readsText(reads),
    `Linearizable    ${check.verdict === 'linearizable' ? 'yes' : check.verdict} (${check.keys} keys, ${(result.checkMs / 1000).toFixed(2)} s)`,
    `Writes lost     ${result.lost.length}`,
    `Longest gap     ${ms(lengthOf(gap))} ms, ${(gap.fromMs / 1000).toFixed(2)} s into the run`,
    `History         ${description.history}`,
  ];
  return lines.join('\n');
}

/** Everything but the points of the plots. */
export function summaryJson(description: TestDescription, result: TestResult): object {
  const { measurements, check, timeline, ...rest } = result;
  const { points: _points, readsByKey: _readsByKey, ...measured } = measurements;
  return {
    ...description,
    ...rest,
    verdict: check.verdict,
    violations: check.violations,
    undecidedKeys: check.undecidedKeys,
    keys: check.keys,
    reads: readCounts(check, measurements),
    longestGapMs: lengthOf(measurements.longestGap),
    phases: measurements.byPhase.map(phaseSummary),
    measurements: measured,
    events: timeline?.events ?? [],
  };
}
