/**
 * Three etcd members on loopback, each with its own data directory and its usual sync of every entry.
 *
 * @module
 */
import { join } from 'node:path';
import { type Child, startChild } from '../child.js';
import { scratchFolder } from '../scratch.js';
import { callEtcd } from './etcd-call.js';
import { decodeStatus, STATUS_PATH } from './etcd-protocol.js';
import type { Peer } from './peer.js';

const MEMBERS = 3;
const LIFETIME_MS = 900_000;

/** Uses six ports from `port` on. */
export async function startEtcd(port: number): Promise<Peer> {
  const scratch = scratchFolder('etcd');
  const clientPort = (member: number): number => port + 2 * member;
  const peerUrl = (member: number): string => `http://127.0.0.1:${port + 2 * member + 1}`;
  const members = Array.from({ length: MEMBERS }, (_, member) => member);
  const cluster = members.map(member => `m${member}=${peerUrl(member)}`).join(',');
  const start = (member: number): Promise<Child> =>
    startChild({
      command: 'etcd',
      args: [
        ...['--name', `m${member}`, '--data-dir', join(scratch.path, `m${member}`), '--log-level', 'info'],
        ...['--listen-client-urls', `http://127.0.0.1:${clientPort(member)}`],
        ...['--advertise-client-urls', `http://127.0.0.1:${clientPort(member)}`],
        ...['--listen-peer-urls', peerUrl(member), '--initial-advertise-peer-urls', peerUrl(member)],
        ...['--initial-cluster', cluster, '--initial-cluster-state', 'new', '--logger', 'zap'],
      ],
      readyText: /ready to serve client requests|serving (insecure )?client/i,
      readyWithinMs: 30_000,
      lifetimeMs: LIFETIME_MS,
    });
  const started = await Promise.allSettled(members.map(start));
  const children = started.flatMap(result => (result.status === 'fulfilled' ? [result.value] : []));
  const stop = async (): Promise<void> => {
    await Promise.all(children.map(child => child.stop()));
    scratch.remove();
  };
  const failed = started.find(result => result.status === 'rejected');
  if (failed !== undefined) {
    await stop();
    throw failed.reason;
  }
  const leader = await leaderAmong(members.map(clientPort));
  return { name: 'etcd', pids: children.map(({ pid }) => pid), port: leader, protocol: 'grpc', stop };
}

/** The port of the member that leads; of the first one when nobody says so. */
async function leaderAmong(ports: readonly number[]): Promise<number> {
  for (const port of ports) {
    const { memberId, leaderId } = decodeStatus(await callEtcd(port, STATUS_PATH, new Uint8Array(0)));
    if (memberId === leaderId) return port;
  }
  return ports[0] ?? 0;
}
