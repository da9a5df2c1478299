/**
 * Runs the load generator as a process of its own and reads its result.
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { LoadOptions, LoadResult } from './load.js';
import { usageOf } from './process-usage.js';

const RESP_PROGRAM = fileURLToPath(new URL('./load.js', import.meta.url));
const START_WITHIN_MS = 20_000;

export interface MeasuredLoad extends LoadResult {
  /** CPU time of the store's processes for one operation; the load generator's own is not in it. */
  readonly cpuMicroseconds: number;
}

/** `pids`: the store's processes. `program`: another load generator with the same options and result. */
export async function measureLoad(
  pids: readonly number[],
  options: LoadOptions,
  program: string = RESP_PROGRAM,
): Promise<MeasuredLoad> {
  const before = usageOf(pids);
  const result = await runLoad(options, program);
  const used = usageOf(pids).cpuSeconds - before.cpuSeconds;
  return { ...result, cpuMicroseconds: (used * 1e6) / Math.max(1, result.allOperations) };
}

export async function runLoad(options: LoadOptions, program: string): Promise<LoadResult> {
  const timeoutMs = options.warmupMs + options.durationMs + START_WITHIN_MS;
  return (await runProgram(program, options, timeoutMs)) as LoadResult;
}

/** Runs a program that takes its options as JSON and prints its result as JSON. */
export function runProgram(program: string, options: unknown, timeout: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, JSON.stringify(options)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout,
      killSignal: 'SIGKILL',
    });
    let output = '';
    child.stdout.on('data', chunk => {
      output += String(chunk);
    });
    child.on('error', reject);
    child.on('close', code => {
      if (code === 0) resolve(JSON.parse(output));
      else reject(new Error(`the load generator ended with ${code}`));
    });
  });
}

/** A store that compiles while it runs is measured when it has; the others are given the same. */
const WARM_PIECE_MS = 2_000;
const WARM_PIECES_MAX = 16;
/** Pieces in a row none of which is faster by a bit than the best before it; fewer may be slow because something else took the cores. */
const WARM_PIECES_STEADY = 4;
const STILL_GROWING = 1.03;

/** Runs the load until the store grows no faster by it, for 10 seconds at least and 32 at most. */
export async function warmUp(options: LoadOptions, program: string = RESP_PROGRAM): Promise<void> {
  const piece = { ...options, durationMs: WARM_PIECE_MS, warmupMs: 0 };
  let best = 0;
  let steady = 0;
  for (let pieces = 0; pieces < WARM_PIECES_MAX && steady < WARM_PIECES_STEADY; pieces++) {
    const { perSecond } = await runLoad(piece, program);
    steady = perSecond < best * STILL_GROWING ? steady + 1 : 0;
    best = Math.max(best, perSecond);
  }
}

const FILL_WITHIN_MS = 900_000;
const FILL_CONNECTIONS = 16;
const FILL_PIPELINE = 64;

/** Sets every key of the load once. @returns seconds */
export async function runFill(port: number, keys: number): Promise<number> {
  const startedAt = performance.now();
  const { errors, firstError } = await runLoad(
    {
      ...DEFAULT_LOAD,
      ports: [port],
      command: 'fill',
      connections: FILL_CONNECTIONS,
      pipeline: FILL_PIPELINE,
      keys,
      warmupMs: 0,
      durationMs: FILL_WITHIN_MS,
    },
    RESP_PROGRAM,
  );
  if (errors > 0) throw new Error(`filling the store: ${errors} errors, the first: ${firstError}`);
  return (performance.now() - startedAt) / 1000;
}

export const DEFAULT_LOAD = {
  host: '127.0.0.1',
  connections: 64,
  valueBytes: 64,
  keys: 10_000,
  warmupMs: 500,
} as const;
