/**
 * What a cluster costs while nobody uses it: CPU and memory of ten nodes, and of each node beyond the first.
 *
 * @module
 */
import type { BenchFlags } from '../flags.js';
import type { Plot } from '../plots.js';
import { type ProcessUsage, usageOf } from '../process-usage.js';
import { keepResult, say } from '../results.js';
import { serve } from '../serve.js';

const NODE_COUNTS = [1, 10] as const;
/**
 * Until every thread has compiled what it needs, and the engine has collected what the start left behind: it waits for 8 s of calm, does so
 * up to three times a thread, and costs more than the idle nodes while it does.
 */
const SETTLE_MS = 60_000;
/** Sees several reports of each node. */
const SHORTEST_MEASUREMENT_MS = 20_000;
const MEBIBYTE = 2 ** 20;
const CPU_FLOOR_PERCENT = 5;
const CPU_GOAL_PERCENT = 2;
const MEMORY_FLOOR_MIB = 25;
const MEMORY_GOAL_MIB = 15;

interface IdleRow {
  readonly nodes: number;
  readonly durable: boolean;
  /** Of one core. */
  readonly cpuPercent: number;
  readonly residentMiB: number;
}

export async function benchIdle(flags: BenchFlags): Promise<void> {
  const rows: IdleRow[] = [];
  for (const nodes of NODE_COUNTS) rows.push(await measure(nodes, true, flags));
  const [one, ten] = rows;
  if (one === undefined || ten === undefined) throw new Error('nothing was measured');
  const eachMiB = (ten.residentMiB - one.residentMiB) / (ten.nodes - one.nodes);
  const mark = (reached: boolean): string => (reached ? '✓' : '✗');
  const lines = [
    '| nodes | CPU, % of one core | resident MiB |',
    '|---|---|---|',
    ...rows.map(row => `| ${row.nodes} | ${row.cpuPercent.toFixed(1)} | ${row.residentMiB.toFixed(0)} |`),
    '',
    '| measure | value | floor | goal |',
    '|---|---|---|---|',
    `| 10 idle nodes, CPU | ${ten.cpuPercent.toFixed(1)} % | ≤ ${CPU_FLOOR_PERCENT} ${mark(ten.cpuPercent <= CPU_FLOOR_PERCENT)} | ≤ ${CPU_GOAL_PERCENT} ${mark(ten.cpuPercent <= CPU_GOAL_PERCENT)} |`,
    `| each node beyond the first | ${eachMiB.toFixed(1)} MiB | ≤ ${MEMORY_FLOOR_MIB} ${mark(eachMiB <= MEMORY_FLOOR_MIB)} | ≤ ${MEMORY_GOAL_MIB} ${mark(eachMiB <= MEMORY_GOAL_MIB)} |`,
  ];
  process.stdout.write(flags.json ? `${JSON.stringify({ rows, eachMiB })}\n` : `${lines.join('\n')}\n`);
  flags.targets.add({
    measure: '10 idle nodes, % of one core',
    value: ten.cpuPercent,
    shown: ten.cpuPercent.toFixed(1),
    better: 'lower',
    floor: CPU_FLOOR_PERCENT,
    goal: CPU_GOAL_PERCENT,
  });
  flags.targets.add({
    measure: 'each node beyond the first, resident MiB',
    value: eachMiB,
    shown: eachMiB.toFixed(1),
    better: 'lower',
    floor: MEMORY_FLOOR_MIB,
    goal: MEMORY_GOAL_MIB,
  });
  const bars = (figure: (row: IdleRow) => number): Plot['bars'] =>
    rows.map(row => ({ name: `${row.nodes} nodes`, values: [figure(row)] }));
  const plots = [
    { title: 'Idle, CPU', unit: '% of a core', bars: bars(row => row.cpuPercent) },
    { title: 'Idle, resident', unit: 'MiB', bars: bars(row => row.residentMiB) },
  ];
  say(`kept in ${keepResult('idle', { rows, eachMiB }, plots)}`);
  if (ten.cpuPercent > CPU_FLOOR_PERCENT || eachMiB > MEMORY_FLOOR_MIB) process.exitCode = 1;
}

async function measure(nodes: number, durable: boolean, flags: BenchFlags): Promise<IdleRow> {
  const cluster = await serve({ nodes, durable, portStart: flags.port });
  try {
    await sleep(SETTLE_MS);
    const before = usageOf([cluster.pid]);
    const startedAt = performance.now();
    await sleep(Math.max(flags.durationMs, SHORTEST_MEASUREMENT_MS));
    return rowOf(nodes, durable, before, usageOf([cluster.pid]), performance.now() - startedAt);
  } finally {
    await cluster.stop();
  }
}

function rowOf(
  nodes: number,
  durable: boolean,
  before: ProcessUsage,
  after: ProcessUsage,
  elapsedMs: number,
): IdleRow {
  const cpuPercent = ((after.cpuSeconds - before.cpuSeconds) * 1000 * 100) / elapsedMs;
  return { nodes, durable, cpuPercent, residentMiB: after.residentBytes / MEBIBYTE };
}

const sleep = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));
