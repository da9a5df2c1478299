/**
 * How long `raftkv check` takes for histories of three shapes, from the command to its verdict, and how much memory.
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchFlags } from '../flags.js';
import { type RecordedHistoryOptions, writeRecordedHistory } from '../recorded-history.js';
import { keepResult, say } from '../results.js';
import { scratchFolder } from '../scratch.js';
import { spreadOf } from '../spread.js';

const RAFTKV = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const MEMORY_INTERVAL_MS = 20;
const GOAL_MB = 1_536;

interface Shape extends Omit<RecordedHistoryOptions, 'seed'> {
  readonly goalSeconds: number;
}

const SHAPES: readonly Shape[] = [
  { operations: 100_000, keys: 10, clients: 32, goalSeconds: 1 },
  { operations: 100_000, keys: 1, clients: 16, goalSeconds: 5 },
  { operations: 1_000_000, keys: 100, clients: 64, goalSeconds: 10 },
];

interface Measured {
  /** From the start of the process to its end. */
  readonly seconds: number;
  /** As the checker says: without the start of the program. */
  readonly checkSeconds: number;
  readonly residentMb: number;
}

/** Highest resident memory of a process so far, MB; 0 once it has ended. */
function peakMb(pid: number | undefined): number {
  try {
    const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kilobytes ?? 0) / 1024;
  } catch {
    return 0;
  }
}

function check(path: string): Promise<Measured> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [RAFTKV, 'check', '--json', path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  let residentMb = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const timer = setInterval(() => {
    residentMb = Math.max(residentMb, peakMb(child.pid));
  }, MEMORY_INTERVAL_MS);
  return new Promise((resolve, reject) => {
    child.once('close', () => {
      clearInterval(timer);
      const { verdict, elapsedMs } = JSON.parse(output) as { verdict: string; elapsedMs: number };
      if (verdict !== 'linearizable') reject(new Error(`${path} is ${verdict}`));
      const seconds = (performance.now() - startedAt) / 1000;
      resolve({ seconds, checkSeconds: elapsedMs / 1000, residentMb });
    });
  });
}

export async function benchChecker(flags: BenchFlags): Promise<void> {
  const scratch = scratchFolder('check');
  try {
    const rows = [];
    for (const shape of SHAPES) {
      const path = join(scratch.path, 'history.jsonl');
      writeRecordedHistory(path, { ...shape, seed: 1 });
      const measured: Measured[] = [];
      for (let round = 0; round < flags.rounds; round++) measured.push(await check(path));
      const seconds = spreadOf(measured.map(one => one.checkSeconds));
      const residentMb = Math.max(...measured.map(one => one.residentMb));
      const isMet = seconds.median < shape.goalSeconds && residentMb < GOAL_MB;
      const row = { ...shape, seconds, wholeSeconds: spreadOf(measured.map(one => one.seconds)), residentMb };
      rows.push(row);
      if (!flags.json) process.stdout.write(`${rowText(row)} ${isMet ? '✓' : '✗'}\n`);
    }
    if (flags.json) process.stdout.write(`${JSON.stringify(rows)}\n`);
    say(`kept in ${keepResult('checker', rows)}`);
  } finally {
    scratch.remove();
  }
}

type Spread = ReturnType<typeof spreadOf>;

function rowText(row: Shape & { readonly seconds: Spread; readonly residentMb: number }): string {
  const { operations, keys, clients, seconds, residentMb, goalSeconds } = row;
  const what = `${operations} operations, ${keys} keys, ${clients} clients:`.padEnd(46);
  const spread = `${seconds.median.toFixed(2)} s (${seconds.lowest.toFixed(2)}–${seconds.highest.toFixed(2)})`;
  return `${what} ${spread}, ${residentMb.toFixed(0)} MB; goal < ${goalSeconds} s and ${GOAL_MB} MB`;
}
