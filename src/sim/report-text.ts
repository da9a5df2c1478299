/**
 * What people read of runs and campaigns.
 *
 * @module
 */
import type { PlanOptions } from './draw-plan.js';
import type { SeedReport } from './seed-report.js';
import type { Occurrence, Summary } from './tally.js';

/** Last events shown of a failed run. */
const LAST_EVENTS = 20;

/** The words behind `raftkv sim` that play exactly this seed again. */
export function repeatArguments(seed: number, options: PlanOptions, mutant: string | null): string {
  const words = ['--seed', String(seed)];
  if (options.nodes !== undefined) words.push('--nodes', String(options.nodes));
  if (options.operationsPerSecond !== undefined) words.push('--ops', String(options.operationsPerSecond));
  if (options.safetyMs !== undefined) words.push('--seconds', String(options.safetyMs / 1000));
  if (options.faults !== undefined) words.push('--faults', options.faults.join() || 'none');
  if (options.allFaults === true) words.push('--all-faults');
  if (mutant !== null) words.push('--mutant', mutant);
  return words.join(' ');
}

/** What broke, when, and what came before it. */
export function failureText(report: SeedReport, repeat: string): string {
  const { violation, seed, nodes, lastEvents } = report;
  if (violation === null) return '';
  const at = (violation.atMs / 1000).toFixed(3);
  return [
    `FAIL seed ${seed} (${nodes} nodes): ${violation.kind} at ${at} s of simulated time`,
    ...violation.message.split('\n').map(line => `  ${line}`),
    `  last events (t in ns of simulated time; trace ${report.traceHash}):`,
    ...lastEvents.slice(-LAST_EVENTS).map(line => `    ${line}`),
    `  repeat: raftkv sim ${repeat}`,
  ].join('\n');
}

/** One run in one line. */
export function runText(report: SeedReport): string {
  const { seed, violation, vacuous, simulatedMs, operations, checks, traceHash } = report;
  const verdict = violation !== null ? 'FAIL' : vacuous !== null ? 'VACUOUS' : 'PASS';
  const why = violation !== null ? ` ${violation.kind}` : vacuous !== null ? ` (${vacuous})` : '';
  const seconds = (simulatedMs / 1000).toFixed(1);
  return `${verdict} seed ${seed}: ${seconds} s simulated, ${operations} operations, ${checks} checks, trace ${traceHash}${why}`;
}

export function summaryText(summary: Summary): string {
  const { runs, passed, vacuous, failed, simulatedMs, events, checks, operations } = summary;
  const verdicts = `${runs} runs: ${passed} passed, ${failed} failed, ${vacuous} vacuous`;
  const reasons = summary.vacuousReasons.map(({ reason, runs: count }) => `${reason} ${count}×`).join(', ');
  return [
    coverageText(summary.coverage, runs),
    '',
    vacuous === 0 ? verdicts : `${verdicts} (not counted as passed: ${reasons})`,
    `${(simulatedMs / 1000).toFixed(0)} s simulated: ${events} events, ${checks} checks, ${operations} operations`,
    `${speedOf(summary).toFixed(0)} simulated seconds per real second and core`,
    summary.holes.length === 0
      ? 'no holes: everything above happened'
      : `HOLES, never happened: ${summary.holes.join(' ')}`,
  ].join('\n');
}

/** Simulated seconds per real second of one core. */
export const speedOf = ({ simulatedMs, busyMs }: Pick<Summary, 'simulatedMs' | 'busyMs'>): number =>
  busyMs === 0 ? 0 : simulatedMs / busyMs;

function coverageText(coverage: readonly Occurrence[], runs: number): string {
  const rows = coverage.map(({ what, count, runs: seenIn }) => {
    const share = runs === 0 ? 0 : (100 * seenIn) / runs;
    return `${what.padEnd(26)}${String(count).padStart(11)}${`${share.toFixed(0)} %`.padStart(9)}`;
  });
  return [`${'happened'.padEnd(26)}${'times'.padStart(11)}${'of runs'.padStart(9)}`, ...rows].join('\n');
}
