/**
 * All scenarios, by name.
 *
 * @module
 */
import { ELECTION_SCENARIOS } from './elections.js';
import { LOG_SCENARIOS } from './logs.js';
import { MEMBERSHIP_SCENARIOS } from './memberships.js';
import { READ_SCENARIOS } from './reads.js';
import type { Scenario } from './scenario.js';
import { SNAPSHOT_SCENARIOS } from './snapshots.js';

export const SCENARIOS: readonly Scenario[] = [
  ...ELECTION_SCENARIOS,
  ...LOG_SCENARIOS,
  ...SNAPSHOT_SCENARIOS,
  ...MEMBERSHIP_SCENARIOS,
  ...READ_SCENARIOS,
];

export const scenarioNamed = (name: string): Scenario | undefined =>
  SCENARIOS.find(scenario => scenario.name === name);
