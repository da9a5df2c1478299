/**
 * Does the store get slower or bigger the longer it runs? Three durable nodes under a light load of everything for an hour, and once a
 * minute three seconds of SET as fast as it goes.
 *
 * Each minute gives one sample. Throughput depends on what else the machine does; the verdict rests on CPU time an operation, memory,
 * open files and bytes on disk. Exit code 1 when one of them has risen beyond its noise. A store that has to wait for the processor makes
 * smaller batches, and pays more for each operation: bursts beside which others were busy do not count, and where few are left
 * their cost is not judged.
 *
 * @module
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connect, plain } from '../../src/client/index.js';
import { leaderPort } from '../cluster-leader.js';
import { type Drift, driftOf, FEWEST_SAMPLES } from '../drift.js';
import type { BenchFlags } from '../flags.js';
import { othersCpuSeconds, usageOf } from '../process-usage.js';
import { keepResult, say } from '../results.js';
import { DEFAULT_LOAD, measureLoad, runProgram } from '../run-load.js';
import { type Served, serve } from '../serve.js';
import { spreadOf, thousands } from '../spread.js';
import type { SteadyOptions, SteadyResult } from '../steady-load.js';

const NODES = 3;
const MINUTE_MS = 60_000;
const SETTLE_MS = 10_000;
const BURST_MS = 3_000;
/** Of the load that never stops. */
const STEADY_RATE = 300;
const STEADY_KEYS = 1_000;
/** Often enough that every third of a run has seen several snapshots, and logs being cut. */
const SNAPSHOT_ENTRIES = 10_000;
/** Until code is compiled, heaps have their size and logs were cut for the first time. */
const WARM_UP_MINUTES = 10;
const BLOCK_MINUTES = 10;
const MEBIBYTE = 2 ** 20;
const FEWEST_MINUTES = 20;
/** Cores that others may use during a burst that counts; the light load is among them. */
const OTHERS_CORES = 0.25;
/** Share of the bursts that must count. */
const LEAST_UNDISTURBED = 0.4;
const STEADY_PROGRAM = fileURLToPath(new URL('../steady-load.js', import.meta.url));

interface Sample {
  readonly perSecond: number;
  readonly cpuMicroseconds: number;
  /** Used by others than the store and the clients of the burst, while it went on. */
  readonly othersCores: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly errors: number;
  readonly residentMiB: number;
  /** Of the nodes' threads together. */
  readonly heapMiB: number;
  readonly externalMiB: number;
  readonly arrayBuffersMiB: number;
  readonly descriptors: number;
  readonly diskMiB: number;
}

type Figure = Exclude<keyof Sample, 'errors'>;

export async function benchSoak(flags: BenchFlags): Promise<void> {
  const { minutes } = flags;
  if (minutes < FEWEST_MINUTES) throw new Error(`a soak takes ${FEWEST_MINUTES} minutes at least`);
  const lifetimeMs = (minutes + 5) * MINUTE_MS;
  const served = await serve({
    nodes: NODES,
    durable: true,
    portStart: flags.port,
    lifetimeMs,
    settings: { snapshot_entries: SNAPSHOT_ENTRIES },
  });
  try {
    await sleep(SETTLE_MS);
    const steady = runSteady(served, minutes * MINUTE_MS, lifetimeMs);
    const samples = await sampleEachMinute(served, minutes, flags);
    report(samples, await steady, flags);
  } finally {
    await served.stop();
  }
}

async function runSteady(served: Served, durationMs: number, timeoutMs: number): Promise<SteadyResult> {
  const options: SteadyOptions = {
    host: DEFAULT_LOAD.host,
    ports: served.ports,
    rate: STEADY_RATE,
    keys: STEADY_KEYS,
    valueBytes: DEFAULT_LOAD.valueBytes,
    durationMs,
  };
  return (await runProgram(STEADY_PROGRAM, options, timeoutMs)) as SteadyResult;
}

