/**
 * Every scenario ends as it says, and has what it expects of it in its own faults.
 *
 * @module
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { complaintsOf } from '../../src/sim/scenarios/scenario.js';
import { SCENARIOS } from '../../src/sim/scenarios/table.js';
import { simulate } from '../../src/sim/simulation.js';

for (const scenario of SCENARIOS) {
  test(`${scenario.name}: ${scenario.story}`, () => {
    const complaints = complaintsOf(scenario, simulate(scenario.plan));
    assert.equal(complaints, []);
  });
}

test('a scenario in which too little or too much happens fails', () => {
  const [calm] = SCENARIOS;
  assert.ok(calm);
  const result = simulate(calm.plan);
  assert.equal(complaintsOf({ ...calm, atLeast: { 'fault-crash': 1 } }, result), [
    'fault-crash 0×, expected at least 1',
  ]);
  const served = result.coverage['operation-ok'];
  assert.equal(complaintsOf({ ...calm, atMost: { 'operation-ok': 10 } }, result), [
    `operation-ok ${served}×, expected at most 10`,
  ]);
});

test.run();
