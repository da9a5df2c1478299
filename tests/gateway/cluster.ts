/**
 * A real cluster in memory, with its gateways.
 *
 * @module
 */
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