async function sampleEachMinute(
  served: Served,
  minutes: number,
  flags: BenchFlags,
): Promise<readonly Sample[]> {
  const samples: Sample[] = [];
  const startedAt = performance.now();
  for (let minute = 1; minute <= minutes; minute++) {
    await sleep(Math.max(0, startedAt + minute * MINUTE_MS - 2 * BURST_MS - performance.now()));
    const sample = await takeSample(served, flags);
    samples.push(sample);
    say(`minute ${minute}: ${line([sample])}`);
  }
  return samples;
}

/** What the store holds is looked at before the burst. */
async function takeSample(served: Served, flags: BenchFlags): Promise<Sample> {
  const { residentBytes } = usageOf([served.pid]);
  const descriptors = readdirSync(`/proc/${served.pid}/fd`).length;
  const diskMiB = bytesBelow(served.dataDirectory) / MEBIBYTE;
  const memory = await Promise.all(served.ports.map(threadMemory));
  const storeBefore = usageOf([served.pid]).cpuSeconds;
  const othersBefore = othersCpuSeconds() - storeBefore;
  const startedAt = performance.now();
  const { perSecond, cpuMicroseconds, p50Ms, p99Ms, errors } = await measureLoad([served.pid], {
    ...DEFAULT_LOAD,
    ports: [await leaderPort(served.ports)],
    command: 'set',
    connections: flags.connections,
    pipeline: 1,
    durationMs: BURST_MS,
  });
  const others = othersCpuSeconds() - usageOf([served.pid]).cpuSeconds - othersBefore;
  const othersCores = (others * 1000) / (performance.now() - startedAt);
  const sum = (name: string): number =>
    memory.reduce((total, fields) => total + (fields.get(name) ?? 0), 0) / MEBIBYTE;
  return {
    ...{ perSecond, cpuMicroseconds, othersCores, p50Ms, p99Ms, errors, descriptors, diskMiB },
    residentMiB: residentBytes / MEBIBYTE,
    heapMiB: sum('used_memory'),
    externalMiB: sum('used_memory_external'),
    arrayBuffersMiB: sum('used_memory_array_buffers'),
  };
}

/** The fields of `INFO memory`, in bytes: those of the heap are of the node's own thread. */
async function threadMemory(port: number): Promise<ReadonlyMap<string, number>> {
  const client = await connect({ host: DEFAULT_LOAD.host, port, timeoutMs: 5_000 });
  try {
    const text = String(plain(await client.command(['INFO', 'memory'])));
    const fields = text.split('\r\n').map(field => field.split(':'));
    return new Map(fields.map(([name = '', value]) => [name, Number(value)]));
  } finally {
    client.close();
  }
}

/** A file may be removed while the folder is read. */
function bytesBelow(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).reduce((sum, name) => {
    const stat = statSync(join(folder, name), { throwIfNoEntry: false });
    return sum + (stat?.isFile() === true ? stat.size : 0);
  }, 0);
}

interface Judged {
  readonly name: string;
  readonly figure: Figure;
  readonly drift: Drift;
  readonly isTooNoisy?: true;
}

function judge(samples: readonly Sample[]): readonly Judged[] {
  const settled = samples.slice(WARM_UP_MINUTES);
  const undisturbed = settled.filter(({ othersCores }) => othersCores <= OTHERS_CORES);
  const isQuiet = undisturbed.length >= Math.max(FEWEST_SAMPLES, LEAST_UNDISTURBED * settled.length);
  const of = (name: string, figure: Figure, skipped: number): Judged => ({
    name,
    figure,
    drift: driftOf(samples.slice(skipped).map(sample => sample[figure])),
  });
  return [
    isQuiet
      ? {
          name: `CPU µs/op of ${undisturbed.length} undisturbed bursts`,
          figure: 'cpuMicroseconds',
          drift: driftOf(undisturbed.map(sample => sample.cpuMicroseconds)),
        }
      : {
          ...of('CPU µs/op, all bursts: too noisy to judge', 'cpuMicroseconds', WARM_UP_MINUTES),
          isTooNoisy: true,
        },
    of('resident MiB', 'residentMiB', WARM_UP_MINUTES),
    of('heap used, MiB', 'heapMiB', WARM_UP_MINUTES),
    of('open descriptors', 'descriptors', 0),
    of('on disk, MiB', 'diskMiB', WARM_UP_MINUTES),
  ];
}

