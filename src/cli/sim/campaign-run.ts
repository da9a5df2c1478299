/**
 * `raftkv sim`: many seeds.
 *
 * @module
 */
import { type CampaignResult, runCampaign } from '../../sim/campaign.js';
import { drawPlan } from '../../sim/draw-plan.js';
import { failureText, repeatArguments, speedOf, summaryText } from '../../sim/report-text.js';
import type { SeedReport } from '../../sim/seed-report.js';
import { EXIT_FAILED } from '../cli-error.js';
import { print, printJson } from '../terminal.js';
import { planOptionsOf, type SimFlags, seedsOf } from './flags.js';
import { savePlan } from './plan-io.js';
import { Progress } from './progress.js';
import { shrinkAndSave } from './shrink-run.js';

/** Failures shown in full; of more, the seeds only. */
const SHOWN = 3;

export async function runSeeds(flags: SimFlags): Promise<void> {
  const plan = planOptionsOf(flags);
  const mutant = flags.mutant ?? null;
  const seeds = seedsOf(flags);
  const progress = new Progress(seeds);
  let failed = 0;
  const stop = cancelOnInterrupt();
  const campaign = await runCampaign({
    firstSeed: flags.from,
    seeds,
    plan,
    mutant,
    threads: flags.threads,
    keepGoing: flags.keepGoing === true,
    cancelled: stop.isCancelled,
    onReport: (report, finished) => {
      if (report.violation !== null) failed += 1;
      progress.show(finished, failed > 0 ? `, ${failed} failed` : '');
    },
  });
  stop.release();
  progress.end();
  const repeatOf = ({ seed }: SeedReport): string => repeatArguments(seed, plan, mutant);
  if (flags.json) printJson({ ...campaign, speed: speedOf(campaign.summary) });
  else printCampaign(campaign, repeatOf);
  const [first] = campaign.failures;
  if (first === undefined) return;
  process.exitCode = EXIT_FAILED;
  const file = { plan: drawPlan(first.seed, plan), mutant };
  if (flags.shrink) shrinkAndSave(file, flags);
  else if (flags.save !== undefined) savePlan(flags.save, file);
}

function printCampaign(
  { summary, failures, elapsedMs }: CampaignResult,
  repeatOf: (report: SeedReport) => string,
): void {
  print(summaryText(summary));
  print(`${(elapsedMs / 1000).toFixed(1)} s of real time`);
  for (const report of failures.slice(0, SHOWN)) print(`\n${failureText(report, repeatOf(report))}`);
  if (failures.length > SHOWN) {
    const rest = failures.slice(SHOWN).map(({ seed, violation }) => `${seed} (${violation?.kind})`);
    print(`\nalso failed: ${rest.join(', ')}`);
  }
}

/** The first interrupt ends the campaign with what is known by then, the second ends the program. */
function cancelOnInterrupt(): { readonly isCancelled: () => boolean; readonly release: () => void } {
  let isCancelled = false;
  const cancel = (): void => {
    isCancelled = true;
  };
  process.once('SIGINT', cancel);
  return { isCancelled: () => isCancelled, release: () => process.removeListener('SIGINT', cancel) };
}
