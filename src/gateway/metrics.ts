/**
 * Counters of one gateway, for the status stream and INFO.
 *
 * @module
 */
import type { Outcome } from '../engine/engine.js';
import { LatencyHistogram } from '../runtime/latency-histogram.js';
import type { GatewayCounters } from '../runtime/status.js';

/** Totals since the gateway started, and the latencies since the last report. */
export interface GatewayReport extends GatewayCounters {
  readonly clients: number;
  readonly writes: number;
  readonly reads: number;
  /** For `percentileMs`; null: there were none. From the end of the pipeline segment's arrival to its outcome. */
  readonly writeLatency: Uint32Array | null;
  readonly readLatency: Uint32Array | null;
}

export class GatewayMetrics {
  readonly writeLatency = new LatencyHistogram();
  readonly readLatency = new LatencyHistogram();
  connections = 0;
  rejectedConnections = 0;
  protocolErrors = 0;
  tlsFailures = 0;
  tlsReloads = 0;
  tlsReloadFailures = 0;
  authFailures = 0;
  /** Bytes of input not executed yet, of all connections. */
  heldInputBytes = 0;
  slowReadersClosed = 0;
  /** Commands answered by the gateway itself. */
  local = 0;
  writes = 0;
  reads = 0;
  refused = 0;
  unknown = 0;

  get commands(): number {
    return this.local + this.writes + this.reads + this.refused + this.unknown;
  }

  /** Counts the outcome of `count` store commands. */
  settled(kind: Outcome['kind'], isWrite: boolean, count: number, elapsedMs: number): void {
    if (kind === 'refused') {
      this.refused += count;
    } else if (kind === 'unknown') {
      this.unknown += count;
    } else if (isWrite) {
      this.writes += count;
      this.writeLatency.record(elapsedMs, count);
    } else {
      this.reads += count;
      this.readLatency.record(elapsedMs, count);
    }
  }
}
