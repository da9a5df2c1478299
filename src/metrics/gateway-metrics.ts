/**
 * A gateway in front of etcd, in Prometheus' text format: the same names as for a node's gateway, and the members.
 *
 * @module
 */
import { Counter, Gauge, Registry } from 'prom-client';
import type { GatewayCounters } from '../runtime/status.js';

/** Totals since the gateway started. */
export interface GatewayFacts extends GatewayCounters {
  readonly clients: number;
  readonly writes: number;
  readonly reads: number;
  /** Transactions of etcd that failed because somebody else had changed a key. */
  readonly conflicts: number;
  readonly members: readonly MemberFacts[];
}

export interface MemberFacts {
  readonly endpoint: string;
  readonly isUp: boolean;
  readonly isLeader: boolean;
}

type Total = Exclude<keyof GatewayFacts, 'clients' | 'members' | 'inFlightBytes' | 'heldInputBytes'>;

const TOTALS: Readonly<Record<Total, readonly [name: string, help: string]>> = {
  writes: ['writes', 'Writes executed for clients'],
  reads: ['reads', 'Reads executed for clients'],
  connections: ['gateway_connections', 'Connections accepted'],
  rejectedConnections: ['gateway_rejected_connections', 'Connections over the limit'],
  refused: ['gateway_refused_commands', 'Commands certainly not executed'],
  unknown: ['gateway_unknown_outcomes', 'Commands whose outcome is unknown'],
  protocolErrors: ['gateway_protocol_errors', 'Connections closed for what they sent'],
  slowReadersClosed: ['gateway_slow_readers', 'Connections closed for not reading'],
  authFailures: ['gateway_auth_failures', 'Wrong passwords'],
  tlsFailures: ['gateway_tls_failures', 'TLS handshakes that failed'],
  conflicts: ['etcd_conflicts', 'Transactions begun again because somebody else had changed a key'],
};

/** The whole exposition for one scrape. */
export function gatewayMetrics(facts: GatewayFacts): Promise<string> {
  const registry = new Registry();
  const registers = [registry];
  for (const [key, [name, help]] of Object.entries(TOTALS)) {
    new Counter({ name: `raftkv_${name}_total`, help, registers }).inc(facts[key as Total]);
  }
  const gauge = (name: string, help: string) => new Gauge({ name: `raftkv_${name}`, help, registers });
  gauge('node_clients', 'Connected clients').set(facts.clients);
  gauge('gateway_in_flight_bytes', 'Commands accepted and not answered').set(facts.inFlightBytes);
  gauge('gateway_held_input_bytes', 'Input not executed yet').set(facts.heldInputBytes);
  gauge('has_leader', '1 while a member of etcd knows of a leader').set(hasLeader(facts) ? 1 : 0);
  const labelNames = ['endpoint'];
  const up = new Gauge({
    name: 'raftkv_etcd_member_up',
    help: '1 while the member answers',
    registers,
    labelNames,
  });
  const leads = new Gauge({
    name: 'raftkv_etcd_member_is_leader',
    help: '1 while it leads',
    registers,
    labelNames,
  });
  for (const { endpoint, isUp, isLeader } of facts.members) {
    up.set({ endpoint }, isUp ? 1 : 0);
    leads.set({ endpoint }, isLeader ? 1 : 0);
  }
  return registry.metrics();
}

export const hasLeader = ({ members }: Pick<GatewayFacts, 'members'>): boolean =>
  members.some(({ isLeader }) => isLeader);
