/**
 * A cluster in which everything goes wrong: leaders are killed, frozen, cut off and voted out, messages are dropped
 * and doubled, snapshots are taken all the time, and every client sits behind a proxy that cuts connections and loses
 * replies.
 *
 * @module
 */
import { type Cluster, startCluster } from '../../src/index.js';
import { FaultyProxy } from '../helpers/faulty-proxy.js';

export const LEADER_FAULTS = ['kill', 'pause', 'isolate', 'transfer'] as const;
export type LeaderFault = (typeof LEADER_FAULTS)[number];

export interface Torment {
  readonly cluster: Cluster;
  /** Where clients connect: one for each node. */
  readonly proxies: readonly FaultyProxy[];
  /** Torments for so long, each fault at least once, then puts everything right. Answers how often each fault struck a leader. */
  run(durationMs: number): Promise<Readonly<Record<LeaderFault, number>>>;
}

interface TormentOptions {
  readonly seed: number;
  readonly redirect: boolean;
  /** What clients' connections suffer beside the rest. */
  readonly loseReply: number;
  readonly cutAfterRequest: number;
}

const NODES = 3;
const SNAPSHOT_ENTRIES = 40;

/** Runs `use` with such a cluster, and stops it. */
export async function withTorment(
  options: TormentOptions,
  use: (torment: Torment) => Promise<void>,
): Promise<void> {
  const { seed, redirect, loseReply, cutAfterRequest } = options;
  const followerWrites = redirect ? 'redirect' : 'forward';
  const cluster = await startCluster({
    nodes: NODES,
    seed,
    config: { followerWrites, snapshotEntries: SNAPSHOT_ENTRIES, rpcTimeoutMs: 1000 },
    restartPolicy: { type: 'temporary' },
  });
  const random = randomFrom(seed);
  const proxies: FaultyProxy[] = [];
  try {
    const { nodes } = await cluster.status();
    for (const { host, port } of nodes) proxies.push(await FaultyProxy.open({ host, port }, random));
    const run = async (durationMs: number): Promise<Record<LeaderFault, number>> => {
      for (const proxy of proxies) proxy.faults = { loseReply, cutAfterRequest };
      await cluster.setLink(null, null, { drop: 0.02, duplicate: 0.1, reorder: 0.1 });
      const struck = await strikeLeaders(cluster, durationMs);
      await cluster.heal();
      for (const proxy of proxies) proxy.faults = { loseReply: 0, cutAfterRequest: 0 };
      return struck;
    };
    await use({ cluster, proxies, run });
  } finally {
    for (const proxy of proxies) await proxy.close();
    await cluster.stop();
  }
}

async function strikeLeaders(cluster: Cluster, durationMs: number): Promise<Record<LeaderFault, number>> {
  const struck: Record<LeaderFault, number> = { kill: 0, pause: 0, isolate: 0, transfer: 0 };
  const endMs = performance.now() + durationMs;
  for (let round = 0; round < LEADER_FAULTS.length || performance.now() < endMs; round++) {
    const fault = LEADER_FAULTS[round % LEADER_FAULTS.length] ?? 'kill';
    const leader = await cluster.waitForLeader({ timeoutMs: 20_000 });
    await strike(cluster, leader, fault);
    struck[fault]++;
  }
  return struck;
}

async function strike(cluster: Cluster, leader: number, fault: LeaderFault): Promise<void> {
  const another = () =>
    cluster.waitFor(status => status.leader !== null && status.leader !== leader, {
      timeoutMs: 20_000,
      what: `another leader than ${leader} after ${fault}`,
    });
  switch (fault) {
    case 'kill':
      await cluster.kill(leader);
      await another();
      return cluster.revive(leader);
    case 'pause':
      await cluster.pause(leader);
      await another();
      return cluster.resume(leader);
    case 'isolate':
      await cluster.isolate(leader);
      await another();
      await cluster.setLink(leader, null, { drop: 0.02 });
      return cluster.setLink(null, leader, { drop: 0.02 });
    case 'transfer':
      // It may be lost, as any message may: then the leader stays.
      return cluster.transferLeadership((leader + 1) % NODES).catch(() => undefined);
  }
}

/** xorshift32: in [0, 1). */
function randomFrom(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 0x1_0000_0000;
  };
}
