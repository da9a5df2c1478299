/**
 * The options of `raftkv sim`.
 *
 * @module
 */
import { availableParallelism } from 'node:os';
import { type Command, InvalidArgumentError } from 'commander';
import type { PlanOptions } from '../../sim/draw-plan.js';
import { MUTANTS, mutantNamed } from '../../sim/mutants/table.js';
import { FAULT_NAMES, type FaultName } from '../../sim/plan.js';
import { wholeNumber } from '../arguments.js';
import { InvalidOperation } from '../cli-error.js';

export interface SimFlags {
  readonly seeds?: number;
  readonly seed?: number;
  readonly from: number;
  readonly nodes?: number;
  readonly ops?: number;
  readonly seconds?: number;
  readonly faults?: readonly FaultName[];
  readonly allFaults?: true;
  readonly mutant?: string;
  readonly mutants?: true;
  readonly scenario?: string;
  readonly shrink?: true;
  readonly save?: string;
  readonly plan?: string;
  readonly trace?: string;
  readonly keepGoing?: true;
  readonly json?: true;
  readonly threads: number;
}

const MAX_SEED = 4_294_967_295;
const DEFAULT_SEEDS = 100;
/** All mutants are noticed within these. */
const MUTANT_SEEDS = 2000;
const MAX_SECONDS = 86_400;
const MAX_OPERATIONS = 100_000;

export const addFlags = (command: Command): Command =>
  command
    .option(
      '--seeds <count>',
      `run so many seeds (default: ${DEFAULT_SEEDS}; with --mutants at most ${MUTANT_SEEDS} for each)`,
      wholeNumber(1, MAX_SEED),
    )
    .option('--from <seed>', 'the first of them', wholeNumber(0, MAX_SEED), 1)
    .option('--seed <seed>', 'run this seed only', wholeNumber(0, MAX_SEED))
    .option('--nodes <count>', 'members at the beginning (default: drawn from the seed)', wholeNumber(1, 9))
    .option('--ops <rate>', 'operations per second (default: drawn)', wholeNumber(1, MAX_OPERATIONS))
    .option('--seconds <count>', 'simulated time with faults (default: 20)', wholeNumber(1, MAX_SECONDS))
    .option('--faults <list>', `kinds that may happen, of ${FAULT_NAMES.join(',')}; or none`, faultList)
    .option('--all-faults', 'every allowed kind in every run (default: a part drawn from the seed)')
    .option('--mutant <name>', 'break one rule, to see whether it is noticed', mutantName)
    .option('--mutants', 'break one rule after the other, each until it is noticed')
    .option('--scenario <name>', 'run a hand-written plan, or all of them')
    .option('--shrink', 'reduce what fails to a small plan that still fails')
    .option('--save <file>', 'write the plan (of what failed, or of --seed) to a file')
    .option('--plan <file>', 'run a saved plan')
    .option('--trace <file>', 'write every event of a single run to a file, as JSON lines')
    .option('--keep-going', 'do not stop at the first seed that fails')
    .option('--threads <count>', 'worker threads', wholeNumber(1, 256), availableParallelism())
    .option('--json', 'print one JSON object');

function faultList(text: string): readonly FaultName[] {
  if (text === 'none') return [];
  return text.split(',').map(name => {
    const found = FAULT_NAMES.find(fault => fault === name.trim());
    if (found === undefined) throw new InvalidArgumentError(`expected some of ${FAULT_NAMES.join(',')}`);
    return found;
  });
}

function mutantName(name: string): string {
  if (mutantNamed(name) !== undefined) return name;
  throw new InvalidArgumentError(`expected one of ${MUTANTS.map(mutant => mutant.name).join(', ')}`);
}

export const planOptionsOf = ({ nodes, ops, seconds, faults, allFaults }: SimFlags): PlanOptions => ({
  ...(nodes === undefined ? {} : { nodes }),
  ...(ops === undefined ? {} : { operationsPerSecond: ops }),
  ...(seconds === undefined ? {} : { safetyMs: seconds * 1000 }),
  ...(faults === undefined ? {} : { faults }),
  ...(allFaults === undefined ? {} : { allFaults }),
});

export const seedsOf = ({ seeds, mutants }: SimFlags): number =>
  seeds ?? (mutants ? MUTANT_SEEDS : DEFAULT_SEEDS);

/** @throws InvalidOperation for options that mean nothing together */
export function checkFlags(flags: SimFlags): void {
  const modes = ['seed', 'plan', 'mutants', 'scenario'] as const;
  const chosen = modes.filter(mode => flags[mode] !== undefined);
  if (chosen.length > 1) throw new InvalidOperation(`--${chosen.join(' and --')} exclude each other`);
  const isSingle = flags.seed !== undefined || flags.plan !== undefined;
  if (flags.trace !== undefined && !isSingle)
    throw new InvalidOperation('--trace needs --seed or --plan: it shows one run');
  if (flags.mutants && flags.mutant !== undefined)
    throw new InvalidOperation('--mutants runs all of them: leave --mutant out');
}
