/**
 * One load over a row of settings that differ in one thing, each beside the first of the row in the same round: drop rates, numbers
 * of connections, numbers of nodes.
 *
 * @module
 */

import { leaderPort } from '../cluster-leader.js';
import type { BenchFlags } from '../flags.js';
import type { LoadOptions } from '../load.js';
import { keepResult, say } from '../results.js';
import { DEFAULT_LOAD, type MeasuredLoad, measureLoad } from '../run-load.js';
import { type ServeOptions, serve } from '../serve.js';
import { showSpread, spreadOf, thousands } from '../spread.js';

interface Setting {
  readonly name: string;
  readonly cluster: Pick<ServeOptions, 'nodes' | 'drop'>;
  readonly load: Pick<LoadOptions, 'command' | 'connections' | 'pipeline'>;
  /** Least share of the first setting's throughput. */
  readonly floor?: number;
  readonly goal?: number;
}

const SET_LOAD = { command: 'set', connections: 64, pipeline: 1 } as const;

const DROPS: readonly Setting[] = [0, 0.05, 0.1, 0.2, 0.3].map(drop => ({
  name: `${drop * 100} % dropped on every link, 5 nodes`,
  cluster: { nodes: 5, drop },
  load: SET_LOAD,
  ...(drop === 0.2 ? { floor: 0.4, goal: 0.6 } : {}),
}));

const CONNECTIONS: readonly Setting[] = [64, 1, 16, 256, 1024].map(connections => ({
  name: `${connections} connections`,
  cluster: { nodes: 3 },
  load: { ...SET_LOAD, connections },
}));

const NODES: readonly Setting[] = [3, 1, 5, 7, 10, 20].map(nodes => ({
  name: `${nodes} nodes`,
  cluster: { nodes },
  load: SET_LOAD,
  ...(nodes === 5 ? { floor: 0.65, goal: 0.8 } : {}),
  ...(nodes === 10 ? { floor: 0.4, goal: 0.55 } : {}),
}));

export const benchDrops = (flags: BenchFlags): Promise<void> => benchSeries('drops', DROPS, flags);
export const benchConnections = (flags: BenchFlags): Promise<void> =>
  benchSeries('connections', CONNECTIONS, flags);
export const benchNodes = (flags: BenchFlags): Promise<void> => benchSeries('nodes', NODES, flags);

async function benchSeries(kind: string, settings: readonly Setting[], flags: BenchFlags): Promise<void> {
  const results = new Map<Setting, MeasuredLoad[]>();
  for (let round = 0; round < flags.rounds; round++) {
    for (const setting of settings) {
      const result = await measure(setting, flags);
      results.set(setting, [...(results.get(setting) ?? []), result]);
      say(`${setting.name}: ${thousands(result.perSecond)}/s, p99 ${result.p99Ms.toFixed(1)} ms`);
    }
  }
  const first = [...results.values()][0] ?? [];
  const lines = [
    '| setting | operations/s | p50 ms | p99 ms | CPU µs/op | of the first | floor | goal |',
    '|---|---|---|---|---|---|---|---|',
  ];
  for (const [setting, loads] of results) {
    const ratio = spreadOf(
      loads.map((load, round) => load.perSecond / (first[round]?.perSecond ?? Number.NaN)),
    );
    const middle = (figure: (load: MeasuredLoad) => number): number => spreadOf(loads.map(figure)).median;
    const bound = (least: number | undefined): string =>
      least === undefined ? '' : `≥ ${least} ${ratio.median >= least ? '✓' : '✗'}`;
    if (setting.floor !== undefined && ratio.median < setting.floor) process.exitCode = 1;
    lines.push(
      `| ${setting.name} | ${thousands(middle(load => load.perSecond))} | ${middle(load => load.p50Ms).toFixed(1)} | ` +
        `${middle(load => load.p99Ms).toFixed(1)} | ${middle(load => load.cpuMicroseconds).toFixed(1)} | ` +
        `${showSpread(ratio, 2)} | ${bound(setting.floor)} | ${bound(setting.goal)} |`,
    );
  }
  const kept = [...results].map(([{ name }, loads]) => ({ name, loads }));
  process.stdout.write(flags.json ? `${JSON.stringify(kept)}\n` : `${lines.join('\n')}\n`);
  say(`kept in ${keepResult(kind, kept)}`);
}

async function measure({ cluster, load }: Setting, flags: BenchFlags): Promise<MeasuredLoad> {
  const served = await serve({ ...cluster, durable: true, portStart: flags.port });
  try {
    const ports = [await leaderPort(served.ports)];
    return await measureLoad([served.pid], {
      ...DEFAULT_LOAD,
      ...load,
      ports,
      durationMs: flags.durationMs,
    });
  } finally {
    await served.stop();
  }
}
