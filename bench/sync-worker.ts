/**
 * A thread that writes a little to its log and syncs it, when it is told to.
 *
 * @module
 */
import { closeSync, fdatasyncSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';

export interface SyncWorkerData {
  readonly file: string;
  /** Of this thread in `times`. */
  readonly index: number;
  /** Number of the turn, which ends with -1; and how many threads have done it. */
  readonly turns: Int32Array;
  /** By `process.hrtime`, in µs: when each thread begins (NaN: not this time), then when each was done. */
  readonly times: Float64Array;
}

export const THREADS = 2;
const LOG_BYTES = 1024 * 1024;
const RECORD = new Uint8Array(300).fill(1);

export const nowMicros = (): number => Number(process.hrtime.bigint()) / 1_000;

/** Zeros written ahead, as a node's log has them: a sync then writes nothing but data. */
function openLog(file: string): number {
  const fd = openSync(file, 'w');
  writeSync(fd, new Uint8Array(LOG_BYTES));
  fsyncSync(fd);
  return fd;
}

function work({ file, index, turns, times }: SyncWorkerData): void {
  const fd = openLog(file);
  let position = 0;
  for (let turn = 0; turn >= 0; ) {
    Atomics.add(turns, 1, 1);
    Atomics.notify(turns, 1);
    Atomics.wait(turns, 0, turn);
    turn = Atomics.load(turns, 0);
    const startAt = times[index] ?? Number.NaN;
    if (turn < 0 || Number.isNaN(startAt)) continue;
    while (nowMicros() < startAt);
    writeSync(fd, RECORD, 0, RECORD.length, position);
    fdatasyncSync(fd);
    times[THREADS + index] = nowMicros();
    position = (position + RECORD.length) % (LOG_BYTES - RECORD.length);
  }
  closeSync(fd);
}

if (workerData !== null) work(workerData as SyncWorkerData);
