/**
 * Looks for the first seed that catches a deliberate fault.
 *
 * @module
 */
import { runCampaign } from './campaign.js';
import type { PlanOptions } from './draw-plan.js';
import type { Mutant } from './mutants/mutant.js';
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

export async function huntMutant(mutant: Mutant, options: HuntOptions): Promise<Hunt> {
  const { failures, summary, elapsedMs } = await runCampaign({
    ...options,
    mutant: mutant.name,
  });
  const [first] = failures;
  const violation = first?.violation ?? null;
  return {
    mutant,
    caught: first === undefined || violation === null ? null : { seed: first.seed, ...violation },
    runs: summary.runs,
    simulatedMs: summary.simulatedMs,
    elapsedMs,
  };
}
