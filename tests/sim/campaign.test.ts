import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { type CampaignOptions, runCampaign } from '../../src/sim/campaign.js';
import { huntMutant } from '../../src/sim/hunt.js';
import { mutantNamed } from '../../src/sim/mutants/table.js';
import { failureText, repeatArguments, summaryText } from '../../src/sim/report-text.js';

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

test('vacuous runs do not count as passed, and holes are named', async () => {
  const { summary } = await runCampaign({
    ...OPTIONS,
    seeds: 2,
    plan: { safetyMs: 200, faults: ['crash'], allFaults: true },
  });
  assert.is(summary.vacuous, 2);
  assert.is(summary.passed, 0);
  assert.not.ok(summary.holes.includes('fault-pause'), 'a fault that was not asked for is no hole');
  const text = summaryText(summary);
  assert.match(text, /2 vacuous/);
  assert.match(text, /HOLES, never happened: /);
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
