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
import { surviveKills, withCluster } from './cluster.js';

const test = suite('cluster-mode clients');

test('ioredis in cluster mode finds the new leader by itself, RESP2 and RESP3', () =>
  withCluster(true, async (cluster, nodes) => {
    const clients = ([2, 3] as const).map(protocol => {
      const redis = new RedisCluster([...nodes], { redisOptions: { maxRetriesPerRequest: 1, protocol } });
      redis.on('error', () => undefined);
      return redis;
    });
    const writers = clients.map(redis => ({
      set: (key: string, value: string) => redis.set(key, value),
      get: (key: string) => redis.get(key),
    }));
    await surviveKills(cluster, 2, writers);
    for (const redis of clients) redis.disconnect();
  }));

const run = promisify(execFile);
const withCli = hasProgram('redis-cli') ? test : test.skip;

withCli('redis-cli -c follows MOVED to the new leader from any node that is up, RESP2 and RESP3', () =>
  withCluster(true, async cluster => {
    const cli = async (...args: string[]): Promise<string> => {
      const { nodes, leader } = await cluster.status();
      // A follower: it has to be sent on.
      const node = nodes.find(each => each.state === 'up' && each.node !== leader)?.node ?? 0;
      const port = String(nodes[node]?.port);
      const { stdout } = await run('redis-cli', ['-c', '-p', port, ...args], { timeout: 5000 });
      return stdout.trim();
    };
    const writers = ['-2', '-3'].map(protocol => ({
      set: (key: string, value: string) => cli(protocol, 'set', key, value),
      get: (key: string) => cli(protocol, 'get', key),
    }));
    await surviveKills(cluster, 2, writers);
  }),
);

test.run();
