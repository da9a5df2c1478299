import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { drawPlan } from '../../src/sim/draw-plan.js';
import { mutantNamed } from '../../src/sim/mutants/table.js';
import type { Plan } from '../../src/sim/plan.js';
import { formatPlan, parsePlan } from '../../src/sim/plan-file.js';
import { shrinkPlan } from '../../src/sim/shrink.js';
import { simulateWith } from '../../src/sim/simulate-with.js';
import type { SimulationResult } from '../../src/sim/simulation.js';

const mutant = mutantNamed('vote-not-stored') ?? null;

function failingPlan(): Plan {
  for (let seed = 1; seed <= 20; seed += 1) {
    const plan = drawPlan(seed, { allFaults: true });
    if (simulateWith(mutant, plan).violation?.kind === 'vote-changed') return plan;
  }
  throw new Error('no seed fails');
}

const shrink = (plan: Plan, maxRuns: number) =>
  shrinkPlan(plan, { run: candidate => simulateWith(mutant, candidate), maxRuns });

test('a failing plan becomes a small one that fails in the same way', () => {
  const plan = failingPlan();
  const shrunk = shrink(plan, 150);
  assert.ok(shrunk);
  assert.is(shrunk.result.violation?.kind, 'vote-changed');
  assert.ok(plan.faults.length > 10, 'there was something to remove');
  assert.ok(shrunk.plan.faults.length <= 2, `${shrunk.plan.faults.length} faults are left`);
  assert.ok(shrunk.plan.safetyMs < plan.safetyMs);
  assert.ok(shrunk.plan.workload.clients <= plan.workload.clients);
  assert.ok(shrunk.runs <= 150);
  const again = parsePlan(formatPlan({ plan: shrunk.plan, mutant: 'vote-not-stored' }));
  assert.is(simulateWith(mutant, again.plan).traceHash, shrunk.result.traceHash);
});

test('shrinking is deterministic', () => {
  const plan = failingPlan();
  assert.equal(shrink(plan, 40)?.plan, shrink(plan, 40)?.plan);
});

test('limits of runs and of time are kept', () => {
  const plan = failingPlan();
  assert.is(shrink(plan, 5)?.runs, 5);
  const late = shrinkPlan(plan, {
    run: candidate => simulateWith(mutant, candidate),
    maxRuns: 100,
    isLate: () => true,
  });
  assert.is(late?.runs, 1);
  assert.is(late?.isMinimal, false);
});

test('a plan that breaks nothing is not shrunk', () => {
  const plan = drawPlan(1, { faults: [], safetyMs: 3000 });
  assert.is(shrinkPlan(plan, { run: candidate => simulateWith(null, candidate), maxRuns: 10 }), null);
});

test('another kind of violation is not what was looked for', () => {
  const plan = drawPlan(2, { allFaults: true });
  const broken = (kind: 'no-progress' | 'alarm', candidate: Plan): SimulationResult => ({
    ...fake(candidate),
    violation: { kind, atMs: 100, message: 'made up' },
  });
  const shrunk = shrinkPlan(plan, {
    run: candidate => broken(candidate.faults.length > 4 ? 'alarm' : 'no-progress', candidate),
    maxRuns: 500,
  });
  assert.is(shrunk?.plan.faults.length, 5);
});

const fake = (plan: Plan): SimulationResult => ({
  plan,
  violation: null,
  vacuous: null,
  simulatedMs: 0,
  events: 0,
  checks: 0,
  operations: 0,
  traceHash: '',
  coverage: {},
  lastEvents: [],
});

test.run();
