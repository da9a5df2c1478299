/**
 * The load of a script: clients beside the commands, one history over all pauses, and verdicts on it while the cluster
 * goes on.
 *
 * @module
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { NodeAddress } from '../client/index.js';
import type { CheckResult } from './check.js';
import type { Access } from './cluster-under-test.js';
import { HistoryJudge } from './history-judge.js';
import { Load } from './load.js';
import type { LoadCounts } from './load-counters.js';
import type { WorkloadName } from './workloads/table.js';

export interface ScriptWorkloadOptions {
  readonly nodes: readonly NodeAddress[];
  readonly seed: number;
  readonly access: Access;
}

interface Settings {
  readonly workloads: readonly WorkloadName[];
  readonly clients: number;
  readonly rate: number | null;
  readonly readShare: number;
}

interface Finding {
  readonly holds: boolean;
  readonly seen: string;
}

const TIMEOUT_MS = 600;
const LONGEST_MS = 24 * 3_600_000;
/** Clients end at this many calls: a history takes about 150 bytes of disk for each. */
const MAX_CALLS = 2_000_000;
/** Threads of clients take a moment to start; a cluster without a leader answers nothing. */
const FIRST_CALL_MS = 2_000;
const FIRST_CALL_POLL_MS = 5;
const LIMIT_INTERVAL_MS = 1_000;
/** Lines of a proof, and lost writes, that a message shows. */
const MAX_SHOWN = 12;

export class ScriptWorkload {
  readonly history: { readonly path: string; readonly zeroMs: number };
  readonly #folder = mkdtempSync(join(tmpdir(), 'raftkv-workload-'));
  readonly #load: Load;
  readonly #used = new Set<WorkloadName>();
  #settings: Settings | null = null;
  #running: Promise<void> | null = null;
  /** Checks follow each other: each ends the calls of the clients. */
  #checks: Promise<unknown> = Promise.resolve();
  #limitTimer: NodeJS.Timeout | null = null;

  constructor({ nodes, seed, access }: ScriptWorkloadOptions) {
    const path = join(this.#folder, 'history.jsonl');
    writeFileSync(path, '');
    this.#load = new Load({ nodes, clients: 1, seed, historyPath: path, timeoutMs: TIMEOUT_MS, access });
    this.history = { path, zeroMs: this.#load.zeroMs };
  }

  get isRunning(): boolean {
    return this.#settings !== null;
  }

  /** Resolves when the first call was answered or refused, or after two seconds without. */
  async start(settings: Settings): Promise<void> {
    const before = totalOf(this.#load.counts());
    this.#begin(settings);
    const startedAt = performance.now();
    while (totalOf(this.#load.counts()) === before && performance.now() - startedAt < FIRST_CALL_MS) {
      await sleep(FIRST_CALL_POLL_MS);
    }
  }

  #begin(settings: Settings): void {
    this.#settings = settings;
    const { workloads, clients, rate, readShare } = settings;
    for (const name of workloads) this.#used.add(name);
    this.#load.resume();
    const pace = rate === null ? {} : { rate };
    const name = workloads.length === 1 ? String(workloads[0]) : 'mixed';
    this.#running = this.#load.run({ name, workloads, clients, readShare, durationMs: LONGEST_MS, ...pace });
    // Whoever ends the clients hears of a failure.
    this.#running.catch(() => undefined);
    this.#limitTimer ??= setInterval(() => {
      if (totalOf(this.#load.counts()) >= MAX_CALLS) this.#load.stop();
    }, LIMIT_INTERVAL_MS);
  }

  async stop(): Promise<LoadCounts> {
    await this.#settle();
    this.#settings = null;
    return this.#load.counts();
  }

  checkLinearizable(): Promise<Finding> {
    return this.#paused(async judge => findingOf(await judge.check(), this.#load.counts()));
  }

  checkNothingLost(): Promise<Finding> {
    return this.#paused(async judge => {
      const [unread] = await this.#load.readAll([...this.#used], { mostUnread: 1 });
      if (unread !== undefined) return { holds: false, seen: `key ${unread} cannot be read` };
      const lost = await judge.lostWrites();
      const { ok } = this.#load.counts();
      if (ok === 0) return NOTHING_PROVEN;
      if (lost.length === 0) return { holds: true, seen: `all of ${ok} acknowledged calls are there` };
      const shown = lost.slice(0, MAX_SHOWN).map(({ text }) => text);
      return { holds: false, seen: [`${lost.length} acknowledged writes are lost`, ...shown].join('\n  ') };
    });
  }

  async close(): Promise<void> {
    if (this.#limitTimer !== null) clearInterval(this.#limitTimer);
    this.#settings = null;
    // Calls under way end with their threads: nobody will ask what became of them.
    await this.#load.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Every call has ended when `work` runs; clients that were running go on afterwards. */
  #paused(work: (judge: HistoryJudge) => Promise<Finding>): Promise<Finding> {
    const result = this.#checks.then(async () => {
      const settings = this.#settings;
      await this.#settle();
      const judge = new HistoryJudge(this.history.path);
      try {
        return await work(judge);
      } finally {
        await judge.close();
        if (settings !== null && this.#settings === settings) this.#begin(settings);
      }
    });
    this.#checks = result.catch(() => undefined);
    return result;
  }

  async #settle(): Promise<void> {
    this.#load.stop();
    const running = this.#running;
    this.#running = null;
    await running;
  }
}

const totalOf = ({ ok, failed, unknown }: LoadCounts): number => ok + failed + unknown;

const NOTHING_PROVEN: Finding = {
  holds: false,
  seen: 'no call was acknowledged, so nothing is proven',
};

function findingOf(result: CheckResult, counts: LoadCounts): Finding {
  const { verdict, operations, keys, violations, undecidedKeys } = result;
  switch (verdict) {
    case 'linearizable':
      if (counts.ok === 0) return NOTHING_PROVEN;
      return { holds: true, seen: `${operations} calls on ${keys} keys are linearizable` };
    case 'undecided':
      return { holds: false, seen: `undecided for ${undecidedKeys.slice(0, MAX_SHOWN).join(', ')}` };
    case 'not-linearizable': {
      const lines = (violations[0]?.explanation ?? '').split('\n');
      const rest = lines.length > MAX_SHOWN ? ['  …'] : [];
      return { holds: false, seen: [...lines.slice(0, MAX_SHOWN), ...rest].join('\n') };
    }
  }
}
