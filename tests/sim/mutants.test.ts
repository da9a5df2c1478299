/**
 * The mutants are real and are noticed. All of them are hunted by `raftkv sim --mutants`; here those that fall at once.
 *
 * @module
 */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { drawPlan } from '../../src/sim/draw-plan.js';
import { withMutant } from '../../src/sim/mutants/mutant.js';
import { MUTANTS, mutantNamed } from '../../src/sim/mutants/table.js';
import { simulateWith } from '../../src/sim/simulate-with.js';
import { simulate } from '../../src/sim/simulation.js';

/** Enough for each of these, and few enough for a test. */
const SEEDS = 24;

function caughtAs(name: string): string {
  const mutant = mutantNamed(name);
  assert.ok(mutant, name);
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const { violation } = simulateWith(mutant, drawPlan(seed));
    if (violation !== null) return violation.kind;
  }
  return 'nothing';
}

const FAST: readonly (readonly [string, readonly string[]])[] = [
  ['vote-before-sync', ['election-not-durable']],
  ['own-vote-before-sync', ['election-not-durable']],
  ['vote-not-stored', ['vote-changed']],
  ['election-by-half', ['election-not-durable', 'election-safety', 'leader-completeness']],
  ['leader-counts-itself-before-sync', ['commit-not-durable']],
  ['commit-without-quorum', ['commit-not-durable', 'leader-completeness']],
  ['truncate-on-any-append', ['committed-entry-truncated', 'commit-not-durable']],
  ['read-before-apply', ['not-linearizable']],
  ['session-command-twice', ['token-twice', 'not-linearizable']],
  ['duplicates-executed', ['applied-twice']],
  ['timeout-means-refused', ['not-linearizable']],
  ['directory-not-synced', ['acknowledged-entry-lost', 'alarm', 'term-went-back', 'vote-changed']],
];

for (const [name, kinds] of FAST) {
  test(`${name} is noticed as ${kinds.join(' or ')}`, () => {
    const kind = caughtAs(name);
    assert.ok(kinds.includes(kind), `noticed as ${kind}`);
  });
}

test('a mutant is gone when its run is over', () => {
  const plan = drawPlan(4, { safetyMs: 4000 });
  const before = simulate(plan).traceHash;
  for (const mutant of MUTANTS) {
    try {
      withMutant(mutant, () => {
        throw new Error('a run that fails');
      });
    } catch {
      // Its patches must be undone all the same.
    }
  }
  assert.is(simulate(plan).traceHash, before);
});

test('there are enough of them, each with a name of its own and a source', () => {
  assert.ok(MUTANTS.length >= 24);
  assert.is(new Set(MUTANTS.map(({ name }) => name)).size, MUTANTS.length);
  for (const { name, breaks, source, mutation, install } of MUTANTS) {
    assert.ok(breaks.length > 20 && source.length > 5, name);
    assert.is((mutation === undefined) !== (install === undefined), true, `${name} breaks one thing`);
  }
});

test.run();
