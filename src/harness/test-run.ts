/**
 * One test of a store: load in phases, faults beside it, then everything healed, every key read, and the verdict.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { CheckResult } from './check.js';
import { type CheckFileOptions, checkHistoryFile } from './check-file.js';
import type { ClusterUnderTest } from './cluster-under-test.js';
import type { KeyDistribution } from './key-space.js';
import { Load, type PhaseOptions } from './load.js';
import type { LoadCounts } from './load-counters.js';
import { findLostWrites, type LostWrite } from './lost-writes.js';
import { type Measurements, measureHistory } from './measure.js';
import { type FaultPeriod, NEMESIS_KINDS, Nemesis } from './nemesis.js';
import { Observer, type Timeline } from './observer.js';
import type { WorkloadName } from './workloads/table.js';

export interface TestOptions {
  readonly clients: number;
  readonly seed: number;
  readonly historyPath: string;
  readonly timeoutMs: number;
  readonly distribution: KeyDistribution;
  readonly valueBytes: number;
  readonly faultIntervalMs: number;
  /** How long the nodes may take to become equal after the last fault; default 30 s. */
  readonly convergeMs?: number;
  readonly signal: AbortSignal;
  /** Takes the keys away at the end: for stores that live on. */
  readonly cleanUp: boolean;
  /** Half a second apart, while load runs. */
  readonly onProgress?: (progress: TestProgress) => void;
  readonly check?: CheckFileOptions;
}

export interface TestProgress {
  readonly phase: string;
  readonly elapsedMs: number;
  readonly counts: LoadCounts;
}

/** A row of an experiment's table; the first column names it. */
export interface ExperimentTable {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

export interface TestResult {
  /** Linearizable, nothing lost, every key read, and there was something to judge. */
  readonly ok: boolean;
  /** Why it is not `ok`. */
  readonly reasons: readonly string[];
  readonly check: CheckResult;
  readonly lost: readonly LostWrite[];
  readonly unreadKeys: readonly string[];
  readonly measurements: Measurements;
  readonly faults: readonly FaultPeriod[];
  readonly timeline: Timeline | null;
  readonly table: ExperimentTable | null;
  readonly checkMs: number;
}

const PROGRESS_INTERVAL_MS = 200;
const DEFAULT_CONVERGE_MS = 30_000;
/** Keys deleted with one command. */
const CLEAN_UP_BATCH = 500;

export class TestRun {
  readonly cluster: ClusterUnderTest;
  readonly options: TestOptions;
  readonly load: Load;
  /** Null where the store takes no faults. */
  readonly nemesis: Nemesis | null;
  readonly #observer: Observer | null;
  readonly #workloads = new Set<WorkloadName>();
  readonly #startedAt = performance.now();
  readonly #convergeMs: number;
  readonly #expectationsBroken: string[] = [];

  constructor(cluster: ClusterUnderTest, options: TestOptions) {
    this.cluster = cluster;
    this.options = options;
    this.#convergeMs = options.convergeMs ?? DEFAULT_CONVERGE_MS;
    this.load = new Load({
      nodes: cluster.nodes,
      clients: options.clients,
      seed: options.seed,
      historyPath: options.historyPath,
      timeoutMs: options.timeoutMs,
      distribution: options.distribution,
      valueBytes: options.valueBytes,
      swap: cluster.swap,
      access: cluster.access,
    });
    const { controls } = cluster;
    this.#observer = controls === null ? null : new Observer(controls, () => this.nowMs());
    this.nemesis =
      controls === null
        ? null
        : new Nemesis({
            controls,
            nodes: cluster.nodes.length,
            seed: options.seed,
            intervalMs: options.faultIntervalMs,
            convergeMs: this.#convergeMs,
            kinds: NEMESIS_KINDS,
            nowMs: () => this.nowMs(),
          });
    options.signal.addEventListener('abort', () => this.load.stop(), { once: true });
  }

  /** Milliseconds on the clock of the history. */
  nowMs(): number {
    return this.load.nowNs() / 1e6;
  }

  /** Runs one phase of load; `beside` runs with it and may last longer. */
  async phase(phase: PhaseOptions, beside?: () => Promise<void>): Promise<void> {
    for (const name of phase.workloads) this.#workloads.add(name);
    if (this.options.signal.aborted) return;
    const timer = setInterval(() => {
      this.options.onProgress?.({
        phase: phase.name,
        elapsedMs: performance.now() - this.#startedAt,
        counts: this.load.counts(),
      });
    }, PROGRESS_INTERVAL_MS);
    try {
      await Promise.all([this.load.run(phase), beside?.()]);
    } finally {
      clearInterval(timer);
    }
  }

  /** Makes the result not ok, and says why. */
  fail(reason: string): void {
    this.#expectationsBroken.push(reason);
  }

  pause(ms: number): Promise<void> {
    return sleep(ms, undefined, { signal: this.options.signal }).catch(() => undefined);
  }

  /** Heals, reads every key, judges. The run is over then. */
  async finish(table: ExperimentTable | null = null): Promise<TestResult> {
    const untilMs = this.nowMs();
    try {
      if (this.nemesis !== null && !(await this.nemesis.healAll())) {
        this.fail(
          `the nodes did not become equal within ${this.#convergeMs / 1000} s after all faults were lifted`,
        );
      }
      const workloads = [...this.#workloads];
      const unreadKeys = await this.load.readAll(workloads);
      const timeline = (await this.#observer?.stop()) ?? null;
      if (this.options.cleanUp) await this.#cleanUp(workloads);
      return await this.#judge(untilMs, unreadKeys, timeline, table);
    } finally {
      await this.close();
    }
  }

  async close(): Promise<void> {
    await this.#observer?.stop();
    await this.load.close();
  }

  async #judge(
    untilMs: number,
    unreadKeys: readonly string[],
    timeline: Timeline | null,
    table: ExperimentTable | null,
  ): Promise<TestResult> {
    const { historyPath } = this.options;
    const startedAt = performance.now();
    const check = await checkHistoryFile(historyPath, this.options.check);
    const checkMs = performance.now() - startedAt;
    const lost = findLostWrites(historyPath);
    const measurements = measureHistory(historyPath, untilMs);
    const reasons = [...this.#expectationsBroken];
    if (this.options.signal.aborted) reasons.push('it was interrupted before its end');
    if (check.verdict !== 'linearizable') reasons.push(`the history is ${check.verdict}`);
    if (lost.length > 0) reasons.push(`${lost.length} acknowledged writes are lost`);
    if (unreadKeys.length > 0) reasons.push(`${unreadKeys.length} keys could not be read at the end`);
    if (measurements.ok === 0) reasons.push('nothing was acknowledged, so nothing is proven');
    const faults = this.nemesis?.periods ?? [];
    return {
      ok: reasons.length === 0,
      reasons,
      check,
      lost,
      unreadKeys,
      measurements,
      faults,
      timeline,
      table,
      checkMs,
    };
  }

  async #cleanUp(workloads: readonly WorkloadName[]): Promise<void> {
    const { connect } = await import('../client/index.js');
    const [node] = this.cluster.nodes;
    if (node === undefined) return;
    const connection = await connect({ ...this.cluster.access, ...node, timeoutMs: this.options.timeoutMs });
    const keys = this.load.storeKeys(workloads);
    for (let at = 0; at < keys.length; at += CLEAN_UP_BATCH) {
      await connection.execute(['DEL', ...keys.slice(at, at + CLEAN_UP_BATCH)]);
    }
    connection.close();
  }
}
