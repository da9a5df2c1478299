/**
 * Stores with a planted bug: the harness must say no and name the operations that prove it, and so must the expectations of a script
 * whose workload runs beside it.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { reportPage } from '../../src/harness/report/page.js';
import { type TestResult, TestRun } from '../../src/harness/test-run.js';
import type { WorkloadName } from '../../src/harness/workloads/table.js';
import { type Cluster, type ClusterOptions, startCluster } from '../../src/index.js';
import { eventually } from '../helpers/serve.js';
import { underTest } from './under-test.js';

const test = suite('planted bugs');

const folder = mkdtempSync(join(tmpdir(), 'raftkv-planted-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const SEED = 5;
/** Far more than it takes: one or two turns are. */
const MOST_TURNS = 60;

interface Hunt {
  readonly options: ClusterOptions;
  readonly workloads: readonly WorkloadName[];
  /** Commands beside the load: once, and then again and again until the expectation fails. */
  readonly once: readonly string[];
  readonly again: readonly string[];
  readonly expectation: string;
  /** Commands that end it. */
  readonly after: readonly string[];
}

interface Caught {
  readonly result: TestResult;
  /** What the expectation said was seen. */
  readonly seen: string;
}

const execute = async (cluster: Cluster, lines: readonly string[]): Promise<void> => {
  for (const line of lines) {
    const { kind, text } = await cluster.execute(line);
    assert.is(kind, 'done', `${line}: ${text}`);
  }
};

/** What is lost or stale must have been acknowledged first, by the test as well. */
const MORE_CALLS = 50;

async function untilItFails(cluster: Cluster, run: TestRun, hunt: Hunt): Promise<string> {
  const { once, again, expectation, after } = hunt;
  await execute(cluster, once);
  for (let turn = 0; turn < MOST_TURNS; turn++) {
    const before = run.load.counts().ok;
    await eventually('calls of the test', 60_000, async () =>
      run.load.counts().ok >= before + MORE_CALLS ? true : undefined,
    );
    await execute(cluster, again);
    const answer = await cluster.execute(expectation);
    if (answer.kind !== 'failed' || answer.code !== 'expectation-failed') continue;
    // A key that cannot be read yet is no loss.
    if (answer.text.includes('cannot be read')) continue;
    await execute(cluster, after);
    return answer.text;
  }
  throw new Error(`«${expectation}» held ${MOST_TURNS} times`);
}

async function hunted(hunt: Hunt): Promise<Caught> {
  const cluster = await startCluster({ ...hunt.options, seed: SEED });
  try {
    const run = new TestRun(await underTest(cluster), {
      clients: 8,
      seed: SEED,
      historyPath: join(folder, `history-${hunt.workloads.join('-')}.jsonl`),
      timeoutMs: 500,
      distribution: 'uniform',
      valueBytes: 16,
      faultIntervalMs: 500,
      convergeMs: 1_000,
      signal: new AbortController().signal,
      cleanUp: false,
    });
    const script = async (): Promise<string> => {
      try {
        return await untilItFails(cluster, run, hunt);
      } finally {
        run.load.stop();
      }
    };
    const phases = hunt.workloads.map(name => ({
      name,
      workloads: [name],
      readShare: 0.3,
      durationMs: 100_000,
      clients: 4,
    }));
    const [seen] = await Promise.all([script(), ...phases.map(phase => run.phase(phase))]);
    return { result: await run.finish(), seen };
  } finally {
    await cluster.stop();
  }
}

const page = (result: TestResult): string =>
  reportPage(
    { title: 'planted', command: 'x', store: 's', nodes: 3, clients: 8, seed: SEED, history: 'h' },
    result,
  );

test('a leader that answers reads without asking a majority', async () => {
  const { result, seen } = await hunted({
    options: { nodes: 3, testMutations: ['read-without-quorum'] },
    workloads: ['put', 'get'],
    // Its clock hardly moves, so that it does not notice that it was cut off.
    once: [
      'workload register clients 6 reads 0.8',
      'wait until leader within 20s',
      'let old = leader',
      'clock $old 0 0.001',
      'isolate $old',
      'wait until leader is not $old within 20s',
    ],
    again: ['wait 300ms'],
    expectation: 'expect linearizable',
    after: ['clock $old 0', 'heal'],
  });
  assert.is(result.ok, false);
  assert.is(result.check.verdict, 'not-linearizable');
  const [violation] = result.check.violations;
  assert.ok(
    violation?.operations.some(({ op }) => op === 'get'),
    violation?.explanation,
  );
  assert.ok(page(result).includes(`Key ${violation?.key}`));
  assert.match(
    seen,
    /^expected linearizable; seen: key ".*": not linearizable\..*nothing allows that client/,
  );
  assert.match(seen, /\n {2}client \d+ called get .*and was told/);
});

test('nodes that forget their log at a restart lose acknowledged writes', async () => {
  const { result, seen } = await hunted({
    options: { nodes: 3, testMutations: ['forget-at-restart'] },
    workloads: ['set-add', 'register'],
    once: ['workload set-add,register clients 4 reads 0.2'],
    // All of them: one that remembers and is elected brings back all but the last writes, which may be the script's only, or none.
    again: [
      'wait until leader within 20s',
      'wait 200ms',
      'kill all',
      'revive all',
      'wait until available within 20s',
    ],
    expectation: 'expect no acknowledged write lost',
    after: [],
  });
  assert.is(result.ok, false);
  assert.ok(result.lost.length > 0 || result.check.verdict === 'not-linearizable', result.reasons.join('; '));
  if (result.lost.length > 0) assert.ok(page(result).includes('acknowledged writes lost'));
  assert.match(seen, /^expected no acknowledged write lost; seen: \d+ acknowledged writes are lost\n/);
  assert.match(seen, /\n {2}client \d+: \w+ .* was acknowledged; /);
});

test.run();
