/**
 * CLUSTER, READONLY, READWRITE: how cluster-mode clients find the leader. It is shown as the master of all slots, and
 * every other node as its replica.
 *
 * @module
 */
import { createHash } from 'node:crypto';
import { type ErrorReply, error, OK, type Reply } from '../../kv/reply.js';
import { keySlot, SLOT_COUNT } from '../key-slot.js';
import type { NodeEndpoint } from '../options.js';
import type { Client, GatewayCommand, GatewayServices } from './gateway-command.js';
import { dispatch } from './subcommands.js';

const NO_LEADER: ErrorReply = error('CLUSTERDOWN no leader is known');

/** Forty hexadecimal digits that stay the same for a node's address. */
export function nodeId({ node, host, port }: NodeEndpoint): string {
  return createHash('sha1').update(`${node} ${host}:${port}`).digest('hex');
}

interface Topology {
  readonly leader: NodeEndpoint | null;
  readonly followers: readonly NodeEndpoint[];
}

function topologyOf({ engine, settings }: GatewayServices): Topology {
  const leader = engine.leader();
  return { leader, followers: settings.nodes.filter(({ node }) => node !== leader?.node) };
}

function self({ settings }: GatewayServices): NodeEndpoint {
  const { node, host, port, nodes } = settings;
  return nodes.find(other => other.node === node) ?? { node, host, port };
}

function slots(_client: Client, _args: readonly string[], gateway: GatewayServices): Reply {
  const { leader, followers } = topologyOf(gateway);
  if (leader === null) return NO_LEADER;
  const describe = (endpoint: NodeEndpoint): Reply => [endpoint.host, endpoint.port, nodeId(endpoint), []];
  return [[0, SLOT_COUNT - 1, describe(leader), ...followers.map(describe)]];
}

function shards(_client: Client, _args: readonly string[], gateway: GatewayServices): Reply {
  const { leader, followers } = topologyOf(gateway);
  if (leader === null) return NO_LEADER;
  const describe = (endpoint: NodeEndpoint, role: string): Reply => ({
    kind: 'map',
    items: [
      'id',
      nodeId(endpoint),
      'port',
      endpoint.port,
      'ip',
      endpoint.host,
      'endpoint',
      endpoint.host,
      'role',
      role,
      'replication-offset',
      0,
      'health',
      'online',
    ],
  });
  const nodes = [describe(leader, 'master'), ...followers.map(follower => describe(follower, 'replica'))];
  return [{ kind: 'map', items: ['slots', [0, SLOT_COUNT - 1], 'nodes', nodes] }];
}

function nodesText(_client: Client, _args: readonly string[], gateway: GatewayServices): Reply {
  const { leader, followers } = topologyOf(gateway);
  const me = self(gateway).node;
  const line = (endpoint: NodeEndpoint, role: string, master: string, owned: string): string => {
    const flags = endpoint.node === me ? `myself,${role}` : role;
    const address = `${endpoint.host}:${endpoint.port}@${endpoint.port}`;
    return `${nodeId(endpoint)} ${address} ${flags} ${master} 0 0 ${endpoint.node} connected${owned}\n`;
  };
  const master = leader === null ? '-' : nodeId(leader);
  const first = leader === null ? '' : line(leader, 'master', '-', ` 0-${SLOT_COUNT - 1}`);
  return first + followers.map(follower => line(follower, 'slave', master, '')).join('');
}

function info(_client: Client, _args: readonly string[], gateway: GatewayServices): Reply {
  const { leader } = topologyOf(gateway);
  const served = leader === null ? 0 : SLOT_COUNT;
  const lines = [
    `cluster_enabled:1`,
    `cluster_state:${leader === null ? 'fail' : 'ok'}`,
    `cluster_slots_assigned:${SLOT_COUNT}`,
    `cluster_slots_ok:${served}`,
    `cluster_slots_pfail:0`,
    `cluster_slots_fail:${SLOT_COUNT - served}`,
    `cluster_known_nodes:${gateway.settings.nodes.length}`,
    `cluster_size:1`,
    `cluster_current_epoch:0`,
    `cluster_my_epoch:0`,
  ];
  return lines.map(text => `${text}\r\n`).join('');
}

export const CLUSTER_COMMANDS: readonly GatewayCommand[] = [
  {
    name: 'cluster',
    arity: -2,
    group: 'cluster',
    summary:
      'INFO, SLOTS, SHARDS, NODES, MYID, KEYSLOT: the leader as master of all slots, others as its replicas',
    difference: 'Nothing about slots can be changed: there is one Raft group.',
    order: 'inline',
    run: dispatch('cluster', {
      INFO: { arity: 2, summary: 'Whether all slots are served', run: info },
      SLOTS: { arity: 2, summary: 'Which node serves which slots', run: slots },
      SHARDS: { arity: 2, summary: 'Which nodes serve which slots, with their roles', run: shards },
      NODES: { arity: 2, summary: 'One line a node', run: nodesText },
      MYID: {
        arity: 2,
        summary: 'Identity of this node',
        run: (_client, _args, gateway) => nodeId(self(gateway)),
      },
      KEYSLOT: { arity: 3, summary: 'Slot of a key', run: (_client, args) => keySlot(args[0] ?? '') },
    }),
  },
  {
    name: 'readonly',
    arity: 1,
    group: 'cluster',
    summary: 'From now on this node answers reads from what it has, possibly stale',
    order: 'exclusive',
    run: ({ state }) => {
      state.readOnly = true;
      return OK;
    },
  },
  {
    name: 'readwrite',
    arity: 1,
    group: 'cluster',
    summary: 'From now on reads are linearizable again',
    order: 'exclusive',
    run: ({ state }) => {
      state.readOnly = false;
      return OK;
    },
  },
];
