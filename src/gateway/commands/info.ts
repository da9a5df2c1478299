/**
 * INFO: the sections clients read, and one about Raft.
 *
 * @module
 */
import type { Reply } from '../../kv/reply.js';
import { toWire } from '../wire-text.js';
import { nodeId } from './cluster.js';
import type { Client, GatewayCommand, GatewayServices } from './gateway-command.js';
import { SERVER_VERSION } from './version.js';

type Fields = Readonly<Record<string, string | number>>;
/** Null: there is nothing to say, and the section is left out. */
type Section = (gateway: GatewayServices, keys: number | null) => Fields | null;

function server({ settings, startedAtMs }: GatewayServices): Fields {
  const { node, host, port } = settings;
  return {
    redis_version: SERVER_VERSION,
    server_name: 'raftkv',
    redis_mode: 'cluster',
    os: `${process.platform} ${process.arch}`,
    process_id: process.pid,
    run_id: nodeId({ node, host, port }),
    tcp_port: port,
    uptime_in_seconds: Math.floor((Date.now() - startedAtMs) / 1000),
    uptime_in_days: Math.floor((Date.now() - startedAtMs) / 86_400_000),
  };
}

function clients({ clients: connected, settings }: GatewayServices): Fields {
  return { connected_clients: connected.size, maxclients: settings.limits.clients, blocked_clients: 0 };
}

function memory({ inFlightBytes }: GatewayServices): Fields {
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  return {
    used_memory: heapUsed,
    used_memory_rss: rss,
    used_memory_external: external,
    used_memory_array_buffers: arrayBuffers,
    in_flight_bytes: inFlightBytes(),
  };
}

/** There is no file to load: a gateway listens only once its node is up. */
const persistence: Section = () => ({ loading: 0, async_loading: 0, aof_enabled: 1 });

function stats({ metrics }: GatewayServices): Fields {
  return {
    total_connections_received: metrics.connections,
    rejected_connections: metrics.rejectedConnections,
    total_commands_processed: metrics.commands,
    writes: metrics.writes,
    reads: metrics.reads,
    refused: metrics.refused,
    outcome_unknown: metrics.unknown,
    protocol_errors: metrics.protocolErrors,
    auth_failures: metrics.authFailures,
    tls_failures: metrics.tlsFailures,
    tls_reloads: metrics.tlsReloads,
    tls_reload_failures: metrics.tlsReloadFailures,
    slow_readers_closed: metrics.slowReadersClosed,
  };
}

function replication({ engine, settings }: GatewayServices): Fields {
  const leader = engine.leader();
  if (leader?.node === settings.node) {
    return { role: 'master', connected_slaves: settings.nodes.length - 1 };
  }
  return {
    role: 'slave',
    master_host: leader?.host ?? '',
    master_port: leader?.port ?? 0,
    master_link_status: leader === null ? 'down' : 'up',
  };
}

function raft({ engine, settings }: GatewayServices): Fields | null {
  const facts = engine.describe();
  if (facts.engine !== undefined) return null;
  const fields: Record<string, string | number> = {
    raft_node: settings.node,
    raft_leader: engine.leader()?.node ?? 'none',
  };
  addFields(fields, 'raft', facts);
  return fields;
}

/** What stores the data, where it is not this project's Raft. */
function otherEngine({ engine }: GatewayServices): Fields | null {
  const { engine: name, ...facts } = engine.describe();
  if (typeof name !== 'string') return null;
  const fields: Record<string, string | number> = { engine: name };
  addFields(fields, name, facts);
  return fields;
}

/** What an engine says of itself, nested facts beside the others. */
function addFields(
  fields: Record<string, string | number>,
  prefix: string,
  facts: Readonly<Record<string, unknown>>,
): void {
  for (const [name, value] of Object.entries(facts)) {
    const isPlain = typeof value === 'number' || typeof value === 'string';
    if (isFacts(value)) addFields(fields, prefix, value);
    else fields[`${prefix}_${snakeCase(name)}`] = isPlain ? value : JSON.stringify(value);
  }
}

const isFacts = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const snakeCase = (name: string): string => name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);

const keyspace: Section = (_gateway, keys) =>
  keys === null || keys === 0 ? {} : { db0: `keys=${keys},expires=0,avg_ttl=0` };

const SECTIONS: Readonly<Record<string, Section>> = {
  Server: server,
  Clients: clients,
  Memory: memory,
  Persistence: persistence,
  Stats: stats,
  Replication: replication,
  Raft: raft,
  Engine: otherEngine,
  Cluster: () => ({ cluster_enabled: 1 }),
  Keyspace: keyspace,
};

const ALL_SECTIONS: ReadonlySet<string> = new Set(['default', 'all', 'everything']);

async function info(client: Client, args: readonly string[], gateway: GatewayServices): Promise<Reply> {
  const wanted = new Set(args.map(name => name.toLowerCase()));
  const isAll = wanted.size === 0 || [...wanted].some(name => ALL_SECTIONS.has(name));
  const names = Object.keys(SECTIONS).filter(name => isAll || wanted.has(name.toLowerCase()));
  const keys = names.includes('Keyspace') ? await countKeys(client) : null;
  const parts = names.flatMap(name => {
    const fields = SECTIONS[name]?.(gateway, keys) ?? null;
    if (fields === null) return [];
    const lines = Object.entries(fields).map(([field, value]) => `${field}:${value}\r\n`);
    return [`# ${name}\r\n${lines.join('')}`];
  });
  return { kind: 'verbatim', format: 'txt', text: toWire(parts.join('\r\n')) };
}

/** Null when the store cannot be read now: INFO must not depend on a quorum. */
async function countKeys(client: Client): Promise<number | null> {
  const [size] = await client.read([['dbsize']], 'stale');
  return typeof size === 'number' ? size : null;
}

export const INFO_COMMANDS: readonly GatewayCommand[] = [
  {
    name: 'info',
    arity: -1,
    group: 'server',
    summary: 'Sections of facts about this node, Raft among them',
    difference: 'Keys are counted on this node; figures Redis has and this does not are left out.',
    order: 'exclusive',
    run: info,
  },
];