function report(samples: readonly Sample[], steady: SteadyResult, flags: BenchFlags): void {
  const judged = judge(samples);
  const errors = samples.reduce((sum, sample) => sum + sample.errors, 0) + steady.errors;
  process.stdout.write(
    flags.json
      ? `${JSON.stringify({ samples, steady, judged })}\n`
      : `${[...blockTable(samples), '', ...driftTable(judged), '', steadyLine(steady, errors)].join('\n')}\n`,
  );
  const bars = (figure: Figure) =>
    blocksOf(samples).map(({ name, block }) => ({ name, values: block.map(sample => sample[figure]) }));
  const plots = [
    { title: 'Soak, CPU of a SET in a burst', unit: 'µs/op', bars: bars('cpuMicroseconds') },
    { title: 'Soak, bursts', unit: 'operations/s', bars: bars('perSecond') },
    { title: 'Soak, resident', unit: 'MiB', bars: bars('residentMiB') },
  ];
  say(`kept in ${keepResult('soak', { samples, steady, judged }, plots)}`);
  if (errors > 0 || judged.some(({ drift, isTooNoisy }) => drift.hasRisen && isTooNoisy !== true))
    process.exitCode = 1;
}

function blocksOf(samples: readonly Sample[]): { name: string; block: readonly Sample[] }[] {
  const blocks: { name: string; block: readonly Sample[] }[] = [];
  for (let from = 0; from < samples.length; from += BLOCK_MINUTES) {
    const block = samples.slice(from, from + BLOCK_MINUTES);
    blocks.push({ name: `${from + 1}–${from + block.length}`, block });
  }
  return blocks;
}

function blockTable(samples: readonly Sample[]): readonly string[] {
  return [
    '| minutes | SET/s in bursts | CPU µs/op | cores used by others | p50 ms | p99 ms | resident MiB | heap | external | array buffers | descriptors | disk MiB |',
    '|---|---|---|---|---|---|---|---|---|---|---|---|',
    ...blocksOf(samples).map(({ name, block }) => `| ${name} | ${line(block)} |`),
  ];
}

/** Medians. */
function line(block: readonly Sample[]): string {
  const median = (figure: Figure): number => spreadOf(block.map(sample => sample[figure])).median;
  const one = (figure: Figure): string => median(figure).toFixed(1);
  return [
    thousands(median('perSecond')),
    ...([
      one('cpuMicroseconds'),
      one('othersCores'),
      one('p50Ms'),
      one('p99Ms'),
      one('residentMiB'),
    ] as const),
    ...([one('heapMiB'), one('externalMiB'), one('arrayBuffersMiB')] as const),
    median('descriptors').toFixed(0),
    one('diskMiB'),
  ].join(' | ');
}

function driftTable(judged: readonly Judged[]): readonly string[] {
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  return [
    '| after the warm-up | slope an hour | first third → last third | rise | noise | |',
    '|---|---|---|---|---|---|',
    ...judged.map(
      ({ name, drift: { slope, slopeError, first, last, rise, noise, hasRisen }, isTooNoisy }) => {
        const mark = isTooNoisy === true ? '?' : hasRisen ? '✗' : '✓';
        const hourly = `${(slope * 60).toFixed(1)} ± ${(slopeError * 60).toFixed(1)}`;
        const medians = `${first.toFixed(1)} → ${last.toFixed(1)}`;
        return `| ${name} | ${hourly} | ${medians} | ${percent(rise)} | ${percent(noise)} | ${mark} |`;
      },
    ),
  ];
}

const steadyLine = ({ operations, late, firstError }: SteadyResult, errors: number): string =>
  `${thousands(operations)} operations of the light load, ${thousands(late)} left out while it waited; ` +
  `${errors} errors${firstError === null ? '' : `, the first: ${firstError}`}`;

const sleep = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));
