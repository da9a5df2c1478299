/**
 * What becomes of a node whose disk failed is a matter of policy.
 *
 * @module
 */
import * as assert from 'node:assert/strict';
import { suite } from 'uvu';
import { DEFAULT_RESTART_POLICY, RestartHistory } from '../../src/runtime/restart-policy.js';
import { getSurely, putSurely, withCluster } from './cluster-helpers.js';

const policy = suite('policy after disk errors');

policy('left down unless told otherwise; damage is never restarted into', () => {
  const usual = new RestartHistory(DEFAULT_RESTART_POLICY);
  assert.equal(usual.decide(0, 'disk-io'), 'give-up');
  assert.equal(usual.decide(0, 'access-denied'), 'give-up');
  const trusting = new RestartHistory({ ...DEFAULT_RESTART_POLICY, afterDiskError: true });
  assert.equal(trusting.decide(0, 'disk-io'), 'restart');
  assert.equal(trusting.decide(0, 'storage-faulty'), 'restart');
  assert.equal(trusting.decide(0, 'log-damaged'), 'give-up');
  assert.equal(trusting.decide(0, 'disk-io'), 'restart');
  assert.equal(trusting.decide(0, 'disk-io'), 'give-up', 'a disk that keeps failing');
});

policy(
  'what is in its log or its snapshot fails again however long a start takes: it is not tried for ever',
  () => {
    for (const code of ['batch-format', 'index-not-next', 'snapshot-corrupt', 'snapshot-format']) {
      assert.equal(new RestartHistory(DEFAULT_RESTART_POLICY).decide(0, code), 'give-up', code);
    }
    const slow = new RestartHistory(DEFAULT_RESTART_POLICY);
    for (let nowMs = 0; nowMs < 100_000; nowMs += 5_000) assert.equal(slow.decide(nowMs, 'error'), 'restart');
  },
);

policy('restart: a node recovers once its disk works again; a disk that keeps failing ends as faulty', () =>
  withCluster({ config: { afterDiskError: 'restart' }, restartPolicy: { delayMs: 300 } }, async cluster => {
    await putSurely(cluster, 'key', 'before');
    const leader = await cluster.waitForLeader();
    await cluster.setDisk(leader, { kind: 'eio' });
    await cluster.put('key', 'unknown');
    await cluster.waitFor(({ nodes }) => nodes[leader]?.state === 'down', { what: 'the crash' });
    await cluster.setDisk(leader, { kind: 'ok' });
    await cluster.waitFor(({ nodes }) => nodes[leader]?.state === 'up', { what: 'its return' });
    await putSurely(cluster, 'key', 'after');
    await cluster.waitForConverged();
    assert.equal(await getSurely(cluster, 'key', leader), 'after');

    const victim = (leader + 1) % 3;
    await cluster.setDisk(victim, { kind: 'eio' });
    let isFaulty = false;
    const watching = cluster
      .waitFor(({ nodes }) => nodes[victim]?.state === 'faulty', { what: 'the end', timeoutMs: 30_000 })
      .finally(() => {
        isFaulty = true;
      });
    for (let i = 0; !isFaulty; i++) await putSurely(cluster, 'key', `${i}`);
    const status = await watching;
    assert.match(status.nodes[victim]?.lastError ?? '', /injected/);
  }),
);

policy.run();
