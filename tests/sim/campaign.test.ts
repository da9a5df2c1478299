import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type CampaignOptions, runCampaign } from '../../src/sim/campaign.js';
import { huntMutant } from '../../src/sim/hunt.js';
import { mutantNamed } from '../../src/sim/mutants/table.js';
import { failureText, repeatArguments, summaryText } from '../../src/sim/report-text.js';
import type { SeedReport } from '../../src/sim/seed-report.js';
import { Tally } from '../../src/sim/tally.js';

const OPTIONS: CampaignOptions = {
  firstSeed: 1,
  seeds: 8,
  plan: { safetyMs: 3000 },
  mutant: null,
  threads: 2,
};

test('threads do not change the results', async () => {
  const hashes = async (threads: number): Promise<readonly string[]> => {
    const found = new Map<number, string>();
    const { summary } = await runCampaign({
      ...OPTIONS,
      threads,
      onReport: report => found.set(report.seed, report.traceHash),
    });
    assert.is(summary.runs, 8);
    assert.is(summary.failed, 0);
    assert.is(summary.passed + summary.vacuous, 8);
    return [...found].sort(([a], [b]) => a - b).map(([, hash]) => hash);
  };
  assert.equal(await hashes(1), await hashes(3));
});

test('a campaign stops at the lowest seed that fails, and its words repeat it', async () => {
  const plan = { safetyMs: 4000, nodes: 3 };
  const { failures, summary } = await runCampaign({
    ...OPTIONS,
    seeds: 60,
    plan,
    mutant: 'commit-without-quorum',
  });
  const [first] = failures;
  assert.ok(first);
  assert.ok(summary.runs < 60, 'it did not go on to the end');
  const repeat = repeatArguments(first.seed, plan, 'commit-without-quorum');
  assert.is(repeat, `--seed ${first.seed} --nodes 3 --seconds 4 --mutant commit-without-quorum`);
  const text = failureText(first, repeat);
  assert.ok(text.includes(`seed ${first.seed}`) && text.includes(first.violation?.kind ?? '?'));
  assert.ok(first.lastEvents.length > 0);
});

const QUIET: SeedReport = {
  seed: 1,
  nodes: 3,
  violation: null,
  vacuous: null,
  simulatedMs: 3000,
  events: 10,
  checks: 5,
  operations: 2,
  traceHash: '',
  coverage: { 'fault-crash': 2, 'leader-elected': 1 },
  lastEvents: [],
  elapsedMs: 2,
};

test('vacuous runs do not count as passed, and holes are named', () => {
  const tally = new Tally();
  tally.add(QUIET);
  tally.add({ ...QUIET, vacuous: 'no get was acknowledged' });
  tally.add({ ...QUIET, violation: { kind: 'alarm', atMs: 1, message: 'made up' } });
  const summary = tally.summary(['crash', 'clock']);
  assert.is(summary.passed, 1);
  assert.is(summary.vacuous, 1);
  assert.is(summary.failed, 1);
  assert.ok(summary.holes.includes('fault-clock'), 'it was asked for and never happened');
  assert.not.ok(summary.holes.includes('fault-pause'), 'a fault that was not asked for is no hole');
  assert.not.ok(summary.holes.includes('fault-crash'));
  const text = summaryText(summary);
  assert.match(text, /3 runs: 1 passed, 1 failed, 1 vacuous \(not counted as passed: no get/);
  assert.match(text, /HOLES, never happened: .*fault-clock/);
  assert.match(text, /1500 simulated seconds per real second and core/);
});

test('a hunt tells which seed caught a mutant', async () => {
  const mutant = mutantNamed('duplicates-executed');
  assert.ok(mutant);
  const hunt = await huntMutant(mutant, { firstSeed: 1, seeds: 30, threads: 2, plan: {} });
  assert.is(hunt.caught?.kind, 'applied-twice');
  assert.ok(hunt.runs <= 30);
});

test('a campaign can be cancelled', async () => {
  const { summary } = await runCampaign({ ...OPTIONS, seeds: 1000, cancelled: () => true });
  assert.is(summary.runs, 0);
});

test.run();
