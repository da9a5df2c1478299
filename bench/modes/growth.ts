/**
 * What becomes of throughput, memory and the start as the data grows, tenfold at a time: three durable nodes.
 *
 * @module
 */
import { leaderPort } from '../cluster-leader.js';
import type { BenchFlags } from '../flags.js';
import { usageOf } from '../process-usage.js';
import { keepResult, say } from '../results.js';
import { DEFAULT_LOAD, type MeasuredLoad, measureLoad, runFill } from '../run-load.js';
import { type Served, serve } from '../serve.js';
import { thousands } from '../spread.js';

const NODES = 3;
const FEWEST_KEYS = 10_000;

interface Size {
  readonly keys: number;
  readonly fillSeconds: number;
  readonly set: MeasuredLoad;
  readonly get: MeasuredLoad;
  readonly residentBytes: number;
  /** From the start of the process to `ready`, with all this data on the disks. */
  readonly restartSeconds: number;
}

export async function benchGrowth(flags: BenchFlags): Promise<void> {
  const sizes: Size[] = [];
  for (let keys = FEWEST_KEYS; keys <= flags.mostKeys; keys *= 10) {
    sizes.push(await measure(keys, flags));
    say(line(sizes.at(-1)));
  }
  const lines = [
    '| keys | filled in s | SET/s | SET p99 ms | CPU µs/op | GET/s | resident MiB | B a key and node | restart s |',
    '|---|---|---|---|---|---|---|---|---|',
    ...sizes.map(line),
  ];
  process.stdout.write(flags.json ? `${JSON.stringify(sizes)}\n` : `${lines.join('\n')}\n`);
  const bars = (figure: (size: Size) => number) =>
    sizes.map(size => ({ name: `${thousands(size.keys)} keys`, values: [figure(size)] }));
  const plots = [
    { title: 'SET as the data grows', unit: 'operations/s', bars: bars(({ set }) => set.perSecond) },
    { title: 'Memory as the data grows', unit: 'MiB', bars: bars(size => size.residentBytes / 2 ** 20) },
    { title: 'Start as the data grows', unit: 's', bars: bars(({ restartSeconds }) => restartSeconds) },
  ];
  say(`kept in ${keepResult('growth', sizes, plots)}`);
}

async function measure(keys: number, flags: BenchFlags): Promise<Size> {
  const options = { nodes: NODES, durable: true, portStart: flags.port } as const;
  const served = await serve(options);
  try {
    const port = await leaderPort(served.ports);
    const fillSeconds = await runFill(port, keys);
    const load = { ...DEFAULT_LOAD, ports: [port], keys, pipeline: 1, durationMs: flags.durationMs };
    const set = await measureLoad([served.pid], { ...load, command: 'set' });
    const get = await measureLoad([served.pid], { ...load, command: 'get' });
    const { residentBytes } = usageOf([served.pid]);
    const restartSeconds = await restart(served);
    return { keys, fillSeconds, set, get, residentBytes, restartSeconds };
  } finally {
    await served.stop();
  }
}

async function restart(served: Served): Promise<number> {
  const startedAt = performance.now();
  await served.restart();
  return (performance.now() - startedAt) / 1000;
}

function line(size: Size | undefined): string {
  if (size === undefined) return '';
  const { keys, fillSeconds, set, get, residentBytes, restartSeconds } = size;
  return (
    `| ${thousands(keys)} | ${fillSeconds.toFixed(1)} | ${thousands(set.perSecond)} | ${set.p99Ms.toFixed(1)} | ` +
    `${set.cpuMicroseconds.toFixed(1)} | ${thousands(get.perSecond)} | ${(residentBytes / 2 ** 20).toFixed(0)} | ` +
    `${thousands(residentBytes / keys / NODES)} | ${restartSeconds.toFixed(1)} |`
  );
}
