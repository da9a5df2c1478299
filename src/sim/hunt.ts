/**
 * Looks for the first seed that catches a deliberate fault.
 *
 * @module
 */
import { runCampaign } from './campaign.js';
import type { PlanOptions } from './draw-plan.js';
import type { Mutant } from './mutants/mutant.js';
import { runSeed } from './seed-report.js';
import type { ViolationKind } from './violation.js';

export interface Hunt {
  readonly mutant: Mutant;
  /** Null: no seed has caught it. */
  readonly caught: {
    readonly seed: number;
    readonly kind: ViolationKind;
    /** Simulated time of the violation in that seed's run. */
    readonly atMs: number;
    readonly message: string;
  } | null;
  readonly runs: number;
  /** Simulated time of all runs until then. */
  readonly simulatedMs: number;
  readonly elapsedMs: number;
}

export interface HuntOptions {
  readonly firstSeed: number;
  readonly seeds: number;
  readonly threads: number;
  readonly plan: PlanOptions;
}

/** A seed counts only if it passes without the mutant. */
export async function huntMutant(mutant: Mutant, options: HuntOptions): Promise<Hunt> {
  const endSeed = options.firstSeed + options.seeds;
  let { firstSeed } = options;
  let caught: Hunt['caught'] = null;
  const spent = { runs: 0, simulatedMs: 0, elapsedMs: 0 };
  while (caught === null && firstSeed < endSeed) {
    const { failures, summary, elapsedMs } = await runCampaign({
      ...options,
      firstSeed,
      seeds: endSeed - firstSeed,
      mutant: mutant.name,
    });
    spent.runs += summary.runs;
    spent.simulatedMs += summary.simulatedMs;
    spent.elapsedMs += elapsedMs;
    const [first] = failures;
    if (first === undefined) break;
    firstSeed = first.seed + 1;
    const sound = runSeed({ seed: first.seed, options: options.plan, mutant: null });
    if (first.violation !== null && sound.violation === null) {
      caught = { seed: first.seed, ...first.violation };
    }
  }
  return { mutant, caught, ...spent };
}
