/**
 * node-redis in cluster mode against a real cluster, unmodified: it finds the new leader when the old one is killed.
 *
 * @module
 */
import { createCluster } from 'redis';
import { suite } from 'uvu';
import { survivesKills, withCluster } from './cluster.js';

const test = suite('node-redis in cluster mode');

// Its own time-out of five seconds passes before it gives a dead node up.
for (const RESP of [2, 3] as const) {
  test(`node-redis in cluster mode finds the new leader by itself, RESP${RESP}`, () =>
    withCluster(true, async (cluster, nodes) => {
      const redis = createCluster({ RESP, rootNodes: nodes.map(socket => ({ socket: { ...socket } })) });
      redis.on('error', () => undefined);
      await redis.connect();
      await survivesKills(
        cluster,
        1,
        async (key, value) => String(await redis.set(key, value)),
        async key => {
          const value = await redis.get(key);
          return value === null ? null : String(value);
        },
      );
      redis.destroy();
    }));
}

test.run();
