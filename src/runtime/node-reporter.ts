/**
 * Puts a node's reports together: the driver's own account, and what only its thread knows.
 *
 * @module
 */
import { type EventLoopUtilization, performance } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import type { EmbeddedEngines } from '../engine/embedded.js';
import type { NodeDriver } from '../node/driver.js';
import { type LatencyHistogram, percentileMs } from './latency-histogram.js';
import type { NodeFlags } from './node-flags.js';
import type { NodeReport } from './node-protocol.js';

/** Where nothing happens any more this is told after so long: how busy the node was is no longer true. */
const CALM_REPORT_MS = 2_000;
/** From then on a node where nothing happens reports this seldom: its timers still move. */
const QUIET_REPORT_MS = 10_000;
/** The same while somebody watches. */
const WATCHED_REPORT_MS = 200;
/** While much happens the state is hashed this seldom: what was written in between is hashed once. */
const HASH_INTERVAL_MS = 1_000;
/** Sync times are told over so many reports. */
const SYNC_REPORTS = 20;

interface ReporterParts {
  readonly driver: NodeDriver;
  readonly engines: EmbeddedEngines;
  readonly syncs: LatencyHistogram;
  readonly flags: NodeFlags;
}

export class NodeReporter {
  readonly #driver: NodeDriver;
  readonly #engines: EmbeddedEngines;
  readonly #syncs: LatencyHistogram;
  readonly #flags: NodeFlags;
  readonly #intervalMs: number;
  readonly #recentSyncs: Uint32Array[] = [];
  #mark = '';
  #lookedAtMs = 0;
  #reportedAtMs = 0;
  /** The last report told nothing new. */
  #isQuiet = false;
  #hashedAtMs = Number.NEGATIVE_INFINITY;
  #hash = { stateHash: '', hashedIndex: -1 };
  #utilization: EventLoopUtilization = performance.eventLoopUtilization();

  /** `intervalMs`: a node where much happens reports so often. */
  constructor(parts: ReporterParts, intervalMs: number) {
    const { driver, engines, syncs, flags } = parts;
    this.#flags = flags;
    this.#intervalMs = intervalMs;
    this.#driver = driver;
    this.#engines = engines;
    this.#syncs = syncs;
  }

  /** Has anything happened since the last report, or has it been long? */
  isDue(clients: number): boolean {
    const nowMs = performance.now();
    if (nowMs - this.#lookedAtMs < this.#intervalMs) return false;
    this.#lookedAtMs = nowMs;
    if (nowMs - this.#reportedAtMs >= this.#quietMs) return true;
    return this.#markOf(clients) !== this.#mark || !this.#isHashed;
  }

  /** When to look whether a report is due, whatever happens until then; by `performance.now`. Infinite: not at all. */
  get dueMs(): number {
    return this.#isHashed ? Number.POSITIVE_INFINITY : this.#lookedAtMs + this.#intervalMs;
  }

  get #isHashed(): boolean {
    return this.#hash.hashedIndex === this.#driver.appliedIndex;
  }

  get #quietMs(): number {
    if (this.#flags.isWatched) return WATCHED_REPORT_MS;
    return this.#isQuiet ? QUIET_REPORT_MS : CALM_REPORT_MS;
  }

  report(clients: number): NodeReport {
    const mark = this.#markOf(clients);
    this.#isQuiet = mark === this.#mark;
    this.#mark = mark;
    this.#lookedAtMs = performance.now();
    this.#reportedAtMs = this.#lookedAtMs;
    this.#hashIfDue();
    const { raft, mailboxDepth, keys, dataBytes } = this.#driver.status();
    const utilization = performance.eventLoopUtilization();
    const busy = performance.eventLoopUtilization(utilization, this.#utilization).utilization;
    this.#utilization = utilization;
    this.#takeSyncs();
    return {
      raft,
      heapBytes: getHeapStatistics().used_heap_size,
      busy,
      mailboxDepth,
      clients,
      keys,
      dataBytes,
      ...this.#hash,
      syncMsP50: percentileMs(this.#recentSyncs, 0.5),
      syncMsP99: percentileMs(this.#recentSyncs, 0.99),
      writes: this.#engines.writes,
      reads: this.#engines.reads,
      writeLatency: this.#engines.writeLatency.take(),
    };
  }

  /** As soon as nothing happens any more, at an interval otherwise. */
  #hashIfDue(): void {
    const nowMs = this.#reportedAtMs;
    if (this.#isHashed || (!this.#isQuiet && nowMs - this.#hashedAtMs < HASH_INTERVAL_MS)) return;
    this.#hashedAtMs = nowMs;
    this.#hash = { stateHash: this.#driver.stateHash, hashedIndex: this.#driver.appliedIndex };
  }

  #markOf(clients: number): string {
    const { writes, reads } = this.#engines;
    return `${this.#driver.progressMark} ${writes} ${reads} ${clients}`;
  }

  #takeSyncs(): void {
    const counts = this.#syncs.take();
    if (counts === null) return;
    this.#recentSyncs.push(counts);
    if (this.#recentSyncs.length > SYNC_REPORTS) this.#recentSyncs.shift();
  }
}
