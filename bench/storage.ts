/**
 * `node dist/bench/storage.js`: how long recovery and snapshots take, against what is promised. Exit 1 where it is not kept.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeMachine } from './machine.js';
import { measureCatchUp } from './storage/catch-up.js';
import { fillLog } from './storage/directory.js';
import { makeSnapshot } from './storage/make-snapshot.js';
import type { Recovery } from './storage/recover.js';

const MILLION = 1_000_000;
const LOG_KEYS = 100_000;
const RECOVER_LIMIT_MS = 120_000;
const recoverProgram = fileURLToPath(new URL('./storage/recover.js', import.meta.url));

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Prints a figure beside what is promised of it. */
function judge(what: string, figure: number, limit: number, unit: string): void {
  const holds = figure < limit;
  const shown = unit === 's' ? figure.toFixed(1) : String(Math.round(figure));
  say(`${holds ? '✓' : '✗'} ${what}: ${shown} ${unit} (promised: under ${limit} ${unit})`);
  if (!holds) process.exitCode = 1;
}

function recover(directory: string): Recovery {
  const { status, stdout, stderr } = spawnSync(process.execPath, [recoverProgram, directory], {
    encoding: 'utf8',
    timeout: RECOVER_LIMIT_MS,
  });
  if (status !== 0) throw new Error(`recovery ended with ${status}: ${stderr}`);
  return JSON.parse(stdout) as Recovery;
}

async function main(folder: string): Promise<void> {
  say(`${describeMachine()} Load average ${(loadavg()[0] ?? 0).toFixed(1)}.`);

  const log = join(folder, 'log');
  fillLog(log, MILLION, LOG_KEYS);
  const recovered = recover(log);
  say(
    `log of ${recovered.entries} entries: opened in ${Math.round(recovered.openMs)} ms, applied in ${Math.round(recovered.applyMs)} ms (processor: ${Math.round(recovered.processorMs)} ms)`,
  );
  judge('a log of 1 million entries recovers', (recovered.openMs + recovered.applyMs) / 1000, 10, 's');
  judge('its memory', recovered.maxResidentMb, 400, 'MB');
  rmSync(log, { recursive: true });

  const snapshots = join(folder, 'snapshot');
  const made = await makeSnapshot(snapshots, MILLION);
  say(`snapshot of ${made.keys} keys made in ${Math.round(made.totalMs)} ms beside writes`);
  judge('longest time it keeps the node busy in one piece', made.longestStepMs, 50, 'ms');
  say(
    `  (of that processor time at most ${Math.round(made.longestProcessorMs)} ms; longest delay of the event loop ${Math.round(made.longestDelayMs)} ms)`,
  );
  const loaded = recover(snapshots);
  say(
    `snapshot of ${loaded.keys} keys: checked in ${Math.round(loaded.openMs)} ms, loaded in ${Math.round(loaded.loadMs)} ms (processor: ${Math.round(loaded.processorMs)} ms)`,
  );
  judge('a snapshot of 1 million keys × 100 B loads', (loaded.openMs + loaded.loadMs) / 1000, 5, 's');
  rmSync(snapshots, { recursive: true });

  const directory = join(folder, 'catch-up');
  const caught = await measureCatchUp({
    directory,
    drop: 0.2,
    stateBytes: 16 * 1024 * 1024,
    connections: 16,
  });
  const { caughtUpMs, installed, snapshotBytes, longestPauseBeforeMs } = caught;
  say(
    `follower back through ${installed} snapshot(s) of ${Math.round(snapshotBytes / 2 ** 20)} MiB ` +
      `with 20 % loss in ${Math.round(caughtUpMs)} ms`,
  );
  say(`  (longest pause with 20 % loss before its return: ${Math.round(longestPauseBeforeMs)} ms)`);
  judge('longest pause of the load meanwhile', caught.longestPauseMs, 250, 'ms');
}

const folder = mkdtempSync(join(tmpdir(), 'raftkv-bench-'));
try {
  await main(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
