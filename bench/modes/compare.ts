/**
 * This build against another one, in turn (A B A B …) in one run: what a change was worth, and the regression guard.
 *
 * The verdict is by CPU time an operation, which a busy machine disturbs less than throughput; both are shown. A loss counts
 * only beyond the noise, which is what two halves of the other build's own rounds differ by.
 *
 * @module
 */
import { join, resolve } from 'node:path';
import { leaderPort } from '../cluster-leader.js';
import type { BenchFlags } from '../flags.js';
import { keepResult, say } from '../results.js';
import { DEFAULT_LOAD, type MeasuredLoad, measureLoad } from '../run-load.js';
import { type Served, serve, THIS_BUILD } from '../serve.js';
import { type Spread, showSpread, spreadOf } from '../spread.js';

const NODES = 3;
/** A loss greater than this fails, unless the noise is greater. */
const LOSS_ALLOWED = 0.2;

interface Pair {
  readonly ours: MeasuredLoad;
  readonly other: MeasuredLoad;
}

interface Comparison {
  readonly load: string;
  /** This build's over the other's; below 1 is better. */
  readonly cpuRatio: Spread;
  /** Above 1 is better. */
  readonly throughputRatio: Spread;
  /** Below 1 is better. */
  readonly p50Ratio: Spread;
  readonly cpuMicroseconds: Spread;
  readonly otherCpuMicroseconds: Spread;
  /** Largest distance of the other build's own rounds from their median, as a share of it. */
  readonly noise: number;
}

export async function benchCompare(flags: BenchFlags): Promise<void> {
  if (flags.build === null) throw new Error('compare needs --build FOLDER: the output of another build');
  const program = join(resolve(flags.build), 'src/cli/main.js');
  const durable = true;
  const ours = await serve({ nodes: NODES, durable, portStart: flags.port, program: THIS_BUILD });
  try {
    const other = await serve({ nodes: NODES, durable, portStart: flags.port + NODES, program });
    try {
      await comparePair(ours, other, flags);
    } finally {
      await other.stop();
    }
  } finally {
    await ours.stop();
  }
}

async function comparePair(ours: Served, other: Served, flags: BenchFlags): Promise<void> {
  const rows: Comparison[] = [];
  for (const [command, pipeline] of flags.loads) {
    const pairs: Pair[] = [];
    for (let round = 0; round < flags.rounds; round++) {
      const run = async (served: Served): Promise<MeasuredLoad> => {
        const ports = [await leaderPort(served.ports)];
        const { connections, durationMs } = flags;
        const load = { ...DEFAULT_LOAD, ports, command, pipeline, connections, durationMs };
        return measureLoad([served.pid], load);
      };
      // Whoever comes first changes: what drifts hits both alike.
      if (round % 2 === 0) pairs.push({ ours: await run(ours), other: await run(other) });
      else {
        const first = await run(other);
        pairs.push({ ours: await run(ours), other: first });
      }
    }
    const row = compare(`${command} pipeline ${pipeline}`, pairs);
    rows.push(row);
    say(show(row));
  }
  process.stdout.write(flags.json ? `${JSON.stringify(rows)}\n` : `${rows.map(show).join('\n')}\n`);
  say(`kept in ${keepResult('compare', rows)}`);
  const worse = rows.filter(({ cpuRatio, noise }) => cpuRatio.median > 1 + Math.max(LOSS_ALLOWED, noise));
  for (const { load } of worse) say(`slower: ${load}`);
  if (worse.length > 0) process.exitCode = 1;
}

function compare(load: string, pairs: readonly Pair[]): Comparison {
  const otherCpu = spreadOf(pairs.map(({ other }) => other.cpuMicroseconds));
  const distance = Math.max(otherCpu.highest - otherCpu.median, otherCpu.median - otherCpu.lowest);
  return {
    load,
    cpuRatio: spreadOf(pairs.map(({ ours, other }) => ours.cpuMicroseconds / other.cpuMicroseconds)),
    throughputRatio: spreadOf(pairs.map(({ ours, other }) => ours.perSecond / other.perSecond)),
    p50Ratio: spreadOf(pairs.map(({ ours, other }) => ours.p50Ms / other.p50Ms)),
    cpuMicroseconds: spreadOf(pairs.map(({ ours }) => ours.cpuMicroseconds)),
    otherCpuMicroseconds: otherCpu,
    noise: distance / otherCpu.median,
  };
}

function show(row: Comparison): string {
  return (
    `${row.load}: CPU ${showSpread(row.cpuRatio, 2)} × the other's ` +
    `(${row.cpuMicroseconds.median.toFixed(1)} against ${row.otherCpuMicroseconds.median.toFixed(1)} µs/op), ` +
    `throughput ${showSpread(row.throughputRatio, 2)} ×, p50 ${showSpread(row.p50Ratio, 2)} ×`
  );
}
