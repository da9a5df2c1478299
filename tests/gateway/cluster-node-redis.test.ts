/**
 * node-redis in cluster mode against a real cluster, unmodified: it finds the new leader when the old one is killed.
 *
 * @module
 */
import { createCluster } from 'redis';
import { suite } from 'uvu';
import type { NodeAddress } from '../../src/client/cluster-client.js';
import { surviveKills, type Writer, withCluster } from './cluster.js';

const test = suite('node-redis in cluster mode');

async function open(RESP: 2 | 3, nodes: readonly NodeAddress[]): Promise<Writer & Disposable> {
  const redis = createCluster({ RESP, rootNodes: nodes.map(socket => ({ socket: { ...socket } })) });
  redis.on('error', () => undefined);
  await redis.connect();
  return {
    set: (key, value) => redis.set(key, value),
    get: async key => {
      const value = await redis.get(key);
      return value === null ? null : String(value);
    },
    [Symbol.dispose]: () => redis.destroy(),
  };
}

// Its own time-out of five seconds passes before it gives a dead node up: both protocols wait together.
test('node-redis in cluster mode finds the new leader by itself, RESP2 and RESP3', () =>
  withCluster(true, async (cluster, nodes) => {
    const writers = [await open(2, nodes), await open(3, nodes)];
    await surviveKills(cluster, 1, writers);
    for (const writer of writers) writer[Symbol.dispose]();
  }));

test.run();
