/**
 * `--shrink`: reduces the plan that failed and writes it to a file.
 *
 * @module
 */
import { mutantNamed } from '../../sim/mutants/table.js';
import { formatPlan, type PlanFile } from '../../sim/plan-file.js';
import { type ShrinkResult, shrinkPlan } from '../../sim/shrink.js';
import { simulateWith } from '../../sim/simulate-with.js';
import { print, printError, printJson } from '../terminal.js';
import type { SimFlags } from './flags.js';
import { savePlan } from './plan-io.js';
import { Progress } from './progress.js';

const MAX_RUNS = 400;
const MAX_MS = 120_000;

export function shrinkAndSave(file: PlanFile, flags: SimFlags): void {
  const mutant = file.mutant === null ? null : (mutantNamed(file.mutant) ?? null);
  const deadlineMs = performance.now() + MAX_MS;
  const progress = new Progress(MAX_RUNS);
  const shrunk = shrinkPlan(file.plan, {
    run: plan => simulateWith(mutant, plan),
    maxRuns: MAX_RUNS,
    isLate: () => performance.now() > deadlineMs,
    onStep: (plan, runs) => progress.show(runs, `, ${plan.faults.length} faults`),
  });
  progress.end();
  if (shrunk === null) {
    printError('the plan does not fail any more: nothing to shrink');
    return;
  }
  const path = flags.save ?? `sim-seed-${file.plan.seed}.json`;
  savePlan(path, { plan: shrunk.plan, mutant: file.mutant });
  if (flags.json) printJson({ shrunk: shrunk.plan, runs: shrunk.runs, file: path });
  else print(shrinkText(file, shrunk, path));
}

function shrinkText(file: PlanFile, { plan, result, runs, isMinimal }: ShrinkResult, path: string): string {
  const from = `${file.plan.faults.length} faults, ${file.plan.safetyMs} ms, ${file.plan.nodes} nodes`;
  const to = `${plan.faults.length} faults, ${plan.safetyMs} ms, ${plan.nodes} nodes, ${plan.workload.clients} clients`;
  return [
    `shrunk in ${runs} runs${isMinimal ? '' : ' (limit reached)'}: ${from} → ${to}`,
    formatPlan({ plan, mutant: file.mutant }).trimEnd(),
    `it still breaks ${result.violation?.kind}: ${result.violation?.message.split('\n')[0]}`,
    `  repeat: raftkv sim --plan ${path}`,
  ].join('\n');
}
