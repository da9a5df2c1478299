/**
 * `raftkv sim --seed`, `--plan`: one run, in this thread.
 *
 * @module
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import { drawPlan } from '../../sim/draw-plan.js';
import { mutantNamed } from '../../sim/mutants/table.js';
import type { PlanFile } from '../../sim/plan-file.js';
import { failureText, repeatArguments, runText, speedOf, summaryText } from '../../sim/report-text.js';
import { reportOf, type SeedReport } from '../../sim/seed-report.js';
import { Tally } from '../../sim/tally.js';
import { EXIT_FAILED, OperationFailed } from '../cli-error.js';
import { print, printJson } from '../terminal.js';
import { planOptionsOf, type SimFlags } from './flags.js';
import { readPlan, savePlan } from './plan-io.js';
import { shrinkAndSave } from './shrink-run.js';

export function runSingle(flags: SimFlags): void {
  const file = planFileOf(flags);
  const repeat =
    flags.plan === undefined
      ? repeatArguments(file.plan.seed, planOptionsOf(flags), file.mutant)
      : `--plan ${flags.plan}`;
  const report = runTraced(file, flags.trace);
  if (flags.json) printJson(report);
  else printRun(report, repeat, file);
  if (flags.save !== undefined && !(flags.shrink && report.violation !== null)) savePlan(flags.save, file);
  if (report.violation === null) return;
  process.exitCode = EXIT_FAILED;
  if (flags.shrink) shrinkAndSave(file, flags);
}

function planFileOf(flags: SimFlags): PlanFile {
  if (flags.plan === undefined) {
    return { plan: drawPlan(flags.seed ?? flags.from, planOptionsOf(flags)), mutant: flags.mutant ?? null };
  }
  const read = readPlan(flags.plan);
  if (read.mutant !== null && mutantNamed(read.mutant) === undefined) {
    throw new OperationFailed(`${flags.plan}: there is no mutant ${read.mutant}`);
  }
  return flags.mutant === undefined ? read : { ...read, mutant: flags.mutant };
}

const TRACE_BUFFER_CHARS = 1 << 20;

/** Writes the trace as it comes: a run that breaks leaves everything up to there. */
function runTraced({ plan, mutant }: PlanFile, path: string | undefined): SeedReport {
  if (path === undefined) return reportOf(plan, mutant);
  const descriptor = openSync(path, 'w');
  let buffer = '';
  const write = (): void => {
    writeSync(descriptor, buffer);
    buffer = '';
  };
  try {
    const report = reportOf(plan, mutant, line => {
      buffer += `${line}\n`;
      if (buffer.length > TRACE_BUFFER_CHARS) write();
    });
    write();
    return report;
  } finally {
    closeSync(descriptor);
  }
}

function printRun(report: SeedReport, repeat: string, { plan }: PlanFile): void {
  if (report.violation !== null) {
    print(failureText(report, repeat));
    return;
  }
  const tally = new Tally();
  tally.add(report);
  const kinds = [...new Set(plan.faults.map(({ kind }) => kind))];
  const summary = tally.summary(kinds);
  print(summaryText(summary));
  print(`${runText(report)}, ${speedOf(summary).toFixed(0)}× real time`);
}
