/**
 * What is promised of the storage: how long recovery and snapshots take, and how little they disturb. Exit 1 where it is not kept.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchFlags } from '../flags.js';
import { describeMachine } from '../machine.js';
import { keepResult, say } from '../results.js';
import { scratchFolder } from '../scratch.js';
import type { CatchUp } from '../storage/catch-up.js';
import type { SnapshotMade } from '../storage/make-snapshot.js';
import type { Recovery } from '../storage/recover.js';

const MILLION = 1_000_000;
const LIMIT_MS = 180_000;
const CATCH_UP_ROUNDS = 3;
const measureProgram = fileURLToPath(new URL('../storage/measure.js', import.meta.url));

/** A figure beside what is promised of it. */
interface Promised {
  readonly what: string;
  readonly figure: number;
  readonly below: number;
  readonly unit: 's' | 'MB' | 'ms';
  readonly details: string;
}

export async function benchStorage(flags: BenchFlags): Promise<void> {
  const scratch = scratchFolder('storage');
  try {
    const rows = [
      ...measureLog(scratch.path),
      ...measureSnapshot(scratch.path),
      measureReturn(scratch.path, flags.quick),
    ];
    const text = `${describeMachine()}\n\n${tableOf(rows)}`;
    process.stdout.write(flags.json ? `${JSON.stringify(rows)}\n` : `${text}\n`);
    say(`kept in ${keepResult('storage', rows)}`);
    if (rows.some(row => !isKept(row))) process.exitCode = 1;
  } finally {
    scratch.remove();
  }
}

function measureLog(folder: string): Promised[] {
  const directory = join(folder, 'log');
  measure('fill', directory, MILLION);
  const { entries, openMs, loadMs, applyMs, processorMs, maxResidentMb } = measure<Recovery>(
    'recover',
    directory,
  );
  rmSync(directory, { recursive: true });
  if (entries !== MILLION) throw new Error(`${entries} entries came back`);
  const details = `read ${seconds(openMs)}, applied ${seconds(applyMs)}; processor ${seconds(processorMs)}`;
  const totalMs = openMs + loadMs + applyMs;
  return [
    { what: 'a log of 1 million entries recovers', figure: totalMs / 1000, below: 10, unit: 's', details },
    {
      what: 'its memory',
      figure: maxResidentMb,
      below: 400,
      unit: 'MB',
      details: 'resident, of the whole process',
    },
  ];
}

function measureSnapshot(folder: string): Promised[] {
  const directory = join(folder, 'snapshot');
  const made = measure<SnapshotMade>('snapshot', directory, MILLION);
  const loaded = measure<Recovery>('recover', directory);
  rmSync(directory, { recursive: true });
  if (loaded.keys !== MILLION) throw new Error(`${loaded.keys} keys came back`);
  const blocking = `${seconds(made.totalMs)} in all, beside writes; of one piece processor ${Math.round(made.longestProcessorMs)} ms`;
  const loading = `checked ${seconds(loaded.openMs)}, loaded ${seconds(loaded.loadMs)}; processor ${seconds(loaded.processorMs)}`;
  return [
    {
      what: 'longest time that making a snapshot of 1 million keys keeps the node busy',
      figure: Math.max(made.longestStepMs, made.longestDelayMs),
      below: 50,
      unit: 'ms',
      details: blocking,
    },
    {
      what: 'a snapshot of 1 million keys × 100 B loads',
      figure: (loaded.openMs + loaded.loadMs) / 1000,
      below: 5,
      unit: 's',
      details: loading,
    },
  ];
}

function measureReturn(folder: string, quick: boolean): Promised {
  const rounds: CatchUp[] = [];
  while (rounds.length < (quick ? 1 : CATCH_UP_ROUNDS)) {
    const directory = join(folder, 'catch-up');
    const round = measure<CatchUp>('catch-up', directory);
    rmSync(directory, { recursive: true });
    if (round.installed < 1) throw new Error('the follower came back without a snapshot');
    rounds.push(round);
  }
  const mib = Math.round((rounds[0]?.snapshotBytes ?? 0) / 2 ** 20);
  const list = (of: (round: CatchUp) => number): string =>
    rounds.map(round => Math.round(of(round))).join(', ');
  return {
    what: 'longest pause of the load while a follower comes back through a snapshot and 20 % of messages drop',
    figure: Math.max(...rounds.map(({ longestPauseMs }) => longestPauseMs)),
    below: 250,
    unit: 'ms',
    details: `${mib} MiB in ${list(({ caughtUpMs }) => caughtUpMs)} ms; before its return ${list(({ longestPauseBeforeMs }) => longestPauseBeforeMs)} ms`,
  };
}

function measure<T>(name: string, directory: string, count = 0): T {
  say(`storage: ${name} …`);
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [measureProgram, name, directory, String(count)],
    { encoding: 'utf8', timeout: LIMIT_MS },
  );
  if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`);
  return JSON.parse(stdout) as T;
}

const isKept = ({ figure, below }: Promised): boolean => figure < below;

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

function tableOf(rows: readonly Promised[]): string {
  return [
    '| storage | measured | promised | |',
    '|---|---|---|---|',
    ...rows.map(row => {
      const figure = row.unit === 's' ? row.figure.toFixed(1) : String(Math.round(row.figure));
      const mark = isKept(row) ? '✓' : '✗';
      return `| ${row.what} | ${figure} ${row.unit} | < ${row.below} ${row.unit} ${mark} | ${row.details} |`;
    }),
  ].join('\n');
}
