/**
 * All deliberate faults, by name.
 *
 * @module
 */
import { COMMIT_MUTANTS } from './commit-mutants.js';
import { DURABILITY_MUTANTS } from './durability-mutants.js';
import { ELECTION_MUTANTS } from './election-mutants.js';
import { LOG_MUTANTS } from './log-mutants.js';
import { MEMBERSHIP_MUTANTS } from './membership-mutants.js';
import type { Mutant } from './mutant.js';
import { READ_MUTANTS } from './read-mutants.js';
import { SESSION_MUTANTS } from './session-mutants.js';

export const MUTANTS: readonly Mutant[] = [
  ...ELECTION_MUTANTS,
  ...LOG_MUTANTS,
  ...COMMIT_MUTANTS,
  ...READ_MUTANTS,
  ...SESSION_MUTANTS,
  ...MEMBERSHIP_MUTANTS,
  ...DURABILITY_MUTANTS,
];

export const mutantNamed = (name: string): Mutant | undefined => MUTANTS.find(mutant => mutant.name === name);
