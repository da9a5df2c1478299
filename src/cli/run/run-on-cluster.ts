/**
 * Runs one script against a cluster, and keeps what a report shows of it.
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withFiles } from '../../chaos/front.js';
import { runScript, type ScriptReport, type ScriptStep } from '../../chaos/run-script.js';
import { loadMatrix } from '../../config/load-config.js';
import { Observer } from '../../harness/observer.js';
import type { ScriptResult } from '../../harness/report/script-page.js';
import type { Cluster } from '../../index.js';
import { faultPeriods } from './fault-periods.js';
import type { ScriptFile } from './script-files.js';
import { scriptLoad } from './script-load.js';

export interface RunOptions {
  /** Replaces the script's first seed. */
  readonly seed?: number | undefined;
  readonly onStep?: (step: ScriptStep) => void | Promise<void>;
}

export const runOnCluster = (
  cluster: Cluster,
  { path, script }: ScriptFile,
  { seed, onStep }: RunOptions,
): Promise<ScriptReport> => {
  const folder = dirname(path);
  const execute = withFiles(line => cluster.execute(line, 'script'), {
    readMatrix: name => loadMatrix(resolve(folder, name)),
    writeText: (name, text) => writeFileSync(resolve(folder, name), text),
  });
  return runScript(script, {
    execute: line =>
      seed !== undefined && line === `seed ${script.seed}` ? execute(`seed ${seed}`) : execute(line),
    sleep: ms => sleep(ms),
    now: () => performance.now(),
    ...(onStep === undefined ? {} : { onStep }),
  });
};

export interface ObservedRun {
  readonly report: ScriptReport;
  readonly result: ScriptResult;
}

const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** As `runOnCluster`, with everything a report shows. @param seed the one the cluster began with */
export const runObserved = async (
  cluster: Cluster,
  file: ScriptFile,
  seed: number,
  options: RunOptions,
): Promise<ObservedRun> => {
  const steps: ScriptStep[] = [];
  const startedMs = monotonicMs();
  const controls = {
    execute: async () => ({ ok: false, text: 'only looked at' }),
    status: () => cluster.status(),
  };
  const observer = new Observer(controls, () => monotonicMs() - startedMs, { intervalMs: POLL_INTERVAL_MS });
  const report = await runOnCluster(cluster, file, {
    ...options,
    onStep: async step => {
      steps.push(step);
      await options.onStep?.(step);
      // What the next step undoes at once was there all the same.
      await observer.look();
    },
  });
  const timeline = await observer.stop();
  const { ok, elapsedMs, expectations } = report;
  const result: ScriptResult = {
    script: basename(file.path),
    text: file.text,
    ok,
    nodes: file.nodes,
    seed,
    elapsedMs,
    expectations,
    steps: steps.map(({ line, command, atMs, elapsedMs: tookMs, result: { kind, text } }) => ({
      line,
      command,
      atMs,
      elapsedMs: tookMs,
      ok: kind === 'done',
      answer: text,
    })),
    faults: faultPeriods(steps, elapsedMs),
    timeline,
    measurements: scriptLoad(steps, startedMs, elapsedMs),
    command: `raftkv run ${file.path} --seed ${seed}`,
  };
  return { report, result };
};

/** Scripts are short: every change of role should be seen. */
const POLL_INTERVAL_MS = 25;
