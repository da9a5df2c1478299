/**
 * `raftkv sim`: deterministic simulation of whole clusters.
 *
 * @module
 */
import { Command } from 'commander';
import { runSeeds } from './sim/campaign-run.js';
import { addFlags, checkFlags, type SimFlags } from './sim/flags.js';
import { runMutants } from './sim/mutants-run.js';
import { runScenarios } from './sim/scenarios-run.js';
import { runSingle } from './sim/single-run.js';

export const simCommand = (): Command =>
  addFlags(
    new Command('sim').description(
      'Simulate clusters under faults; a seed decides everything. Exit 1 with what broke, else 0.',
    ),
  ).action(run);

const run = async (flags: SimFlags): Promise<void> => {
  checkFlags(flags);
  if (flags.mutants) await runMutants(flags);
  else if (flags.scenario !== undefined) runScenarios(flags, flags.scenario);
  else if (flags.seed !== undefined || flags.plan !== undefined) runSingle(flags);
  else await runSeeds(flags);
};
