/**
 * The status of a cluster in Prometheus' text format.
 *
 * Totals of a node begin anew when it starts again; Prometheus takes that for what it is, a reset.
 *
 * @module
 */
import { Counter, Gauge, Registry } from 'prom-client';
import type { ClusterStatus, LinkStatus, NodeStatus } from '../runtime/status.js';

/** `total`: only grows, until a reset. */
type Kind = 'gauge' | 'total';

interface NodeMetric {
  readonly name: string;
  readonly kind: Kind;
  readonly help: string;
  /** Null: not known, and then left out. */
  readonly read: (node: NodeStatus) => number | null;
}

const ofRaft =
  (pick: (raft: NonNullable<NodeStatus['raft']>) => number): NodeMetric['read'] =>
  ({ raft }) =>
    raft === null ? null : pick(raft);

const ofGateway =
  (name: keyof NonNullable<NodeStatus['gateway']>): NodeMetric['read'] =>
  ({ gateway }) =>
    gateway?.[name] ?? null;

const gauge = (name: string, help: string, read: NodeMetric['read']): NodeMetric => ({
  name: `raftkv_${name}`,
  kind: 'gauge',
  help,
  read,
});
const total = (name: string, help: string, read: NodeMetric['read']): NodeMetric => ({
  name: `raftkv_${name}_total`,
  kind: 'total',
  help,
  read,
});

const NODE_METRICS: readonly NodeMetric[] = [
  gauge('node_up', '1 while the node runs', ({ state }) => (state === 'up' ? 1 : 0)),
  gauge(
    'node_is_leader',
    '1 while the node takes itself for the leader',
    ofRaft(({ role }) => (role === 'leader' ? 1 : 0)),
  ),
  gauge(
    'raft_term',
    'Current term',
    ofRaft(({ term }) => term),
  ),
  gauge(
    'raft_commit_index',
    'Highest index known to be committed',
    ofRaft(({ commit }) => commit),
  ),
  gauge(
    'raft_applied_index',
    'Highest index applied to the store',
    ofRaft(({ applied }) => applied),
  ),
  gauge(
    'raft_last_index',
    'Last index of the log',
    ofRaft(({ lastIndex }) => lastIndex),
  ),
  gauge(
    'raft_snapshot_index',
    'Index of the newest snapshot',
    ofRaft(({ snapshotIndex }) => snapshotIndex),
  ),
  gauge('node_heap_bytes', 'Used heap of the node’s thread', ({ heapBytes }) => heapBytes),
  gauge('node_busy_ratio', 'Share of time the node’s thread was busy', ({ busy }) => busy),
  gauge('node_mailbox_frames', 'Frames waiting for the node', ({ mailboxDepth }) => mailboxDepth),
  gauge('node_clients', 'Connected clients', ({ clients }) => clients),
  gauge('store_keys', 'Keys in the store', ({ keys }) => keys),
  gauge('store_data_bytes', 'Bytes of log and snapshots', ({ dataBytes }) => dataBytes),
  gauge('disk_sync_seconds_p50', 'Median time of a sync', ({ syncMsP50 }) => syncMsP50 / 1000),
  gauge(
    'disk_sync_seconds_p99',
    '99th percentile of the time of a sync',
    ({ syncMsP99 }) => syncMsP99 / 1000,
  ),
  gauge(
    'clock_offset_seconds',
    'Offset given to the node’s clock',
    ({ clockOffsetMs }) => clockOffsetMs / 1000,
  ),
  total('node_restarts', 'Times the node was started again', ({ restarts }) => restarts),
  total('writes', 'Writes executed for clients of the node', ({ writes }) => writes),
  total('reads', 'Reads executed for clients of the node', ({ reads }) => reads),
  total('gateway_connections', 'Connections accepted', ofGateway('connections')),
  total('gateway_rejected_connections', 'Connections over the limit', ofGateway('rejectedConnections')),
  total('gateway_refused_commands', 'Commands certainly not executed', ofGateway('refused')),
  total('gateway_unknown_outcomes', 'Commands whose outcome is unknown', ofGateway('unknown')),
  total('gateway_protocol_errors', 'Connections closed for what they sent', ofGateway('protocolErrors')),
  total('gateway_slow_readers', 'Connections closed for not reading', ofGateway('slowReadersClosed')),
  total('gateway_auth_failures', 'Wrong passwords', ofGateway('authFailures')),
  total('gateway_tls_failures', 'TLS handshakes that failed', ofGateway('tlsFailures')),
  gauge('gateway_in_flight_bytes', 'Commands accepted and not answered', ofGateway('inFlightBytes')),
  gauge('gateway_held_input_bytes', 'Input not executed yet', ofGateway('heldInputBytes')),
];

