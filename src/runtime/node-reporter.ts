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
import type { NodeReport } from './node-protocol.js';

/** A node where nothing happens reports this seldom: its timers still move. */
const QUIET_REPORT_MS = 200;
/** Sync times are told over so many reports. */
const SYNC_REPORTS = 20;

export class NodeReporter {
  readonly #driver: NodeDriver;
  readonly #engines: EmbeddedEngines;
  readonly #syncs: LatencyHistogram;
  readonly #recentSyncs: Uint32Array[] = [];
  #mark = '';
  #markedAtMs = 0;
  #utilization: EventLoopUtilization = performance.eventLoopUtilization();

  constructor(driver: NodeDriver, engines: EmbeddedEngines, syncs: LatencyHistogram) {
    this.#driver = driver;
    this.#engines = engines;
    this.#syncs = syncs;
  }

  /** Has anything happened since the last report, or has it been long? */
  isDue(clients: number): boolean {
    const { writes, reads } = this.#engines;
    const mark = `${this.#driver.progressMark} ${writes} ${reads} ${clients}`;
    const nowMs = performance.now();
    if (mark === this.#mark && nowMs - this.#markedAtMs < QUIET_REPORT_MS) return false;
    this.#mark = mark;
    this.#markedAtMs = nowMs;
    return true;
  }

  report(clients: number): NodeReport {
    const { raft, mailboxDepth, keys, dataBytes, stateHash } = this.#driver.status();
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
      stateHash,
      syncMsP50: percentileMs(this.#recentSyncs, 0.5),
      syncMsP99: percentileMs(this.#recentSyncs, 0.99),
      writes: this.#engines.writes,
      reads: this.#engines.reads,
      writeLatency: this.#engines.writeLatency.take(),
    };
  }

  #takeSyncs(): void {
    const counts = this.#syncs.take();
    if (counts === null) return;
    this.#recentSyncs.push(counts);
    if (this.#recentSyncs.length > SYNC_REPORTS) this.#recentSyncs.shift();
  }
}
