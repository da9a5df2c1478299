/**
 * `raftkv test` and `raftkv concurrent-test`: load, faults, and a verdict.
 *
 * @module
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import {
  EXPERIMENTS,
  type ExperimentName,
  type ExperimentOptions,
  runExperiment,
} from '../harness/experiments.js';
import type { KeyDistribution } from '../harness/key-space.js';
import { reportPage } from '../harness/report/page.js';
import { summaryJson, summaryText, type TestDescription } from '../harness/summary.js';
import { type TestOptions, type TestProgress, type TestResult, TestRun } from '../harness/test-run.js';
import { MIXABLE, type WorkloadName } from '../harness/workloads/table.js';
import { wholeNumber } from './arguments.js';
import { violationText } from './check.js';
import { EXIT_FAILED, OperationFailed } from './cli-error.js';
import { progressLine, SILENT } from './progress-line.js';
import { print, printJson } from './terminal.js';
import { openTarget, type TargetFlags, withoutPassword } from './test-target.js';

interface TestFlags extends TargetFlags {
  readonly seconds?: number;
  readonly clients?: number;
  readonly nodes?: number;
  readonly clusterSize?: number;
  readonly rate?: number;
  readonly seed?: number;
  readonly ratio: number;
  readonly workload?: readonly WorkloadName[];
  readonly keys: KeyDistribution;
  readonly valueSize: number;
  readonly timeout: number;
  readonly faultsEvery: number;
  readonly history?: string;
  readonly report?: string;
  readonly json?: true;
}

interface Kind {
  readonly command: 'test' | 'concurrent-test';
  readonly seconds: number;
  readonly clients: number;
  readonly workloads: readonly WorkloadName[];
}

const SEQUENTIAL: Kind = { command: 'test', seconds: 20, clients: 1, workloads: ['register'] };
const CONCURRENT: Kind = { command: 'concurrent-test', seconds: 60, clients: 20, workloads: MIXABLE };
const DEFAULT_NODES = 5;
const DEFAULT_RATIO = 0.65;

export const testCommand = (): Command =>
  withOptions(
    new Command('test')
      .description('Test a store with one client after the other phase: put, get, put-then-get, mixed.')
      .addArgument(new Argument('<experiment>').choices([...EXPERIMENTS])),
    SEQUENTIAL,
  );

export const concurrentTestCommand = (): Command =>
  withOptions(
    new Command('concurrent-test')
      .description('Test a store with many clients at once: put, get, put-then-get, mixed.')
      .addArgument(new Argument('<experiment>').choices(['static', 'dynamic'])),
    CONCURRENT,
  );

const fraction = (text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError('expected a number 0–1');
  return value;
};

const workloadsIn = (text: string): readonly WorkloadName[] => {
  const names = text === 'all' ? MIXABLE : text.split(',');
  return names.map(name => {
    const known = MIXABLE.find(mixable => mixable === name);
    if (known === undefined) throw new InvalidArgumentError(`expected all, or some of ${MIXABLE.join(',')}`);
    return known;
  });
};

const withOptions = (command: Command, kind: Kind): Command =>
  command
    .option('--config <file>', 'a running cluster, by its config (default: start one)')
    .option('--connect <host:port>', 'a running cluster, by one of its nodes')
    .option('--target <url>', 'any other server that speaks the protocol: redis://HOST:PORT')
    .option('--seconds <count>', `how long the load lasts (default: ${kind.seconds})`, wholeNumber(1, 86_400))
    .option('--clients <count>', `connections (default: ${kind.clients})`, wholeNumber(1, 1_000))
    .option(
      '--nodes <count>',
      `nodes of the cluster started (default: ${DEFAULT_NODES}); in kill-nodes: nodes to kill`,
      wholeNumber(1, 255),
    )
    .option('--cluster-size <count>', 'in kill-nodes: nodes of the cluster started', wholeNumber(1, 255))
    .option('--rate <count>', 'calls a second in all (default: as fast as answers come)', wholeNumber(1, 1e6))
    .option('--seed <number>', 'of all random choices', wholeNumber(0, 4_294_967_295))
    .option('--ratio <share>', 'share of reads in the mixed phase', fraction, DEFAULT_RATIO)
    .option('--workload <names>', `of the mixed phase: all, or some of ${MIXABLE.join(',')}`, workloadsIn)
    .addOption(
      new Option('--keys <distribution>', 'which keys are used')
        .choices(['uniform', 'zipf'])
        .default('uniform'),
    )
    .option('--value-size <bytes>', 'size of register values', wholeNumber(1, 8 * 1024 * 1024), 16)
    .option('--timeout <ms>', 'after which a call counts as unknown', wholeNumber(10, 600_000), 600)
    .option('--faults-every <ms>', 'in dynamic', wholeNumber(50, 600_000), 1_000)
    .option('--history <file>', 'where the history goes (default: beside the report, else nowhere)')
    .option('--report <directory>', 'write report.html, summary.json and the history there')
    .option('--data <directory>', 'keep the data of the cluster started on disk (default: in memory)')
    .option('--trace <file>', 'append what the nodes do to a file, as JSON lines')
    .option('--json', 'print the summary as JSON')
    .action((experiment: ExperimentName, flags: TestFlags) => run(experiment, flags, kind));

const run = async (experiment: ExperimentName, flags: TestFlags, kind: Kind): Promise<void> => {
  const seed = flags.seed ?? Math.floor(Math.random() * 2 ** 32);
  const files = filesOf(flags);
  const cancelling = new AbortController();
  const cancel = (): void => cancelling.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, cancel);
  const target = await openTarget(flags, ownCluster(experiment, flags, seed));
  const durationMs = 1000 * (flags.seconds ?? kind.seconds);
  const progress = flags.json ? SILENT : progressLine(process.stderr);
  try {
    const testRun = new TestRun(target.cluster, {
      clients: flags.clients ?? kind.clients,
      seed,
      historyPath: files.history,
      timeoutMs: flags.timeout,
      distribution: flags.keys,
      valueBytes: flags.valueSize,
      faultIntervalMs: flags.faultsEvery,
      signal: cancelling.signal,
      cleanUp: target.livesOn,
      onProgress: now => progress.update(Math.min(1, now.elapsedMs / durationMs), progressText(now)),
    } satisfies TestOptions);
    const result = await experimentOf(experiment, testRun, flags, kind, durationMs);
    progress.end();
    show(describe(experiment, flags, kind, target.cluster, seed, files.history), result, flags);
  } finally {
    progress.end();
    await target.close();
    files.remove();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, cancel);
  }
};

const experimentOf = async (
  experiment: ExperimentName,
  testRun: TestRun,
  flags: TestFlags,
  kind: Kind,
  durationMs: number,
): Promise<TestResult> => {
  const options: ExperimentOptions = {
    durationMs,
    readShare: flags.ratio,
    workloads: flags.workload ?? kind.workloads,
    ...(flags.rate === undefined ? {} : { rate: flags.rate }),
    ...(flags.nodes === undefined ? {} : { kill: flags.nodes }),
  };
  try {
    return await runExperiment(experiment, testRun, options);
  } catch (error) {
    await testRun.close();
    throw error instanceof RangeError ? new OperationFailed(error.message) : error;
  }
};

const ownCluster = (experiment: ExperimentName, flags: TestFlags, seed: number) => {
  const nodes =
    experiment === 'kill-nodes'
      ? (flags.clusterSize ?? Math.max(DEFAULT_NODES, 2 * (flags.nodes ?? 0) + 1))
      : (flags.nodes ?? DEFAULT_NODES);
  return {
    nodes,
    seed,
    ...(flags.trace === undefined ? {} : { traceFile: flags.trace }),
    ...(flags.data === undefined ? {} : { dataDirectory: flags.data }),
  };
};

/** A history of its own for each run: what is there already is replaced. */
const filesOf = (flags: TestFlags): { readonly history: string; remove(): void } => {
  if (flags.report !== undefined) mkdirSync(flags.report, { recursive: true });
  const named =
    flags.history ?? (flags.report === undefined ? undefined : join(flags.report, 'history.jsonl'));
  if (named !== undefined) {
    writeFileSync(named, '');
    return { history: named, remove: () => undefined };
  }
  const folder = mkdtempSync(join(tmpdir(), 'raftkv-test-'));
  const history = join(folder, 'history.jsonl');
  writeFileSync(history, '');
  return { history, remove: () => rmSync(folder, { recursive: true, force: true }) };
};

