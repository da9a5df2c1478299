/**
 * One run, perhaps with a deliberate fault.
 *
 * @module
 */
import { type Mutant, withMutant } from './mutants/mutant.js';
import type { Plan } from './plan.js';
import { type SimulationOptions, type SimulationResult, simulate } from './simulation.js';

export function simulateWith(
  mutant: Mutant | null,
  plan: Plan,
  options: Omit<SimulationOptions, 'mutations'> = {},
): SimulationResult {
  const mutation = mutant?.mutation;
  const mutations = new Set(mutation === undefined ? [] : [mutation]);
  return withMutant(mutant, () => simulate(plan, { ...options, mutations }));
}
