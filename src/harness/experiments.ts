/**
 * The tests by name: what load runs in which phases, and what is done to the cluster beside it.
 *
 * @module
 */
import type { ObservedStatus } from './cluster-under-test.js';
import type { PhaseOptions } from './load.js';
import { lengthOf, measureHistory, quantile } from './measure.js';
import type { ExperimentTable, TestResult, TestRun } from './test-run.js';
import type { WorkloadName } from './workloads/table.js';

export interface ExperimentOptions {
  readonly durationMs: number;
  /** Share of reads in the mixed phase. */
  readonly readShare: number;
  /** Of the mixed phase. */
  readonly workloads: readonly WorkloadName[];
  readonly rate?: number;
  /** kill-nodes: how many are killed; left out: one after the other, up to the largest minority. */
  readonly kill?: number;
}

export const EXPERIMENTS = ['static', 'dynamic', 'kill-leader', 'value-size', 'kill-nodes'] as const;
export type ExperimentName = (typeof EXPERIMENTS)[number];

/** @throws RangeError where the store takes no faults and the experiment is made of them */
export async function runExperiment(
  name: ExperimentName,
  run: TestRun,
  options: ExperimentOptions,
): Promise<TestResult> {
  if (run.nemesis === null && name !== 'static' && name !== 'value-size') {
    throw new RangeError(`${name} needs a cluster that takes commands; this store can only be loaded`);
  }
  switch (name) {
    case 'static':
      await runPhases(run, options);
      return run.finish();
    case 'dynamic':
      return runDynamic(run, options);
    case 'kill-leader':
      return runKillLeader(run, options);
    case 'value-size':
      return runValueSizes(run, options);
    case 'kill-nodes':
      return runKillNodes(run, options);
  }
}

/** Shares of the time. */
const PHASES: readonly { readonly name: string; readonly share: number }[] = [
  { name: 'put', share: 0.15 },
  { name: 'get', share: 0.1 },
  { name: 'put-then-get', share: 0.15 },
  { name: 'mixed', share: 0.6 },
];

function phaseOf(name: string, durationMs: number, options: ExperimentOptions): PhaseOptions {
  const workloads: readonly WorkloadName[] =
    name === 'put' || name === 'get' || name === 'put-then-get' ? [name] : options.workloads;
  const { readShare, rate } = options;
  return { name, workloads, durationMs, readShare, ...(rate === undefined ? {} : { rate }) };
}

async function runPhases(run: TestRun, options: ExperimentOptions): Promise<void> {
  for (const { name, share } of PHASES) await run.phase(phaseOf(name, options.durationMs * share, options));
}

async function runDynamic(run: TestRun, options: ExperimentOptions): Promise<TestResult> {
  const { signal } = run.options;
  await Promise.all([runPhases(run, options), run.nemesis?.run(options.durationMs, signal)]);
  return run.finish();
}

const statusOf = async (run: TestRun): Promise<ObservedStatus | null> =>
  (await run.cluster.controls?.status()) ?? null;

const POLL_MS = 10;
const LEADER_WITHIN_MS = 15_000;

/** The first status that answers `ready`, and how long it took; null after the time limit. */
async function waitForStatus(
  run: TestRun,
  ready: (status: ObservedStatus) => boolean,
): Promise<{ readonly status: ObservedStatus; readonly elapsedMs: number } | null> {
  const startedAt = run.nowMs();
  while (run.nowMs() - startedAt < LEADER_WITHIN_MS && !run.options.signal.aborted) {
    const status = await statusOf(run);
    if (status !== null && ready(status)) return { status, elapsedMs: run.nowMs() - startedAt };
    await run.pause(POLL_MS);
  }
  return null;
}

/** A gap that begins later has another cause. */
const GAP_WITHIN_MS = 2_000;

const round1 = (value: number): number => Math.round(value * 10) / 10;

/** Kills the leader again and again: how long until there is another, and until something is acknowledged again. */
async function runKillLeader(run: TestRun, options: ExperimentOptions): Promise<TestResult> {
  const rows: { old: number; new: number; electionMs: number; fromMs: number }[] = [];
  const killing = async (): Promise<void> => {
    const endsAt = run.nowMs() + options.durationMs;
    await run.pause(500);
    while (run.nowMs() < endsAt - 1_000 && !run.options.signal.aborted) {
      const before = (await waitForStatus(run, ({ leader }) => leader !== null))?.status;
      if (before?.leader === null || before === undefined) break;
      const old = before.leader;
      const fromMs = run.nowMs();
      await run.nemesis?.during('kill', `kill ${old}`, async () => {
        const after = await waitForStatus(run, ({ leader, term }) => leader !== null && term > before.term);
        if (after === null)
          run.fail(`no leader within ${LEADER_WITHIN_MS / 1000} s after node ${old} was killed`);
        else rows.push({ old, new: after.status.leader ?? -1, electionMs: after.elapsedMs, fromMs });
        await run.pause(300);
      });
      await run.pause(Math.min(1_500, Math.max(0, endsAt - run.nowMs())));
    }
  };
  await run.phase(phaseOf('mixed', options.durationMs, options), killing);
  const result = await run.finish();
  /** The longest gap that began within two seconds of the kill. */
  const gapAfter = (fromMs: number): number =>
    Math.max(
      0,
      ...result.measurements.gaps
        .filter(gap => gap.toMs > fromMs && gap.fromMs < fromMs + GAP_WITHIN_MS)
        .map(lengthOf),
    );
  const table: ExperimentTable = {
    title: 'Leader killed',
    columns: ['round', 'killed', 'new leader', 'election ms', 'gap ms'],
    rows: rows.map((row, index) => [
      index + 1,
      row.old,
      row.new,
      round1(row.electionMs),
      round1(gapAfter(row.fromMs)),
    ]),
  };
  return { ...result, table };
}

