/**
 * `raftkv run`: scripts of the command language, each against a cluster of its own.
 *
 * @module
 */
import { Command } from 'commander';
import type { ScriptReport, ScriptStep } from '../chaos/run-script.js';
import type { ScriptResult } from '../harness/report/script-page.js';
import { LOCAL_CONFIG } from '../runtime/cluster-options.js';
import { configOf, wholeNumber } from './arguments.js';
import { EXIT_FAILED } from './cli-error.js';
import { runObserved, runOnCluster } from './run/run-on-cluster.js';
import { readScripts, type ScriptFile } from './run/script-files.js';
import { writeReports } from './run/write-reports.js';
import { print, printJson } from './terminal.js';

interface RunFlags {
  readonly seed?: number;
  readonly nodes?: number;
  readonly config?: string;
  readonly json?: true;
  readonly quiet?: true;
  readonly trace?: string;
  readonly report?: string;
}

export const runCommand = (): Command =>
  new Command('run')
    .description('Run scripts, each against a fresh cluster in memory; exit 0 only if all went well.')
    .argument('<script...>', 'script files, or folders of *.chaos files')
    .option('--seed <number>', "instead of the script's", wholeNumber(0, 4_294_967_295))
    .option('--nodes <count>', 'for scripts that do not say (default: 5)', wholeNumber(1, 255))
    .option('--config <file>', 'timings and limits; ports are chosen by the system')
    .option('--report <directory>', 'write report.html and summary.json there; of several scripts one each')
    .option('--trace <file>', 'append what the nodes do to a file, as JSON lines')
    .option('--json', 'print JSON, one object a script')
    .option('--quiet', 'print the verdicts only')
    .action(run);

const run = async (paths: readonly string[], flags: RunFlags): Promise<void> => {
  const config = flags.config === undefined ? LOCAL_CONFIG : configOf(flags.config).config;
  const files = readScripts(paths, { config, nodes: flags.nodes });
  const results: ScriptResult[] = [];
  let failures = 0;
  for (const file of files) {
    if (!(await runFile(file, flags, results))) failures++;
  }
  if (files.length > 1 && !flags.json) {
    print(`${files.length - failures} of ${files.length} scripts passed`);
  }
  if (flags.report !== undefined) {
    const page = writeReports(flags.report, results);
    if (!flags.json) print(`report: ${page}`);
  }
  if (failures > 0) process.exitCode = EXIT_FAILED;
};

/** @param results what reports show is added, if reports are written */
const runFile = async (file: ScriptFile, flags: RunFlags, results: ScriptResult[]): Promise<boolean> => {
  const { path, script, config, nodes } = file;
  const seed = flags.seed ?? script.seed ?? Math.floor(Math.random() * 2 ** 32);
  const { startCluster } = await import('../index.js');
  const trace = flags.trace === undefined ? {} : { traceFile: flags.trace };
  const cluster = await startCluster({ nodes, seed, config, ...trace });
  const options = {
    seed: flags.seed,
    onStep: (step: ScriptStep) => {
      if (!flags.json && !flags.quiet) print(stepText(step));
    },
  };
  try {
    let report: ScriptReport;
    if (flags.report === undefined) report = await runOnCluster(cluster, file, options);
    else {
      const observed = await runObserved(cluster, file, seed, options);
      report = observed.report;
      results.push(observed.result);
    }
    if (flags.json) printJson({ script: path, nodes, seed, ...report });
    else printVerdict(path, seed, report);
    return report.ok;
  } finally {
    await cluster.stop();
  }
};

const stepText = ({ line, atMs, command, result }: ScriptStep): string => {
  const mark = result.kind === 'done' ? '✓' : '✗';
  const [answer = ''] = result.text.split('\n', 1);
  const time = (atMs / 1000).toFixed(3).padStart(8);
  const tail = answer === '' ? '' : ` — ${answer}`;
  return `${mark} ${time} s  line ${String(line).padStart(3)}  ${command}${tail}`;
};

const printVerdict = (path: string, seed: number, report: ScriptReport): void => {
  const { ok, expectations, steps, elapsedMs, failure } = report;
  const verdict = `${ok ? 'PASS' : 'FAIL'} ${path}`;
  const seconds = (elapsedMs / 1000).toFixed(1);
  const counts = `${steps} steps, ${expectations} expectations held, ${seconds} s, seed ${seed}`;
  print(`${verdict}: ${counts}`);
  if (failure !== null) print(`  line ${failure.line}: ${failure.command}\n  ${failure.result.text}`);
};
