/**
 * Cluster-mode clients of a real cluster, unmodified: they find the new leader when the old one is killed.
 *
 * @module
 */
import { Cluster as RedisCluster } from 'ioredis';
import { createCluster } from 'redis';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Cluster } from '../../src/index.js';
import { withCluster } from './cluster.js';

const test = suite('cluster-mode clients');

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

/** Kills the leader between two writes of a cluster-mode client, `rounds` times. */
async function survivesKills(
  cluster: Cluster,
  rounds: number,
  set: (key: string, value: string) => Promise<unknown>,
  get: (key: string) => Promise<string | null>,
): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const key = `key${round}`;
    await writesThrough(() => set(key, 'x'));
    const leader = await cluster.waitForLeader();
    await cluster.kill(leader);
    await cluster.waitFor(status => status.leader !== null && status.leader !== leader, {
      what: 'another leader',
    });
    await writesThrough(() => set(key, 'y'));
    assert.is(await get(key), 'y');
    await cluster.revive(leader);
    await cluster.waitForConverged();
  }
}

test('ioredis in cluster mode finds the new leader by itself', () =>
  withCluster(true, async (cluster, nodes) => {
    const redis = new RedisCluster([...nodes], { redisOptions: { maxRetriesPerRequest: 1 } });
    redis.on('error', () => undefined);
    await survivesKills(
      cluster,
      3,
      (key, value) => redis.set(key, value),
      key => redis.get(key),
    );
    redis.disconnect();
  }));

// Its own time-out of five seconds passes before it gives a dead node up.
test('node-redis in cluster mode finds the new leader by itself', () =>
  withCluster(true, async (cluster, nodes) => {
    const redis = createCluster({ rootNodes: nodes.map(socket => ({ socket: { ...socket } })) });
    redis.on('error', () => undefined);
    await redis.connect();
    await survivesKills(
      cluster,
      1,
      (key, value) => redis.set(key, value),
      key => redis.get(key),
    );
    redis.destroy();
  }));

test.run();
