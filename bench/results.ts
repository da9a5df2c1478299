/**
 * Keeps results as JSON, a file for each commit and kind of measurement.
 *
 * @module
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { describeMachine } from './machine.js';
import type { Plot } from './plots.js';
import { writeReportPage } from './report-page.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: 'pipe',
    }).trim();
  } catch {
    return 'unknown';
  }
}

/** @param plots how the report page shows it @returns the file, relative to the project */
export function keepResult(kind: string, result: unknown, plots: readonly Plot[] = []): string {
  const at = commit();
  const file = `bench/results/${kind}-${at}.json`;
  mkdirSync(`${ROOT}/bench/results`, { recursive: true });
  const text = JSON.stringify(
    {
      kind,
      commit: at,
      at: new Date().toISOString(),
      machine: describeMachine(),
      loadAverage: loadavg(),
      plots,
      result,
    },
    null,
    2,
  );
  writeFileSync(`${ROOT}/${file}`, `${text}\n`);
  writeReportPage(`${ROOT}/bench/results`);
  return file;
}

/** One line on standard error; standard output is for the results. */
export function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
