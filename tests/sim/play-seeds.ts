/**
 * Plays seeds and demands that they pass and prove something.
 *
 * @module
 */
import * as assert from 'uvu/assert';
import { drawPlan } from '../../src/sim/draw-plan.js';
import { FAULT_NAMES } from '../../src/sim/plan.js';
import { failureText, repeatArguments } from '../../src/sim/report-text.js';
import { reportOf } from '../../src/sim/seed-report.js';
import { Tally } from '../../src/sim/tally.js';

/** Shorter than by default, so that a hundred of them fit into a test run. */
const OPTIONS = { safetyMs: 10_000 };
/** A run in which a drawn fault found no target proves less; most runs must prove all they set out to. */
const MOST_VACUOUS = 0.2;

export function playSeeds(first: number, last: number): void {
  const tally = new Tally();
  for (let seed = first; seed <= last; seed += 1) {
    const report = reportOf(drawPlan(seed, OPTIONS), null);
    tally.add(report);
    if (report.violation !== null) {
      assert.unreachable(failureText(report, repeatArguments(seed, OPTIONS, null)));
    }
  }
  const { runs, vacuous, holes } = tally.summary(FAULT_NAMES);
  assert.is(runs, last - first + 1);
  assert.ok(vacuous < runs * MOST_VACUOUS, `${vacuous} of ${runs} runs were vacuous`);
  assert.equal(holes, [], 'something that should happen never did');
}
