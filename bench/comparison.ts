/**
 * Two stores under the same loads in turn (B A B A … B) in one run.
 *
 * Judged by CPU time an operation, which a busy machine disturbs less, and by time an operation.
 *
 * @module
 */
import { leaderPort } from './cluster-leader.js';
import type { BenchFlags, LoadKind } from './flags.js';
import type { Plot } from './plots.js';
import { type Judgement, judge } from './regression.js';
import { say } from './results.js';
import { DEFAULT_LOAD, type MeasuredLoad, measureLoad } from './run-load.js';
import { type Served, type ServeOptions, serve } from './serve.js';
import { showSpread, spreadOf } from './spread.js';

const PAIRS = 4;
const MEASURE_MS = 800;
const WARM_UP_MS = 300;
/** Both at once, before anything counts: each thread compiles what it runs. */
const COMPILE_MS = 2_000;

export interface Comparison {
  readonly load: string;
  /** CPU time an operation. */
  readonly cpu: Judgement;
  /** Wall time an operation. */
  readonly time: Judgement;
  readonly ours: readonly MeasuredLoad[];
  readonly other: readonly MeasuredLoad[];
}

type Run = (load: LoadKind, durationMs: number) => Promise<MeasuredLoad>;

/** Starts both, `other` first to be measured. */
export async function compareInTurn(
  ours: ServeOptions,
  other: ServeOptions,
  loads: readonly LoadKind[],
  flags: BenchFlags,
): Promise<readonly Comparison[]> {
  const servedOurs = await serve(ours);
  try {
    const servedOther = await serve(other);
    try {
      return await alternate(runner(servedOurs, flags), runner(servedOther, flags), loads, flags);
    } finally {
      await servedOther.stop();
    }
  } finally {
    await servedOurs.stop();
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
    say(showComparison(row));
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

/** `names`: of ours and of the other. */
export const plotsOf = (rows: readonly Comparison[], names: readonly [string, string]): readonly Plot[] =>
  rows.map(({ load, ours, other }) => ({
    title: load,
    unit: 'CPU µs/operation',
    bars: [
      { name: names[0], values: ours.map(({ cpuMicroseconds }) => cpuMicroseconds) },
      { name: names[1], values: other.map(({ cpuMicroseconds }) => cpuMicroseconds) },
    ],
  }));

export function showComparison({ load, cpu, time, ours, other }: Comparison): string {
  const micros = (loads: readonly MeasuredLoad[]): string =>
    spreadOf(loads.map(({ cpuMicroseconds }) => cpuMicroseconds)).median.toFixed(1);
  const one = (name: string, { ratio, noise, verdict }: Judgement): string =>
    `${name} ${showSpread(ratio, 2)} × (the same one differs by ${(noise * 100).toFixed(0)} %: ${WORDS[verdict]})`;
  return `${load}: ${one('CPU', cpu)}, ${micros(ours)} against ${micros(other)} µs/op; ${one('time', time)}`;
}

const WORDS: Readonly<Record<Judgement['verdict'], string>> = {
  fine: 'fine',
  slower: 'slower',
  'too-noisy': 'too noisy to judge',
};
