import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { drawPlan } from '../../src/sim/draw-plan.js';
import { FAULT_NAMES } from '../../src/sim/plan.js';
import { formatPlan, PlanFileError, parsePlan } from '../../src/sim/plan-file.js';
import { simulate } from '../../src/sim/simulation.js';

test('a saved plan is read back as it was, whatever faults it has', () => {
  const seen = new Set<string>();
  for (let seed = 1; seed <= 30; seed += 1) {
    const plan = drawPlan(seed, { allFaults: true });
    for (const { kind } of plan.faults) seen.add(kind);
    assert.equal(parsePlan(formatPlan({ plan, mutant: null })), { plan, mutant: null });
  }
  assert.equal([...seen].sort(), [...FAULT_NAMES].sort());
  const plan = drawPlan(1, { faults: [] });
  assert.equal(parsePlan(formatPlan({ plan, mutant: 'commit-old-term' })), {
    plan,
    mutant: 'commit-old-term',
  });
});

test('a plan that was saved and read plays the same events', () => {
  const plan = drawPlan(12, { safetyMs: 5000, allFaults: true });
  const read = parsePlan(formatPlan({ plan, mutant: null })).plan;
  assert.is(simulate(read).traceHash, simulate(plan).traceHash);
});

test('what is wrong in a plan is named', () => {
  const text = formatPlan({ plan: drawPlan(3, { faults: ['crash'], allFaults: true }), mutant: null });
  const wrong: readonly (readonly [string, string, string])[] = [
    ['{', '', 'not JSON'],
    ['"nodes": ', '"nodes": -', 'plan.nodes'],
    ['"kind":"crash"', '"kind":"crush"', 'plan.faults[0].kind'],
    ['"seed": ', '"seed": 0.5, "old": ', 'plan.seed'],
    ['"healOnlyQuorum": ', '"healOnlyQuorum": 1, "old": ', 'plan.healOnlyQuorum'],
    ['"nodes":[', '"nodes":[99,', 'plan.faults[0].nodes'],
    ['"version": 1', '"version": 2', 'version'],
  ];
  for (const [good, bad, named] of wrong) {
    assert.ok(text.includes(good), good);
    try {
      parsePlan(text.replace(good, bad));
      assert.unreachable(`accepted ${bad}`);
    } catch (error) {
      assert.instance(error, PlanFileError);
      assert.ok(String(error).includes(named), `${error} does not name ${named}`);
    }
  }
});

test.run();
