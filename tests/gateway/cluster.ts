/**
 * A real cluster in memory, with its gateways.
 *
 * @module
 */
import * as assert from 'uvu/assert';
import type { NodeAddress } from '../../src/client/cluster-client.js';
import { type Cluster, startCluster } from '../../src/index.js';

const NODES = 3;

async function addressesOf(cluster: Cluster): Promise<NodeAddress[]> {
  const { nodes } = await cluster.status();
  return nodes.map(({ host, port }) => ({ host, port }));
}

/** Runs `use` with a cluster whose followers forward or redirect; it is stopped afterwards. */
export async function withCluster(
  redirect: boolean,
  use: (cluster: Cluster, nodes: readonly NodeAddress[]) => Promise<void>,
): Promise<void> {
  const cluster = await startCluster({
    nodes: NODES,
    seed: 11,
    config: { followerWrites: redirect ? 'redirect' : 'forward' },
  });
  try {
    await use(cluster, await addressesOf(cluster));
  } finally {
    await cluster.stop();
  }
}

/** Repeats a write until it goes through, as an application would. */
async function writesThrough(write: () => Promise<unknown>): Promise<void> {
  const endMs = performance.now() + 15_000;
  for (;;) {
    const done = await write().then(
      reply => reply === 'OK',
      () => false,
    );
    if (done) return;
    if (performance.now() > endMs) throw new Error('no write went through');
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

/**
 * Until a client that has just lost the leader knows the new one it may read where it said `READONLY`, from a follower that is some
 * milliseconds behind.
 */
async function readsAtLast(read: () => Promise<string | null>, value: string): Promise<void> {
  const endMs = performance.now() + 5_000;
  for (;;) {
    const found = await read();
    if (found === value) return;
    if (performance.now() > endMs) assert.is(found, value);
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}

/** What a cluster-mode client of any kind can do. */
export interface Writer {
  readonly set: (key: string, value: string) => Promise<unknown>;
  readonly get: (key: string) => Promise<string | null>;
}

/** Kills the leader between two writes of each cluster-mode client, `rounds` times. */
export async function surviveKills(
  cluster: Cluster,
  rounds: number,
  writers: readonly Writer[],
): Promise<void> {
  const all = (write: (writer: Writer, key: string) => Promise<void>, round: number) =>
    Promise.all(writers.map((writer, at) => write(writer, `key${round}.${at}`)));
  for (let round = 0; round < rounds; round++) {
    await all((writer, key) => writesThrough(() => writer.set(key, 'x')), round);
    const leader = await cluster.waitForLeader();
    await cluster.kill(leader);
    await cluster.waitFor(status => status.leader !== null && status.leader !== leader, {
      what: 'another leader',
    });
    await all(async (writer, key) => {
      await writesThrough(() => writer.set(key, 'y'));
      await readsAtLast(() => writer.get(key), 'y');
    }, round);
    await cluster.revive(leader);
    await cluster.waitForConverged();
  }
}