const VALUE_SIZES = [16, 256, 4_096, 65_536, 1_048_576] as const;

async function runValueSizes(run: TestRun, options: ExperimentOptions): Promise<TestResult> {
  const durationMs = options.durationMs / VALUE_SIZES.length;
  for (const bytes of VALUE_SIZES) {
    const phase = phaseOf('put-then-get', durationMs, options);
    await run.phase({ ...phase, name: `${bytes} bytes`, valueBytes: bytes });
  }
  const result = await run.finish();
  const rows = VALUE_SIZES.map(bytes => {
    const operations = phaseNamed(result, `${bytes} bytes`);
    const put = operations.find(({ op }) => op === 'put');
    const get = operations.find(({ op }) => op === 'get');
    const perSecond = (count = 0): number => Math.round(count / (durationMs / 1000));
    const speed = [perSecond(put?.ok), round1(put?.p50Ms ?? 0), round1(put?.p99Ms ?? 0)];
    return [bytes, ...speed, perSecond(get?.ok), round1(get?.p50Ms ?? 0), round1(get?.p99Ms ?? 0)];
  });
  const columns = ['bytes', 'puts/s', 'put p50 ms', 'put p99 ms', 'gets/s', 'get p50 ms', 'get p99 ms'];
  return { ...result, table: { title: 'Value size', columns, rows } };
}

const phaseNamed = (result: TestResult, name: string) =>
  result.measurements.byPhase.find(({ phase }) => phase === name)?.operations ?? [];

/** Kills nodes one after the other, with load; what a majority carries must go on. */
async function runKillNodes(run: TestRun, options: ExperimentOptions): Promise<TestResult> {
  const size = run.cluster.nodes.length;
  const minority = Math.floor((size - 1) / 2);
  const most = Math.min(options.kill ?? minority, size - 1);
  const stepMs = options.durationMs / (most + 1);
  const rows: (readonly (string | number)[])[] = [];
  const killedAtMs: number[] = [];
  for (let dead = 0; dead <= most && !run.options.signal.aborted; dead++) {
    if (dead > 0) {
      killedAtMs.push(run.nowMs());
      await run.cluster.controls?.execute('kill random');
    }
    const name = `${dead} of ${size} dead`;
    await run.phase({ ...phaseOf('mixed', stepMs, options), name });
    const { ok, p50Ms, p99Ms, failed, unknown } = await phaseTotals(run, name);
    const serves = dead <= minority;
    if (serves && ok === 0) run.fail(`nothing was acknowledged with ${dead} of ${size} nodes dead`);
    rows.push([dead, Math.round(ok / (stepMs / 1000)), round1(p50Ms), round1(p99Ms), failed, unknown]);
  }
  for (const fromMs of killedAtMs) {
    run.nemesis?.record({ kind: 'kill', line: 'kill random', fromMs, toMs: run.nowMs() });
  }
  const columns = ['dead', 'acknowledged/s', 'p50 ms', 'p99 ms', 'refused', 'unknown'];
  return run.finish({ title: `Nodes killed, of ${size}`, columns, rows });
}

async function phaseTotals(run: TestRun, name: string) {
  const { byPhase } = measureHistory(run.options.historyPath, run.nowMs());
  const operations = byPhase.find(({ phase }) => phase === name)?.operations ?? [];
  const sum = (of: (counts: (typeof operations)[number]) => number): number =>
    operations.reduce((total, counts) => total + of(counts), 0);
  const medians = operations.filter(({ ok }) => ok > 0).map(({ p50Ms }) => p50Ms);
  return {
    ok: sum(({ ok }) => ok),
    failed: sum(({ failed }) => failed),
    unknown: sum(({ unknown }) => unknown),
    p50Ms: quantile(
      medians.sort((a, b) => a - b),
      0.5,
    ),
    p99Ms: Math.max(0, ...operations.map(({ p99Ms }) => p99Ms)),
  };
}
