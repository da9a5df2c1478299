/**
 * What a campaign keeps of one run: plain data, so that it can cross threads.
 *
 * @module
 */
import { drawPlan, type PlanOptions } from './draw-plan.js';
import { mutantNamed } from './mutants/table.js';
import type { Plan } from './plan.js';
import { simulateWith } from './simulate-with.js';
import type { SimulationResult } from './simulation.js';

export interface SeedTask {
  readonly seed: number;
  readonly options: PlanOptions;
  /** Name of a deliberate fault; null: the code as it is. */
  readonly mutant: string | null;
}

export interface SeedReport extends Omit<SimulationResult, 'plan'> {
  readonly seed: number;
  readonly nodes: number;
  /** Real time it took, on one core. */
  readonly elapsedMs: number;
}

export function reportOf(
  plan: Plan,
  mutantName: string | null,
  onTraceLine?: (line: string) => void,
): SeedReport {
  const mutant = mutantName === null ? null : (mutantNamed(mutantName) ?? null);
  const startedMs = performance.now();
  const { plan: _, ...result } = simulateWith(mutant, plan, onTraceLine === undefined ? {} : { onTraceLine });
  const elapsedMs = performance.now() - startedMs;
  const lastEvents = result.violation === null ? [] : result.lastEvents;
  return { ...result, lastEvents, seed: plan.seed, nodes: plan.nodes, elapsedMs };
}

export const runSeed = ({ seed, options, mutant }: SeedTask): SeedReport =>
  reportOf(drawPlan(seed, options), mutant);
