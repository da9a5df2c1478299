/**
 * Runs every `*.test.js` beside this file in a process of its own and closes with one line that counts them.
 *
 * uvu gives neither isolation nor time limits, and a file that forgets `.run()` counts as nothing: here such a file
 * fails, a hung one is killed, and a leaked handle (a live worker) shows as a time-out of its file.
 *
 * Tests of real clusters, sockets and terminals depend on a machine that others may be using: at the end, with nothing
 * beside it, a failed file runs once more. What then passes is told, with what it printed when it failed, and named again
 * at the end. More than `MAX_RERUNS` failed files are no accident and are not run again.
 *
 * Usage: `npm test [-- FILTER …]`; `TEST_FILE_TIMEOUT_MS` (default 120000) bounds each file.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

interface Result {
  readonly file: string;
  readonly passed: number;
  readonly total: number;
  readonly skipped: number;
  readonly failed: number;
  readonly output: string;
  readonly elapsedMs: number;
  readonly verdict: string;
}

const timeoutMs = Number(process.env.TEST_FILE_TIMEOUT_MS ?? 120_000);
const MAX_RERUNS = 4;
const filters = process.argv.slice(2);
const root = import.meta.dirname;
const running = new Set<ChildProcess>();

function testFiles(): string[] {
  return readdirSync(root, { recursive: true })
    .map(String)
    .filter(file => file.endsWith('.test.js'))
    .filter(file => filters.length === 0 || filters.some(filter => file.includes(filter)))
    .sort();
}

/** uvu's summary, the last that a process prints: `Total:`, `Passed:`, `Skipped:`, a line each. */
function count(output: string, label: string): number {
  const lines = [...output.matchAll(new RegExp(`^\\s*${label}:\\s+(\\d+)$`, 'gm'))];
  return Number(lines.at(-1)?.[1] ?? 0);
}

function judge(
  file: string,
  output: string,
  code: number | null,
  timedOut: boolean,
  elapsedMs: number,
): Result {
  const total = count(output, 'Total');
  const passed = count(output, 'Passed');
  const skipped = count(output, 'Skipped');
  const verdict = timedOut
    ? `killed after ${timeoutMs} ms`
    : total === 0 && skipped === 0
      ? 'no test was run'
      : code !== 0
        ? `exit ${code}`
        : passed !== total
          ? 'failed'
          : '';
  const failed = verdict === '' ? 0 : Math.max(1, total - passed);
  return { file, passed, total, skipped, failed, output, elapsedMs, verdict };
}

function runFile(file: string): Promise<Result> {
  return new Promise(resolve => {
    const startedAt = performance.now();
    const child = spawn(process.execPath, ['--enable-source-maps', join(root, file)], {
      env: { ...process.env, FORCE_COLOR: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    let output = '';
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      child.kill('SIGKILL');
      // What it started may live on and hold them open.
      child.stdout.destroy();
      child.stderr.destroy();
    }, timeoutMs);
    const collect = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('close', code => {
      clearTimeout(timer);
      running.delete(child);
      resolve(judge(file, output, code, timedOut, performance.now() - startedAt));
    });
  });
}

function report(result: Result): void {
  const mark = result.verdict === '' ? 'ok  ' : 'FAIL';
  const skipped = result.skipped > 0 ? `, ${result.skipped} skipped` : '';
  const verdict = result.verdict === '' ? '' : ` (${result.verdict})`;
  const seconds = (result.elapsedMs / 1000).toFixed(1);
  process.stdout.write(
    `${mark} ${result.file} ${result.passed}/${result.total}${skipped} ${seconds} s${verdict}\n`,
  );
  if (result.verdict !== '') process.stdout.write(`${result.output}\n`);
  for (const line of result.output.split('\n')) {
    if (result.verdict === '' && line.startsWith('skipped: ')) process.stdout.write(`     ${line}\n`);
  }
}

/** As many side by side as there are processors, two at least. */
async function runAll(files: readonly string[]): Promise<Result[]> {
  const queue = [...files];
  const results: Result[] = [];
  const lane = async (): Promise<void> => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const result = await runFile(file);
      results.push(result);
      report(result);
    }
  };
  await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, lane));
  return results;
}

async function rerunFailed(results: readonly Result[]): Promise<readonly Result[]> {
  const failed = results.filter(({ verdict }) => verdict !== '');
  if (failed.length === 0 || failed.length > MAX_RERUNS) return results;
  const second = new Map<string, Result>();
  for (const { file } of failed) {
    process.stdout.write(`failed, runs once more alone: ${file}\n`);
    const result = await runFile(file);
    report(result);
    second.set(file, result);
  }
  const healed = failed.filter(({ file }) => second.get(file)?.verdict === '').map(({ file }) => file);
  if (healed.length > 0) process.stdout.write(`passed only when run again: ${healed.join(', ')}\n`);
  return results.map(result => second.get(result.file) ?? result);
}

async function main(): Promise<void> {
  const results = await rerunFailed(await runAll(testFiles()));
  const sum = (of: (result: Result) => number): number =>
    results.reduce((total, result) => total + of(result), 0);
  const passed = sum(result => result.passed);
  const failed = sum(result => result.failed);
  const skipped = sum(result => result.skipped);
  process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
}

process.on('SIGINT', () => {
  for (const child of running) child.kill('SIGKILL');
  process.exit(130);
});
await main();
