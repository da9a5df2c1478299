/**
 * Where each member of a spawned etcd listens, what it is called, and how it is started.
 *
 * Members know each other by addresses that do not exist (192.0.2.0/24 is reserved for documentation): whatever one sends to
 * another goes to the HTTP proxy it is given, which is its end of the router's links.
 *
 * @module
 */
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { ClusterConfig } from '../config/cluster-config.js';
import { EtcdClusterError } from './etcd-cluster-error.js';

export interface MemberPlan {
  readonly node: number;
  readonly name: string;
  /** Address the other members know it by: host and port of a URL. */
  readonly peerName: string;
  /** Where it really listens. */
  readonly host: string;
  readonly clientPort: number;
  readonly peerPort: number;
  readonly directory: string;
}

export const MAX_MEMBERS = 9;
const PEER_PORT = 2380;
const LARGEST_ELECTION_TIMEOUT_MS = 50_000;
/** etcd refuses less. */
const LEAST_HEARTBEATS = 5;

/** @param directory of all members */
export async function planMembers(count: number, directory: string): Promise<readonly MemberPlan[]> {
  const block = 1 + Math.floor(Math.random() * 60_000);
  return Promise.all(
    Array.from({ length: count }, async (_, node) => {
      const host = hostOf(block, node);
      const [clientPort, peerPort] = await freePorts(host);
      const names = { node, name: `member-${node}`, peerName: `192.0.2.${node + 1}:${PEER_PORT}` };
      return { ...names, host, clientPort, peerPort, directory: join(directory, `member-${node}`) };
    }),
  );
}

/**
 * On Linux every address of 127.0.0.0/8 is loopback. With one of its own a member finds its ports free again after it was
 * killed, whatever connections the machine has opened meanwhile.
 */
function hostOf(block: number, node: number): string {
  if (process.platform !== 'linux') return '127.0.0.1';
  return `127.${64 + (block >> 13)}.${(block >> 5) & 0xff}.${((block & 0x1f) << 3) + node + 1}`;
}

async function freePorts(host: string): Promise<readonly [number, number]> {
  const servers = [createServer(), createServer()];
  const ports = await Promise.all(
    servers.map(
      server =>
        new Promise<number>((resolve, reject) => {
          server.once('error', reject);
          server.listen(0, host, () => {
            const address = server.address();
            resolve(typeof address === 'object' && address !== null ? address.port : 0);
          });
        }),
    ),
  );
  await Promise.all(servers.map(server => new Promise(resolve => server.close(resolve))));
  return [ports[0] ?? 0, ports[1] ?? 0];
}

/** @throws EtcdClusterError `bad-options` for timings etcd does not take */
export function checkTimings({ heartbeatMs, electionTimeoutMinMs }: ClusterConfig): void {
  if (electionTimeoutMinMs < LEAST_HEARTBEATS * heartbeatMs) {
    const found = `${electionTimeoutMinMs / 1000} and ${heartbeatMs / 1000}`;
    const text = `etcd needs an election_timeout_start of at least ${LEAST_HEARTBEATS} × heartbeat_timeout, found ${found}`;
    throw new EtcdClusterError('bad-options', text);
  }
  if (electionTimeoutMinMs > LARGEST_ELECTION_TIMEOUT_MS) {
    const most = LARGEST_ELECTION_TIMEOUT_MS / 1000;
    throw new EtcdClusterError('bad-options', `etcd needs an election_timeout_start of at most ${most}`);
  }
}

/**
 * The command line of a member.
 *
 * @param isKept false: what it writes is lost with the machine anyway, so it need not wait for the disk
 */
export function memberArguments(
  member: MemberPlan,
  members: readonly MemberPlan[],
  config: ClusterConfig,
  isKept: boolean,
): readonly string[] {
  const clientUrl = `http://${member.host}:${member.clientPort}`;
  const cluster = members.map(({ name, peerName }) => `${name}=http://${peerName}`).join(',');
  const options: Readonly<Record<string, string>> = {
    name: member.name,
    'data-dir': member.directory,
    'listen-client-urls': clientUrl,
    'advertise-client-urls': clientUrl,
    'listen-peer-urls': `http://${member.host}:${member.peerPort}`,
    'initial-advertise-peer-urls': `http://${member.peerName}`,
    'initial-cluster': cluster,
    'initial-cluster-token': 'raftkv',
    'initial-cluster-state': 'new',
    'heartbeat-interval': String(config.heartbeatMs),
    'election-timeout': String(config.electionTimeoutMinMs),
    'snapshot-count': String(config.snapshotEntries),
    logger: 'zap',
    'log-level': 'error',
  };
  const words = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  return isKept ? words : [...words, '--unsafe-no-fsync'];
}
