/**
 * This build against an earlier one, in turn (A B A B … A) in one run: what a change was worth, and the regression guard of CI.
 *
 * Judged by CPU time an operation, which a busy machine disturbs less, and by time an operation. A loss fails only when a second
 * trial with fresh processes confirms it; a machine that is too busy to tell fails nothing.
 *
 * @module
 */
import { join, resolve } from 'node:path';
import { leaderPort } from '../cluster-leader.js';
import { buildEarlier, commitBefore, NoEarlierBuild } from '../earlier-build.js';
import type { BenchFlags, LoadKind } from '../flags.js';
import type { Plot } from '../plots.js';
import { type Judgement, judge } from '../regression.js';
import { keepResult, say } from '../results.js';
import { DEFAULT_LOAD, type MeasuredLoad, measureLoad } from '../run-load.js';
import { type Served, serve, THIS_BUILD } from '../serve.js';
import { showSpread, spreadOf } from '../spread.js';

const NODES = 3;
const PAIRS = 4;
const MEASURE_MS = 800;
const WARM_UP_MS = 300;
/** Both at once, before anything counts: each thread compiles what it runs. */
const COMPILE_MS = 2_000;

interface Comparison {
  readonly load: string;
  /** CPU time an operation. */
  readonly cpu: Judgement;
  /** Wall time an operation. */
  readonly time: Judgement;
  readonly ours: readonly MeasuredLoad[];
  readonly other: readonly MeasuredLoad[];
}

type Run = (load: LoadKind, durationMs: number) => Promise<MeasuredLoad>;

/** `flags.reference`: the earlier commit; `flags.build`: the output folder of another build instead. */
export async function benchCompare(flags: BenchFlags): Promise<void> {
  if (flags.build !== null) {
    await compareWith(resolve(flags.build), flags);
    return;
  }
  try {
    const reference = flags.reference ?? commitBefore();
    const startedAt = performance.now();
    const earlier = buildEarlier(reference);
    say(`built ${earlier.commit} in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
    try {
      await compareWith(earlier.folder, flags);
    } finally {
      earlier.remove();
    }
  } catch (error) {
    if (!(error instanceof NoEarlierBuild)) throw error;
    process.stdout.write(`nothing to compare with: ${error.message}\n`);
  }
}

async function compareWith(folder: string, flags: BenchFlags): Promise<void> {
  const program = join(folder, 'src/cli/main.js');
  const first = await trial(program, flags.loads, flags);
  const suspects = flags.loads.filter((_, i) => isSlower(first[i]));
  const confirmed: Comparison[] = [];
  if (suspects.length > 0) {
    say('a loss: tried again with fresh processes');
    const again = await trial(program, suspects, flags);
    confirmed.push(...again.filter(isSlower));
  }
  process.stdout.write(flags.json ? `${JSON.stringify(first)}\n` : `${first.map(show).join('\n')}\n`);
  say(`kept in ${keepResult('compare', first, plotsOf(first))}`);
  for (const row of confirmed) process.stdout.write(`slower, twice: ${show(row)}\n`);
  if (confirmed.length > 0) process.exitCode = 1;
}

const isSlower = (row: Comparison | undefined): boolean =>
  row?.cpu.verdict === 'slower' || row?.time.verdict === 'slower';

async function trial(
  program: string,
  loads: readonly LoadKind[],
  flags: BenchFlags,
): Promise<readonly Comparison[]> {
  const ours = await serve({ nodes: NODES, durable: true, portStart: flags.port, program: THIS_BUILD });
  try {
    const other = await serve({ nodes: NODES, durable: true, portStart: flags.port + NODES, program });
    try {
      return await alternate(runner(ours, flags), runner(other, flags), loads, flags);
    } finally {
      await other.stop();
    }
  } finally {
    await ours.stop();
  }
}

const runner =
  (served: Served, { connections }: BenchFlags): Run =>
  async ([command, pipeline], durationMs) => {
    const ports = [await leaderPort(served.ports)];
    const load = { ...DEFAULT_LOAD, ports, command, pipeline, connections, durationMs };
    return measureLoad([served.pid], { ...load, warmupMs: WARM_UP_MS });
  };

async function alternate(
  runOurs: Run,
  runOther: Run,
  loads: readonly LoadKind[],
  flags: BenchFlags,
): Promise<readonly Comparison[]> {
  const pairs = flags.roundsGiven ? flags.rounds : PAIRS;
  const durationMs = flags.secondsGiven ? flags.durationMs : MEASURE_MS;
  const rows: Comparison[] = [];
  for (const load of loads) {
    await Promise.all([runOurs(load, COMPILE_MS), runOther(load, COMPILE_MS)]);
    const ours: MeasuredLoad[] = [];
    const other: MeasuredLoad[] = [await runOther(load, durationMs)];
    for (let pair = 0; pair < pairs; pair++) {
      ours.push(await runOurs(load, durationMs));
      other.push(await runOther(load, durationMs));
    }
    const row = compare(`${load[0]} pipeline ${load[1]}`, ours, other);
    rows.push(row);
    say(show(row));
  }
  return rows;
}

function compare(load: string, ours: readonly MeasuredLoad[], other: readonly MeasuredLoad[]): Comparison {
  const judged = (figure: (load: MeasuredLoad) => number): Judgement =>
    judge({ ours: ours.map(figure), other: other.map(figure) });
  return {
    load,
    cpu: judged(({ cpuMicroseconds }) => cpuMicroseconds),
    time: judged(({ perSecond }) => 1 / Math.max(perSecond, Number.MIN_VALUE)),
    ours,
    other,
  };
}

const plotsOf = (rows: readonly Comparison[]): readonly Plot[] =>
  rows.map(({ load, ours, other }) => ({
    title: load,
    unit: 'CPU µs/operation',
    bars: [
      { name: 'this build', values: ours.map(({ cpuMicroseconds }) => cpuMicroseconds) },
      { name: 'the one before', values: other.map(({ cpuMicroseconds }) => cpuMicroseconds) },
    ],
  }));

function show({ load, cpu, time, ours, other }: Comparison): string {
  const micros = (loads: readonly MeasuredLoad[]): string =>
    spreadOf(loads.map(({ cpuMicroseconds }) => cpuMicroseconds)).median.toFixed(1);
  const one = (name: string, { ratio, noise, verdict }: Judgement): string =>
    `${name} ${showSpread(ratio, 2)} × (the same build differs by ${(noise * 100).toFixed(0)} %: ${WORDS[verdict]})`;
  return `${load}: ${one('CPU', cpu)}, ${micros(ours)} against ${micros(other)} µs/op; ${one('time', time)}`;
}

const WORDS: Readonly<Record<Judgement['verdict'], string>> = {
  fine: 'fine',
  slower: 'slower',
  'too-noisy': 'too noisy to judge',
};