const progressText = ({ phase, counts }: TestProgress): string =>
  `${phase}: ${counts.ok} acknowledged, ${counts.failed} refused, ${counts.unknown} unknown`;

const describe = (
  experiment: ExperimentName,
  flags: TestFlags,
  kind: Kind,
  cluster: { readonly label: string; readonly nodes: readonly unknown[] },
  seed: number,
  history: string,
): TestDescription => {
  const words = process.argv.slice(2).map(withoutPassword);
  const command = ['raftkv', ...words, ...(flags.seed === undefined ? ['--seed', String(seed)] : [])].join(
    ' ',
  );
  const kept = flags.history !== undefined || flags.report !== undefined;
  return {
    title: `${kind.command} ${experiment}`,
    command,
    store: cluster.label,
    nodes: cluster.nodes.length,
    clients: flags.clients ?? kind.clients,
    seed,
    history: kept ? history : '(not kept: give --history FILE)',
  };
};

const show = (description: TestDescription, result: TestResult, flags: TestFlags): void => {
  if (flags.report !== undefined) {
    writeFileSync(
      join(flags.report, 'summary.json'),
      `${JSON.stringify(summaryJson(description, result), null, 2)}\n`,
    );
    writeFileSync(join(flags.report, 'report.html'), reportPage(description, result));
  }
  if (flags.json) printJson(summaryJson(description, result));
  else print(resultText(description, result, flags));
  if (!result.ok) process.exitCode = EXIT_FAILED;
};

const MAX_SHOWN = 5;

const resultText = (description: TestDescription, result: TestResult, flags: TestFlags): string => {
  const parts = [summaryText(description, result)];
  if (flags.report !== undefined) parts.push(`Report          ${join(flags.report, 'report.html')}`);
  parts.push(result.ok ? 'PASS' : `FAIL: ${result.reasons.join('; ')}`);
  if (!result.ok) {
    parts.push(
      ...result.check.violations.slice(0, MAX_SHOWN).map(violation => `\n${violationText(violation)}`),
    );
    parts.push(...result.lost.slice(0, MAX_SHOWN).map(({ text }) => `lost: ${text}`));
    parts.push(`again with: ${description.command}`);
  }
  return parts.join('\n');
};
