/**
 * What two nodes' syncs on one disk cost each other: two threads, each a write of 300 bytes and `fdatasync` of a log of its own, the second
 * begun some µs after the first.
 *
 * @module
 */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { BenchFlags } from '../flags.js';
import { keepResult, say } from '../results.js';
import { scratchFolder } from '../scratch.js';
import { spreadOf } from '../spread.js';
import { nowMicros, type SyncWorkerData, THREADS } from '../sync-worker.js';

const TURNS = 400;
/** Null: the first thread alone. */
const GAPS_MICROS = [null, 0, 25, 50, 75, 100] as const;
/** Both threads have been woken by then. */
const NOTICE_MICROS = 500;

interface Row {
  readonly gapMicros: number | null;
  /** From the begin of the first to the end of both. */
  readonly medianMicros: number;
}

export async function benchSyncs(flags: BenchFlags): Promise<void> {
  const scratch = scratchFolder('syncs');
  const turns = new Int32Array(new SharedArrayBuffer(8));
  const times = new Float64Array(new SharedArrayBuffer(8 * 2 * THREADS));
  const workers = Array.from({ length: THREADS }, (_, index) => {
    const workerData: SyncWorkerData = { file: join(scratch.path, `log-${index}`), index, turns, times };
    return new Worker(new URL('../sync-worker.js', import.meta.url), { workerData });
  });
  try {
    waitForBoth(turns);
    const rows = GAPS_MICROS.map((gap): Row => {
      const taken = Array.from({ length: TURNS }, () => turn(gap, turns, times));
      return { gapMicros: gap, medianMicros: spreadOf(taken).median };
    });
    process.stdout.write(flags.json ? `${JSON.stringify(rows)}\n` : `${rows.map(show).join('\n')}\n`);
    say(`kept in ${keepResult('syncs', rows)}`);
  } finally {
    Atomics.store(turns, 0, -1);
    Atomics.notify(turns, 0);
    await Promise.all(workers.map(worker => worker.terminate()));
    scratch.remove();
  }
}

/** This thread sleeps meanwhile: the cores are the workers'. @returns µs */
function turn(gap: number | null, turns: Int32Array, times: Float64Array): number {
  const startAt = nowMicros() + NOTICE_MICROS;
  times.set([startAt, gap === null ? Number.NaN : startAt + gap, 0, 0]);
  Atomics.store(turns, 1, 0);
  Atomics.add(turns, 0, 1);
  Atomics.notify(turns, 0);
  waitForBoth(turns);
  return Math.max(...times.subarray(THREADS)) - startAt;
}

function waitForBoth(turns: Int32Array): void {
  for (let done = 0; done < THREADS; done = Atomics.load(turns, 1)) Atomics.wait(turns, 1, done);
}

function show({ gapMicros, medianMicros }: Row): string {
  const what = gapMicros === null ? 'one sync' : `two, the second ${gapMicros} µs later`;
  return `${what}: ${medianMicros.toFixed(0)} µs (median of ${TURNS})`;
}
