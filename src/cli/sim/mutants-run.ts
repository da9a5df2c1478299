/**
 * `raftkv sim --mutants`: every deliberate fault, and the seed that catches it.
 *
 * @module
 */
import { type Hunt, huntMutant } from '../../sim/hunt.js';
import { MUTANTS } from '../../sim/mutants/table.js';
import { EXIT_FAILED } from '../cli-error.js';
import { print, printJson } from '../terminal.js';
import { planOptionsOf, type SimFlags, seedsOf } from './flags.js';
import { Progress } from './progress.js';

export async function runMutants(flags: SimFlags): Promise<void> {
  const progress = new Progress(MUTANTS.length);
  const hunts: Hunt[] = [];
  for (const mutant of MUTANTS) {
    const hunt = await huntMutant(mutant, {
      firstSeed: flags.from,
      seeds: seedsOf(flags),
      threads: flags.threads,
      plan: planOptionsOf(flags),
    });
    hunts.push(hunt);
    if (!flags.json) {
      progress.end();
      print(huntText(hunt));
    }
    progress.show(hunts.length);
  }
  progress.end();
  const survivors = hunts.filter(({ caught }) => caught === null).map(({ mutant }) => mutant.name);
  if (flags.json) printJson(hunts.map(({ mutant, ...rest }) => ({ mutant: mutant.name, ...rest })));
  else {
    print(`${hunts.length - survivors.length} of ${hunts.length} mutants caught`);
    if (survivors.length > 0) print(`not caught: ${survivors.join(' ')}`);
  }
  if (survivors.length > 0) process.exitCode = EXIT_FAILED;
}

function huntText({ mutant, caught, runs, simulatedMs, elapsedMs }: Hunt): string {
  const name = mutant.name.padEnd(34);
  const cost = `${(simulatedMs / 1000).toFixed(0)} s simulated, ${(elapsedMs / 1000).toFixed(1)} s real`;
  if (caught === null) return `SURVIVED ${name} ${runs} seeds, ${cost}`;
  const at = (caught.atMs / 1000).toFixed(1);
  return `caught   ${name} seed ${caught.seed}, ${caught.kind} at ${at} s (${cost})`;
}
