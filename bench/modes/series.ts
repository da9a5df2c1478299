/**
 * One load over a row of settings that differ in one thing, each beside the first of the row in the same round: drop rates, numbers
 * of connections or of nodes, pipelines, sizes of values, commands, disk or memory.
 *
 * @module
 */

import { leaderPort } from '../cluster-leader.js';
import type { BenchFlags } from '../flags.js';
import type { LoadOptions } from '../load.js';
import { keepResult, say } from '../results.js';
import { DEFAULT_LOAD, type MeasuredLoad, measureLoad, warmUp } from '../run-load.js';
import { type Served, type ServeOptions, serve } from '../serve.js';
import { showSpread, spreadOf, thousands } from '../spread.js';

interface Setting {
  readonly name: string;
  readonly cluster: Pick<ServeOptions, 'nodes' | 'drop'> & { readonly memory?: true };
  readonly load: Pick<LoadOptions, 'command' | 'connections' | 'pipeline'> & Partial<LoadOptions>;
  /** Least share of the first setting's throughput. */
  readonly floor?: number;
  readonly goal?: number;
}

const THREE = { nodes: 3 } as const;
const SET_LOAD = { command: 'set', connections: 64, pipeline: 1 } as const;

const DROPS: readonly Setting[] = [0, 0.05, 0.1, 0.2, 0.3].map(drop => ({
  name: `${drop * 100} % dropped on every link, 5 nodes`,
  cluster: { nodes: 5, drop },
  load: SET_LOAD,
  ...(drop === 0.2 ? { floor: 0.4, goal: 0.6 } : {}),
}));

const CONNECTIONS: readonly Setting[] = [64, 1, 16, 256, 1024].map(connections => ({
  name: `${connections} connections`,
  cluster: THREE,
  load: { ...SET_LOAD, connections },
}));

const NODES: readonly Setting[] = [3, 1, 5, 7, 10, 20].map(nodes => ({
  name: `${nodes} nodes`,
  cluster: { nodes },
  load: SET_LOAD,
  ...(nodes === 5 ? { floor: 0.65, goal: 0.8 } : {}),
  ...(nodes === 10 ? { floor: 0.4, goal: 0.55 } : {}),
}));

const PIPELINES: readonly Setting[] = [1, 4, 16, 64].map(pipeline => ({
  name: `pipeline ${pipeline}`,
  cluster: THREE,
  load: { ...SET_LOAD, pipeline },
}));

const SIZES: readonly Setting[] = [64, 1024, 32 * 1024].map(valueBytes => ({
  name: valueBytes < 1024 ? `${valueBytes} B` : `${valueBytes / 1024} KiB`,
  cluster: THREE,
  // At most as much data in all as with a thousand large values: three copies of it are in memory.
  load: { ...SET_LOAD, valueBytes, keys: valueBytes > 1024 ? 1_000 : DEFAULT_LOAD.keys },
}));

const COMMANDS: readonly Setting[] = (['set', 'get', 'incr', 'mixed'] as const).map(command => ({
  name: command === 'mixed' ? 'SET and GET in turn' : command.toUpperCase(),
  cluster: THREE,
  load: { ...SET_LOAD, command },
}));

const DISKS: readonly Setting[] = [
  { name: 'durable', cluster: THREE, load: SET_LOAD },
  { name: 'in memory', cluster: { ...THREE, memory: true }, load: SET_LOAD },
];

const series =
  (kind: string, settings: readonly Setting[]) =>
  (flags: BenchFlags): Promise<void> =>
    benchSeries(kind, settings, flags);

export const benchDrops = series('drops', DROPS);
export const benchConnections = series('connections', CONNECTIONS);
export const benchNodes = series('nodes', NODES);
export const benchPipelines = series('pipelines', PIPELINES);
export const benchSizes = series('sizes', SIZES);
export const benchCommands = series('commands', COMMANDS);
export const benchDisks = series('disks', DISKS);

/** Only what a promise is about, and what it is compared with. */
export const benchPromisedSeries = async (flags: BenchFlags): Promise<void> => {
  for (const [kind, all] of [['nodes', NODES] as const, ['drops', DROPS] as const]) {
    const [first] = all;
    const promised = all.filter(setting => setting === first || setting.floor !== undefined);
    await benchSeries(`${kind}-promised`, promised, flags);
  }
};