interface LinkMetric {
  readonly name: string;
  readonly help: string;
  readonly read: (link: LinkStatus) => number;
}

const LINK_METRICS: readonly LinkMetric[] = [
  {
    name: 'raftkv_link_sent_messages_total',
    help: 'Messages given to the link',
    read: link => link.counters.sent,
  },
  {
    name: 'raftkv_link_delivered_messages_total',
    help: 'Messages delivered',
    read: link => link.counters.delivered,
  },
  {
    name: 'raftkv_link_dropped_messages_total',
    help: 'Messages dropped by the matrix or a filter',
    read: link => link.counters.dropped,
  },
  {
    name: 'raftkv_link_sent_bytes_total',
    help: 'Bytes given to the link',
    read: link => link.counters.bytes,
  },
];

interface ClusterMetric {
  readonly name: string;
  readonly help: string;
  readonly read: (status: ClusterStatus) => number;
}

const CLUSTER_METRICS: readonly ClusterMetric[] = [
  {
    name: 'raftkv_has_leader',
    help: '1 while a majority follows a leader',
    read: ({ leader }) => (leader === null ? 0 : 1),
  },
  { name: 'raftkv_quorum_nodes', help: 'Size of a majority', read: ({ quorum }) => quorum },
  {
    name: 'raftkv_write_latency_seconds_p50',
    help: 'Median latency of writes over the last second',
    read: ({ latencyMsP50 }) => latencyMsP50 / 1000,
  },
  {
    name: 'raftkv_write_latency_seconds_p99',
    help: '99th percentile of the latency of writes over the last second',
    read: ({ latencyMsP99 }) => latencyMsP99 / 1000,
  },
];

export const METRICS_CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/** The whole exposition for one scrape. */
export function clusterMetrics(status: ClusterStatus): Promise<string> {
  const registry = new Registry();
  const registers = [registry];
  for (const { name, help, read } of CLUSTER_METRICS) {
    new Gauge({ name, help, registers }).set(read(status));
  }
  const nodes = status.nodes.filter(({ state }) => state !== 'removed');
  for (const { name, help, kind, read } of NODE_METRICS) {
    const shape = { name, help, registers, labelNames: ['node'] };
    const record = kind === 'gauge' ? intoGauge(shape) : intoCounter(shape);
    for (const node of nodes) {
      const value = read(node);
      if (value !== null) record({ node: String(node.node) }, value);
    }
  }
  const links = status.links.filter(({ from, to }) => from !== to);
  for (const { name, help, read } of LINK_METRICS) {
    const record = intoCounter({ name, help, registers, labelNames: ['from', 'to'] });
    for (const link of links) record({ from: String(link.from), to: String(link.to) }, read(link));
  }
  return registry.metrics();
}

interface Shape {
  readonly name: string;
  readonly help: string;
  readonly registers: Registry[];
  readonly labelNames: string[];
}

type RecordValue = (labels: Readonly<Record<string, string>>, value: number) => void;

function intoGauge(shape: Shape): RecordValue {
  const metric = new Gauge(shape);
  return (labels, value) => metric.set(labels, value);
}

function intoCounter(shape: Shape): RecordValue {
  const metric = new Counter(shape);
  return (labels, value) => metric.inc(labels, value);
}
