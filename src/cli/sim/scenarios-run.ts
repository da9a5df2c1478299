/**
 * `raftkv sim --scenario`: hand-written plans and what must come of them.
 *
 * @module
 */
import { mutantNamed } from '../../sim/mutants/table.js';
import { complaintsOf, type Scenario } from '../../sim/scenarios/scenario.js';
import { SCENARIOS, scenarioNamed } from '../../sim/scenarios/table.js';
import { simulateWith } from '../../sim/simulate-with.js';
import { EXIT_FAILED, InvalidOperation } from '../cli-error.js';
import { print, printJson } from '../terminal.js';
import type { SimFlags } from './flags.js';

export function runScenarios(flags: SimFlags, name: string): void {
  let failed = 0;
  const chosen = name === 'all' ? SCENARIOS : [theScenario(name)];
  for (const scenario of chosen) if (!runScenario(scenario, flags)) failed += 1;
  if (chosen.length > 1 && !flags.json) {
    print(`${chosen.length - failed} of ${chosen.length} scenarios passed`);
  }
  if (failed > 0) process.exitCode = EXIT_FAILED;
}

function theScenario(name: string): Scenario {
  const scenario = scenarioNamed(name);
  if (scenario !== undefined) return scenario;
  const names = SCENARIOS.map(known => known.name).join(' ');
  throw new InvalidOperation(`there is no scenario ${name}; expected all or one of ${names}`);
}

function runScenario(scenario: Scenario, flags: SimFlags): boolean {
  const mutant = flags.mutant === undefined ? null : (mutantNamed(flags.mutant) ?? null);
  const startedMs = performance.now();
  const result = simulateWith(mutant, scenario.plan);
  const elapsedMs = performance.now() - startedMs;
  const complaints = complaintsOf(scenario, result);
  const { name, story } = scenario;
  const { simulatedMs, operations, coverage, traceHash } = result;
  if (flags.json) {
    printJson({
      scenario: name,
      story,
      ok: complaints.length === 0,
      complaints,
      elapsedMs,
      simulatedMs,
      coverage,
    });
    return complaints.length === 0;
  }
  const count = (what: string): number => coverage[what] ?? 0;
  const served = `${count('operation-ok')} ok, ${count('operation-refused')} refused, ${count('operation-unknown')} unknown`;
  const seconds = (simulatedMs / 1000).toFixed(1);
  print(
    `${complaints.length === 0 ? 'PASS' : 'FAIL'} ${name}: ${seconds} s simulated, ${operations} operations (${served}), ` +
      `${count('leader-elected')} elections, trace ${traceHash}`,
  );
  if (chosenAlone(flags)) print(`  ${story}`);
  for (const complaint of complaints) print(`  ${complaint.split('\n').join('\n  ')}`);
  return complaints.length === 0;
}

const chosenAlone = ({ scenario }: SimFlags): boolean => scenario !== 'all';