async function benchSeries(kind: string, settings: readonly Setting[], flags: BenchFlags): Promise<void> {
  const results = new Map<Setting, MeasuredLoad[]>();
  const clusters = await startClusters(settings, flags);
  try {
    for (const setting of settings) await warmUp(await loadOf(setting, clusters, flags));
    for (let round = 0; round < flags.rounds; round++) {
      for (const setting of settings) {
        const result = await measureLoad(
          [clusterOf(setting, clusters).pid],
          await loadOf(setting, clusters, flags),
        );
        results.set(setting, [...(results.get(setting) ?? []), result]);
        say(`${setting.name}: ${thousands(result.perSecond)}/s, p99 ${result.p99Ms.toFixed(1)} ms`);
      }
    }
  } finally {
    await Promise.all([...clusters.values()].map(cluster => cluster.stop()));
  }
  const first = [...results.values()][0] ?? [];
  const lines = [
    '| setting | operations/s | p50 ms | p99 ms | CPU µs/op | of the first | floor | goal |',
    '|---|---|---|---|---|---|---|---|',
    ...[...results].map(([setting, loads]) => judgedLine(setting, loads, first, settings[0], flags)),
  ];
  const kept = [...results].map(([{ name }, loads]) => ({ name, loads }));
  process.stdout.write(flags.json ? `${JSON.stringify(kept)}\n` : `${lines.join('\n')}\n`);
  const bars = kept.map(({ name, loads }) => ({ name, values: loads.map(({ perSecond }) => perSecond) }));
  say(`kept in ${keepResult(kind, kept, [{ title: kind, unit: 'operations/s', bars }])}`);
}

function judgedLine(
  setting: Setting,
  loads: readonly MeasuredLoad[],
  first: readonly MeasuredLoad[],
  { name: firstName }: Setting = setting,
  flags: BenchFlags,
): string {
  const ratio = spreadOf(
    loads.map((load, round) => load.perSecond / (first[round]?.perSecond ?? Number.NaN)),
  );
  const middle = (figure: (load: MeasuredLoad) => number): number => spreadOf(loads.map(figure)).median;
  const bound = (least: number | undefined): string =>
    least === undefined ? '' : `≥ ${least} ${ratio.median >= least ? '✓' : '✗'}`;
  const { name, floor, goal } = setting;
  if (floor !== undefined) {
    const measure = `SET, ${name}, against ${firstName}`;
    const shown = showSpread(ratio, 2);
    flags.targets.add({ measure, value: ratio.median, shown, better: 'higher', floor, goal: goal ?? null });
    if (ratio.median < floor) process.exitCode = 1;
  }
  return (
    `| ${name} | ${thousands(middle(load => load.perSecond))} | ${middle(load => load.p50Ms).toFixed(1)} | ` +
    `${middle(load => load.p99Ms).toFixed(1)} | ${middle(load => load.cpuMicroseconds).toFixed(1)} | ` +
    `${showSpread(ratio, 2)} | ${bound(floor)} | ${bound(goal)} |`
  );
}

type Clusters = ReadonlyMap<string, Served>;

const shapeOf = ({ cluster }: Setting): string => JSON.stringify(cluster);

/** One for each shape. All stay up, idle, while another one is measured: starting anew would mean compiling anew. */
async function startClusters(settings: readonly Setting[], flags: BenchFlags): Promise<Clusters> {
  const clusters = new Map<string, Served>();
  let portStart = flags.port;
  for (const setting of settings) {
    if (clusters.has(shapeOf(setting))) continue;
    const { memory, ...shape } = setting.cluster;
    clusters.set(shapeOf(setting), await serve({ ...shape, durable: memory !== true, portStart }));
    portStart += shape.nodes;
  }
  return clusters;
}

function clusterOf(setting: Setting, clusters: Clusters): Served {
  const cluster = clusters.get(shapeOf(setting));
  if (cluster === undefined) throw new Error(`no cluster was started for ${setting.name}`);
  return cluster;
}

async function loadOf(setting: Setting, clusters: Clusters, flags: BenchFlags): Promise<LoadOptions> {
  const ports = [await leaderPort(clusterOf(setting, clusters).ports)];
  return { ...DEFAULT_LOAD, ...setting.load, ports, durationMs: flags.durationMs };
}
