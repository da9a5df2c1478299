/** Stores with a planted bug: the harness must say no, and name the operations that prove it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { reportPage } from '../../src/harness/report/page.js';
import { type TestResult, TestRun } from '../../src/harness/test-run.js';
import type { WorkloadName } from '../../src/harness/workloads/table.js';
import { type Cluster, type ClusterOptions, startCluster } from '../../src/index.js';
import { underTest } from './under-test.js';

const test = suite('planted bugs');

const folder = mkdtempSync(join(tmpdir(), 'raftkv-planted-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

const SEED = 5;
const MOST_ROUNDS = 6;

/** Round after round of load with a fault beside it, until the harness says no. */
async function caught(
  options: ClusterOptions,
  workloads: readonly WorkloadName[],
  fault: (cluster: Cluster) => Promise<void>,
): Promise<TestResult> {
  for (let round = 0; ; round++) {
    const cluster = await startCluster({ ...options, seed: SEED + round });
    try {
      const run = new TestRun(await underTest(cluster), {
        clients: 12,
        seed: SEED + round,
        historyPath: join(folder, `history-${round}-${options.testMutations?.[0]}.jsonl`),
        timeoutMs: 500,
        distribution: 'uniform',
        valueBytes: 16,
        faultIntervalMs: 500,
        convergeMs: 3_000,
        signal: new AbortController().signal,
        cleanUp: false,
      });
      const phases = workloads.map(name => ({
        name,
        workloads: [name],
        readShare: 0.3,
        durationMs: 2_500,
        clients: 6,
      }));
      await Promise.all([...phases.map(phase => run.phase(phase)), fault(cluster)]);
      const result = await run.finish();
      const isCaught = result.lost.length > 0 || result.check.verdict === 'not-linearizable';
      if (isCaught || round === MOST_ROUNDS) return result;
    } finally {
      await cluster.stop();
    }
  }
}

const page = (result: TestResult): string =>
  reportPage(
    { title: 'planted', command: 'x', store: 's', nodes: 3, clients: 12, seed: SEED, history: 'h' },
    result,
  );

test('a leader that answers reads without asking a majority', async () => {
  const result = await caught(
    { nodes: 3, testMutations: ['read-without-quorum'] },
    ['put', 'get'],
    async cluster => {
      await cluster.execute('wait until leader within 2s');
      // Its clock is slow, so that it notices late that it was cut off.
      await cluster.execute('clock leader 0 0.2');
      await cluster.execute('isolate leader');
      await cluster.execute('wait 1500ms');
    },
  );
  assert.is(result.ok, false);
  assert.is(result.check.verdict, 'not-linearizable');
  const [violation] = result.check.violations;
  assert.ok(
    violation?.operations.some(({ op }) => op === 'get'),
    violation?.explanation,
  );
  assert.ok(page(result).includes(`Key ${violation?.key}`));
});

test('nodes that forget their log at a restart lose acknowledged writes', async () => {
  const result = await caught(
    { nodes: 3, testMutations: ['forget-at-restart'] },
    ['set-add', 'register'],
    async cluster => {
      for (let turn = 0; turn < 2; turn++) {
        await cluster.execute('wait until leader within 2s');
        await cluster.execute('wait 500ms');
        await cluster.execute('kill random 2');
        await cluster.execute('revive all');
      }
    },
  );
  assert.is(result.ok, false);
  assert.ok(result.lost.length > 0 || result.check.verdict === 'not-linearizable', result.reasons.join('; '));
  if (result.lost.length > 0) assert.ok(page(result).includes('acknowledged writes lost'));
});

test.run();
