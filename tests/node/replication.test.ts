import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Cluster } from './cluster.js';

test('three nodes elect one leader and replicate a write to all', () => {
  const cluster = new Cluster();
  const leader = cluster.awaitLeader();
  const replies = cluster.execute(leader, ['set', 'k', 'v'], ['get', 'k']);
  assert.is(replies[1], 'v');
  cluster.converge();
  for (const { node } of cluster.nodes) assert.is(cluster.get(node, 'k', 'stale'), 'v');
});

test.run();
