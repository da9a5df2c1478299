/** @module Who is told a commit when: a lone writer pays for its entries only, and nobody waits for longer than he must. */
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Cluster, repliesOf, TICK_MS } from './cluster.js';

/** Messages, heartbeats aside, while `action` runs. */
function messagesOf(cluster: Cluster, action: () => void): number {
  let count = 0;
  const beat = [6, 7];
  cluster.onFrame = ({ kinds }) => {
    count += kinds.filter(kind => !beat.includes(kind)).length;
  };
  action();
  cluster.onFrame = null;
  return count;
}

test('a write at the leader costs each follower one message and one answer', () => {
  const cluster = new Cluster({ seed: 81 });
  const leader = cluster.awaitLeader();
  cluster.converge();
  const writes = 50;
  const messages = messagesOf(cluster, () => {
    for (let i = 0; i < writes; i++) cluster.execute(leader, ['incr', 'n']);
  });
  assert.ok(messages <= writes * 4.6, `${messages / writes} messages a write`);
});

test('without a further write all have applied it after one tick and the way there', () => {
  const cluster = new Cluster({ seed: 82 });
  const leader = cluster.awaitLeader();
  cluster.converge();
  for (let i = 0; i < 20; i++) {
    cluster.execute(leader, ['incr', 'n']);
    const { appliedIndex } = cluster.driver(leader);
    const all = (): boolean => cluster.nodes.every(({ driver }) => driver?.appliedIndex === appliedIndex);
    cluster.until(all, 'all to have applied it', TICK_MS + 3);
    cluster.run(i * 1.7);
  }
});

test('a write and a read at a follower wait for no tick', () => {
  const cluster = new Cluster({ seed: 83 });
  const leader = cluster.awaitLeader();
  cluster.converge();
  const follower = (leader + 1) % 3;
  for (let i = 1; i <= 20; i++) {
    const write = cluster.submit(follower, ['incr', 'n']);
    // There, to the others, back, and the news of the commit.
    assert.equal(repliesOf(cluster.awaitOutcome(write, 5)), [i]);
    cluster.execute(leader, ['set', 'k', `${i}`]);
    const read = cluster.read(follower, ['get', 'k']);
    assert.equal(repliesOf(cluster.awaitOutcome(read, 6)), [`${i}`]);
    cluster.run(i * 1.3);
  }
});

test.run();
