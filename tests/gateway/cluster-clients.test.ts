/**
 * Cluster-mode clients of a real cluster, unmodified: they find the new leader when the old one is killed.
 *
 * @module
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Cluster as RedisCluster } from 'ioredis';
import { suite } from 'uvu';
import { hasProgram } from '../helpers/serve.js';
import { survivesKills, withCluster } from './cluster.js';

const test = suite('cluster-mode clients');

for (const protocol of [2, 3] as const) {
  test(`ioredis in cluster mode finds the new leader by itself, RESP${protocol}`, () =>
    withCluster(true, async (cluster, nodes) => {
      const redis = new RedisCluster([...nodes], { redisOptions: { maxRetriesPerRequest: 1, protocol } });
      redis.on('error', () => undefined);
      await survivesKills(
        cluster,
        2,
        (key, value) => redis.set(key, value),
        key => redis.get(key),
      );
      redis.disconnect();
    }));
}

const run = promisify(execFile);
const withCli = hasProgram('redis-cli') ? test : test.skip;

for (const protocol of ['-2', '-3']) {
  withCli(`redis-cli -c ${protocol} follows MOVED to the new leader, from any node that is up`, () =>
    withCluster(true, async (cluster, nodes) => {
      const cli = async (...args: string[]): Promise<string> => {
        const { nodes: states, leader } = await cluster.status();
        // A follower: it has to be sent on.
        const node = states.find(each => each.state === 'up' && each.node !== leader)?.node ?? 0;
        const port = String(nodes[node]?.port);
        const { stdout } = await run('redis-cli', [protocol, '-c', '-p', port, ...args], { timeout: 5000 });
        return stdout.trim();
      };
      await survivesKills(
        cluster,
        2,
        (key, value) => cli('set', key, value),
        key => cli('get', key),
      );
    }),
  );
}

test.run();
