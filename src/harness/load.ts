/**
 * Concurrent clients on threads of their own, all writing one history.
 *
 * @module
 */
import { Piscina } from 'piscina';
import type { NodeAddress } from '../client/index.js';
import type { Access } from './cluster-under-test.js';
import { HistoryWriter } from './history-file.js';
import { type KeyDistribution, KeySpace } from './key-space.js';
import { LoadClient } from './load-client.js';
import { LoadCounters, type LoadCounts } from './load-counters.js';
import { keySpaceOf, type LoadTask } from './load-task.js';
import { accountKeysOf } from './workloads/bank.js';
import { WORKLOAD_NAMES, WORKLOADS, type WorkloadName } from './workloads/table.js';
import type { Draw, Workload } from './workloads/workload.js';

export interface LoadOptions {
  readonly nodes: readonly NodeAddress[];
  readonly clients: number;
  readonly seed: number;
  /** Appended to. */
  readonly historyPath: string;
  readonly timeoutMs: number;
  readonly distribution?: KeyDistribution;
  readonly valueBytes?: number;
  readonly swap?: Draw['swap'];
  readonly access: Access;
  readonly threads?: number;
}

export interface PhaseOptions {
  readonly name: string;
  readonly workloads: readonly WorkloadName[];
  readonly durationMs: number;
  readonly readShare: number;
  /** Calls a second of all clients together; left out: closed loop. */
  readonly rate?: number;
  readonly valueBytes?: number;
  readonly clients?: number;
}

const DEFAULT_VALUE_BYTES = 16;
/** One core is enough for thousands of calls a second, and the cluster needs the others. */
const DEFAULT_THREADS = 2;
/** Phases may run beside each other. */
const MAX_PHASES_AT_ONCE = 4;
/** How often a final read is tried before the key is given up. */
const FINAL_READ_TRIES = 20;
/** Numbers of clients after an unknown outcome lie above those of all phases. */
const CLIENT_STEP = 1_000_000;

/** A run of several phases over the same keys. */
export class Load {
  readonly #options: LoadOptions;
  readonly #pool: Piscina<LoadTask, void>;
  readonly #zeroNs = process.hrtime.bigint();
  readonly #writes: Readonly<Record<string, SharedArrayBuffer>>;
  readonly #prefix: string;
  readonly #counters = new LoadCounters();
  /** Numbers given to clients so far: no two phases share one. */
  #numbers = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#prefix = `t${Date.now().toString(36)}${(options.seed >>> 0).toString(36)}`;
    this.#writes = Object.fromEntries(
      WORKLOAD_NAMES.map(name => [WORKLOADS[name].family, KeySpace.memory(WORKLOADS[name].keys)]),
    );
    const threads = options.threads ?? DEFAULT_THREADS;
    this.#pool = new Piscina<LoadTask, void>({
      filename: new URL('../../workers/load.js', import.meta.url).href,
      minThreads: Math.min(threads, options.clients),
      maxThreads: threads,
      // Sockets must be served while a thread waits for its next task.
      atomics: 'disabled',
      concurrentTasksPerWorker: MAX_PHASES_AT_ONCE,
      execArgv: [],
    });
  }

  /** Nanoseconds since the run began: the clock of its history. */
  nowNs(): number {
    return Number(process.hrtime.bigint() - this.#zeroNs);
  }

  /** Reading of the machine's monotonic clock when the run began. */
  get zeroMs(): number {
    return Number(this.#zeroNs) / 1e6;
  }

  counts(): LoadCounts {
    return this.#counters.read();
  }

  /** Clients finish the call they are in, and make no more. */
  stop(): void {
    this.#counters.stop();
  }

  /** Later phases call again. */
  resume(): void {
    this.#counters.resume();
  }

  async run(phase: PhaseOptions): Promise<void> {
    const { nodes, seed, timeoutMs, historyPath, distribution = 'uniform' } = this.#options;
    const clients = phase.clients ?? this.#options.clients;
    const threads = Math.min(this.#pool.options.maxThreads, clients);
    const first = this.#numbers;
    this.#numbers += clients;
    const numbers = Array.from({ length: clients }, (_, index) => first + index);
    const task: Omit<LoadTask, 'clientNumbers'> = {
      nodes,
      clients: CLIENT_STEP,
      workloads: phase.workloads,
      phase: phase.name,
      readShare: phase.readShare,
      valueBytes: phase.valueBytes ?? this.#options.valueBytes ?? DEFAULT_VALUE_BYTES,
      distribution,
      swap: this.#options.swap ?? 'ifeq',
      prefix: this.#prefix,
      writes: this.#writes,
      ratePerClient: phase.rate === undefined ? null : phase.rate / clients,
      durationMs: phase.durationMs,
      timeoutMs,
      access: this.#options.access,
      seed: (seed + first) | 0,
      historyPath,
      zeroNs: this.#zeroNs,
      counters: this.#counters.memory,
    };
    await Promise.all(
      Array.from({ length: threads }, (_, thread) =>
        this.#pool.run({ ...task, clientNumbers: numbers.filter((__, at) => at % threads === thread) }),
      ),
    );
  }

  /**
   * Reads every key that was written, once, after everything else: what was acknowledged must be there.
   *
   * @returns the keys that could not be read; at `mostUnread` of them it gives up
   */
  async readAll(
    workloads: readonly WorkloadName[],
    { mostUnread = Number.POSITIVE_INFINITY } = {},
  ): Promise<readonly string[]> {
    const writer = new HistoryWriter(this.#options.historyPath);
    const reader = new LoadClient({
      client: this.#numbers++,
      clients: CLIENT_STEP,
      nodes: this.#options.nodes,
      timeoutMs: this.#options.timeoutMs,
      phase: 'final',
      access: this.#options.access,
      nowNs: () => this.nowNs(),
      record: operation => writer.write(operation),
    });
    const unread: string[] = [];
    try {
      for (const { key, workload } of this.#usedKeys(workloads)) {
        let tries = 0;
        while (tries < FINAL_READ_TRIES && (await reader.run(workload.finalRead(key))) !== 'ok') tries++;
        if (tries === FINAL_READ_TRIES) unread.push(key);
        if (unread.length >= mostUnread) break;
      }
    } finally {
      reader.close();
      writer.close();
    }
    return unread;
  }

  /** Every key of the store the run has used. */
  storeKeys(workloads: readonly WorkloadName[]): readonly string[] {
    return this.#usedKeys(workloads).flatMap(({ key, family }) =>
      family === 'bank' ? accountKeysOf(key) : [key],
    );
  }

  async close(): Promise<void> {
    this.stop();
    await this.#pool.destroy();
  }

  #usedKeys(workloads: readonly WorkloadName[]): { key: string; family: string; workload: Workload }[] {
    const byFamily = new Map(workloads.map(name => [WORKLOADS[name].family, name]));
    return [...byFamily].flatMap(([family, name]) => {
      const workload: Workload = WORKLOADS[name].create();
      const keys = keySpaceOf(name, {
        prefix: this.#prefix,
        distribution: this.#options.distribution ?? 'uniform',
        writes: this.#writes,
      });
      return keys.used().map(key => ({ key, family, workload }));
    });
  }
}
