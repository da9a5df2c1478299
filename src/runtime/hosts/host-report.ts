/**
 * What a host tells the others of its nodes several times a second, in a form that survives JSON.
 *
 * @module
 */
import type { NodeReport } from '../node-protocol.js';
import type { ClusterEventKind, LinkStatus } from '../status.js';
import type { NodeFacts } from '../status-board.js';

export interface HostReport {
  readonly nodes: readonly ReportedNode[];
  /** Of the links that begin here. Absent: as they were. */
  readonly links?: readonly LinkStatus[];
  /** Totals of the router since the start. */
  readonly routed: { readonly messages: number; readonly dropped: number };
  /** Since the report before. */
  readonly events: readonly ReportedEvent[];
}

export interface ReportedNode {
  readonly facts: NodeFacts;
  /** Absent: nothing new. */
  readonly report?: WireNodeReport;
}

export interface ReportedEvent {
  readonly atMs: number;
  readonly kind: ClusterEventKind;
  readonly node: number | null;
  readonly text: string;
}

/** Buckets that are not empty, as pairs. */
type SparseCounts = readonly (readonly [bucket: number, count: number])[];

export type WireNodeReport = Omit<NodeReport, 'writeLatency'> & {
  readonly writeLatency: SparseCounts | null;
};

const BUCKETS = 128;

export function encodeNodeReport(report: NodeReport): WireNodeReport {
  const { writeLatency } = report;
  if (writeLatency === null) return { ...report, writeLatency };
  const counts: (readonly [number, number])[] = [];
  for (const [bucket, count] of writeLatency.entries()) if (count > 0) counts.push([bucket, count]);
  return { ...report, writeLatency: counts };
}

export function decodeNodeReport(report: WireNodeReport): NodeReport {
  const { writeLatency } = report;
  if (writeLatency === null) return { ...report, writeLatency };
  const counts = new Uint32Array(BUCKETS);
  for (const [bucket, count] of writeLatency) counts[bucket] = count;
  return { ...report, writeLatency: counts };
}

/** Two reports of a node, the later one second, as one. */
export function joinReports(earlier: NodeReport | undefined, later: NodeReport): NodeReport {
  const before = earlier?.writeLatency ?? null;
  if (before === null) return later;
  const { writeLatency } = later;
  if (writeLatency === null) return { ...later, writeLatency: before };
  return { ...later, writeLatency: writeLatency.map((count, bucket) => count + (before[bucket] ?? 0)) };
}
