/**
 * What idle and bad connections cost everybody else.
 *
 * A cluster in memory holds 5,000 idle connections all the time, and 500 busy ones in turns: alone, then beside bad
 * clients, one of every kind unless more are asked for. The turns alternate, so that whatever else the machine does
 * falls on both alike; the median of the ratios of the pairs is the result. Usage: `node dist/bench/crowd.js [idle busy bad rounds seconds port]`; exit 1 when the
 * latency of the busy ones is more than twice as high beside bad clients, or a connection was lost.
 *
 * @module
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startChild } from './child.js';
import type { CrowdOptions } from './crowd-clients.js';
import type { LoadOptions, LoadResult } from './load.js';
import { serve } from './serve.js';

const MAX_RATIO = 2;
const LIFETIME_MS = 600_000;
const run = promisify(execFile);
const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

const [idle = 5000, busy = 500, bad = 1, rounds = 7, seconds = 4, portStart = 6500] = process.argv
  .slice(2)
  .map(Number);

function startCrowd(options: CrowdOptions) {
  return startChild({
    command: process.execPath,
    args: [pathOf('crowd-clients.js'), JSON.stringify(options)],
    readyText: /^ready/m,
    readyWithinMs: 60_000,
    lifetimeMs: LIFETIME_MS,
  });
}

async function load(ports: readonly number[]): Promise<LoadResult> {
  const options: LoadOptions = {
    host: '127.0.0.1',
    ports,
    command: 'mixed',
    connections: busy,
    pipeline: 1,
    valueBytes: 100,
    keys: 10_000,
    warmupMs: 500,
    durationMs: seconds * 1000,
  };
  const { stdout } = await run(process.execPath, [pathOf('load.js'), JSON.stringify(options)]);
  return JSON.parse(stdout) as LoadResult;
}

const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;

const line = (what: string, { perSecond, p50Ms, p99Ms, errors }: LoadResult): string =>
  `${what.padEnd(10)} ${Math.round(perSecond)}/s  p50 ${p50Ms.toFixed(1)} ms  p99 ${p99Ms.toFixed(1)} ms  ${errors} errors`;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

const served = await serve({ nodes: 3, durable: false, portStart });
const { ports } = served;
const alone: LoadResult[] = [];
const beside: LoadResult[] = [];
try {
  const idlers = await startCrowd({ ports, idle, bad: 0 });
  say(`${idle} idle connections held`);
  for (let round = 0; round < rounds; round++) {
    const quiet = await load(ports);
    alone.push(quiet);
    say(line('alone', quiet));
    const villains = await startCrowd({ ports, idle: 0, bad });
    const disturbed = await load(ports);
    await villains.stop();
    beside.push(disturbed);
    say(line('beside bad', disturbed));
  }
  await idlers.stop();
} finally {
  await served.stop();
}

let isOver = false;
for (const name of ['p50Ms', 'p99Ms'] as const) {
  const ratios = beside.map((result, round) => result[name] / (alone[round]?.[name] ?? Number.NaN));
  const ratio = median(ratios);
  isOver ||= !(ratio <= MAX_RATIO);
  say(
    `${name}: ${ratio.toFixed(2)} times as high beside ${4 * bad} bad clients (at most ${MAX_RATIO}); pairs: ` +
      ratios.map(each => each.toFixed(2)).join(' '),
  );
}
const errors = [...alone, ...beside].reduce((sum, result) => sum + result.errors, 0);
say(`${errors} errors among the busy connections`);
process.exitCode = isOver || errors > 0 ? 1 : 0;
