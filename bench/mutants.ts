/**
 * `npm run mutants [-- --seeds N] [--all-faults] [--only NAME,…] [--write]`: hunts every deliberate fault with the seeds of the
 * simulator, prints which seed caught it, and with `--write` puts the table into `docs/simulator.md`. Exit 1 when one was not caught.
 *
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { type Hunt, huntMutant } from '../src/sim/hunt.js';
import type { Mutant } from '../src/sim/mutants/mutant.js';
import { MUTANTS, mutantNamed } from '../src/sim/mutants/table.js';

const BEGIN = '<!-- mutants: begin -->';
const END = '<!-- mutants: end -->';
const PAGE = new URL('../../docs/simulator.md', import.meta.url);

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    threads: { type: 'string', default: String(availableParallelism()) },
    'all-faults': { type: 'boolean', default: false },
    only: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
const seeds = Number(values.seeds);
const threads = Number(values.threads);
const allFaults = values['all-faults'];
const chosen = values.only?.split(',').map(named) ?? MUTANTS;
const command = ['npm run mutants --', `--seeds ${seeds}`, ...(allFaults ? ['--all-faults'] : [])].join(' ');

const rows: string[] = [];
const survivors: string[] = [];
for (const mutant of chosen) {
  const hunt = await huntMutant(mutant, { firstSeed: 1, seeds, threads, plan: { allFaults } });
  rows.push(rowOf(hunt));
  if (hunt.caught === null) survivors.push(mutant.name);
  process.stdout.write(`${rows.at(-1)}\n`);
}
if (values.write) writeTable();
process.stdout.write(`${chosen.length - survivors.length} of ${chosen.length} mutants caught\n`);
if (survivors.length > 0) {
  process.stdout.write(`not caught in ${seeds} seeds: ${survivors.join(' ')}\n`);
  process.exitCode = 1;
}

function named(name: string): Mutant {
  const mutant = mutantNamed(name);
  if (mutant === undefined) throw new Error(`there is no mutant ${name}`);
  return mutant;
}

function rowOf({ mutant, caught, simulatedMs }: Hunt): string {
  const how =
    caught === null
      ? `not in ${seeds} seeds | – | –`
      : `${caught.seed} | ${(caught.atMs / 1000).toFixed(1)} s (${(simulatedMs / 1000).toFixed(0)} s) | ${caught.kind}`;
  return `| \`${mutant.name}\` | ${mutant.breaks} | ${mutant.source} | ${how} |`;
}

function writeTable(): void {
  const page = readFileSync(PAGE, 'utf8');
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) throw new Error('the page has no place for the table');
  const head = '| mutant | what it does wrong | rule or known bug | seed | caught at | as |';
  const caption = `${rows.length - survivors.length} of ${rows.length} caught by \`${command}\`:`;
  const table = [caption, '', head, '|---|---|---|---|---|---|', ...rows].join('\n');
  writeFileSync(PAGE, `${page.slice(0, begin)}${BEGIN}\n\n${table}\n\n${page.slice(end)}`);
}
