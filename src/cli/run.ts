/**
 * `raftkv run`: scripts of the command language, each against a cluster of its own.
 *
 * @module
 */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { withFiles } from '../chaos/front.js';
import { runScript, type ScriptReport, type ScriptStep } from '../chaos/run-script.js';
import { parseScript, type Script, ScriptError } from '../chaos/script.js';
import { loadMatrix } from '../config/load-config.js';
import { parseConfig } from '../config/parse-config.js';
import type { Cluster, ClusterConfig } from '../index.js';
import { LOCAL_CONFIG } from '../runtime/cluster-options.js';
import { configOf, wholeNumber } from './arguments.js';
import { EXIT_FAILED, InvalidOperation, OperationFailed } from './cli-error.js';
import { print, printJson } from './terminal.js';

interface RunFlags {
  readonly seed?: number;
  readonly nodes?: number;
  readonly config?: string;
  readonly json?: true;
  readonly quiet?: true;
  readonly trace?: string;
}

interface ScriptFile {
  readonly path: string;
  /** With the script's own settings. */
  readonly config: ClusterConfig;
  readonly script: Script;
}

const DEFAULT_NODES = 5;

export const runCommand = (): Command =>
  new Command('run')
    .description('Run scripts, each against a fresh cluster in memory; exit 0 only if all went well.')
    .argument('<script...>', 'script files, or folders of *.chaos files')
    .option('--seed <number>', "instead of the script's", wholeNumber(0, 4_294_967_295))
    .option('--nodes <count>', `for scripts that do not say (default: ${DEFAULT_NODES})`, wholeNumber(1, 255))
    .option('--config <file>', 'timings and limits; ports are chosen by the system')
    .option('--trace <file>', 'append what the nodes do to a file, as JSON lines')
    .option('--json', 'print JSON, one object a script')
    .option('--quiet', 'print the verdicts only')
    .action(run);

const run = async (paths: readonly string[], flags: RunFlags): Promise<void> => {
  const config = flags.config === undefined ? LOCAL_CONFIG : configOf(flags.config).config;
  const files = paths.flatMap(scriptsAt).map(path => readScript(path, flags, config));
  let failures = 0;
  for (const file of files) {
    if (!(await runFile(file, flags))) failures++;
  }
  if (files.length > 1 && !flags.json) {
    print(`${files.length - failures} of ${files.length} scripts passed`);
  }
  if (failures > 0) process.exitCode = EXIT_FAILED;
};

/** A script's cluster takes free ports, so that several can run beside each other. */
const withFreePorts = (config: ClusterConfig): ClusterConfig => ({
  ...config,
  servers: ['127.0.0.1'],
  portStart: 0,
});

const scriptsAt = (path: string): readonly string[] => {
  try {
    if (!statSync(path).isDirectory()) return [path];
  } catch {
    throw new OperationFailed(`${path}: no such file`);
  }
  const scripts = readdirSync(path).filter(name => name.endsWith('.chaos'));
  if (scripts.length === 0) throw new OperationFailed(`${path}: no *.chaos files in it`);
  return scripts.sort().map(name => join(path, name));
};

/** All scripts are read before the first one runs. */
const readScript = (path: string, flags: RunFlags, base: ClusterConfig): ScriptFile => {
  const text = readFileSync(path, 'utf8');
  try {
    const nodes = nodesIn(text) ?? flags.nodes ?? DEFAULT_NODES;
    const script = parseScript(text, { nodes });
    return { path, script, config: withFreePorts(withSettings(script, path, base)) };
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error;
    const lines = error.errors.map(mistake => `${path}: ${mistake.message}`);
    throw new InvalidOperation(lines.join('\n'));
  }
};

/** The script's own number of nodes comes before any command; the parser checks it. */
const nodesIn = (text: string): number | null => {
  const match = /^\s*nodes\s+(\d+)\s*(#.*)?$/m.exec(text);
  return match === null ? null : Number(match[1]);
};

/** The config with the script's `config` lines. @throws ConfigError with the line of the script */
const withSettings = (script: Script, path: string, base: ClusterConfig): ClusterConfig => {
  if (script.settings.length === 0) return base;
  const lines: string[] = [];
  for (const { line, key, value } of script.settings) lines[line - 1] = `${key}: ${value}`;
  return parseConfig(Array.from(lines, line => line ?? '').join('\n'), path, base);
};

const runFile = async ({ path, script, config }: ScriptFile, flags: RunFlags): Promise<boolean> => {
  const nodes = script.nodes ?? flags.nodes ?? DEFAULT_NODES;
  const seed = flags.seed ?? script.seed ?? Math.floor(Math.random() * 2 ** 32);
  const { startCluster } = await import('../index.js');
  const cluster = await startCluster({
    nodes,
    seed,
    config,
    ...(flags.trace === undefined ? {} : { traceFile: flags.trace }),
  });
  try {
    const report = await runOn(cluster, path, script, flags);
    if (flags.json) printJson({ script: path, nodes, seed, ...report });
    else printVerdict(path, seed, report);
    return report.ok;
  } finally {
    await cluster.stop();
  }
};

const runOn = (cluster: Cluster, path: string, script: Script, flags: RunFlags): Promise<ScriptReport> => {
  const folder = dirname(path);
  const execute = withFiles(line => cluster.execute(line, 'script'), {
    readMatrix: name => loadMatrix(resolve(folder, name)),
    writeText: (name, text) => writeFileSync(resolve(folder, name), text),
  });
  const overridden = flags.seed;
  return runScript(script, {
    // A seed given on the command line replaces the script's first one.
    execute: line =>
      overridden !== undefined && line === `seed ${script.seed}`
        ? execute(`seed ${overridden}`)
        : execute(line),
    sleep: ms => sleep(ms),
    now: () => performance.now(),
    onStep: step => {
      if (!flags.json && !flags.quiet) print(stepText(step));
    },
  });
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
