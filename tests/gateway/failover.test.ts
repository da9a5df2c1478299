/**
 * Gateways of a real cluster while leaders die, freeze and are cut off: what clients were told is true.
 *
 * @module
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ClientError } from '../../src/client/client-error.js';
import { ClusterClient, type NodeAddress } from '../../src/client/cluster-client.js';
import { type ClientConnection, connect } from '../../src/client/connection.js';
import { plain } from '../../src/client/reply.js';
import type { Cluster } from '../../src/index.js';
import { withCluster } from './cluster.js';

const test = suite('failover');
/** Kills, freezes or cuts off the leader, and puts it right again, until told to stop. */
async function torment(cluster: Cluster, isOver: () => boolean): Promise<number> {
  let rounds = 0;
  for (const fault of cycle(['kill', 'isolate', 'pause'])) {
    if (isOver()) return rounds;
    const { leader } = await cluster.waitFor(status => status.leader !== null, { what: 'a leader' });
    const line = `${fault} ${leader}`;
    const undo = fault === 'kill' ? `revive ${leader}` : fault === 'pause' ? `resume ${leader}` : 'heal';
    assert.is((await cluster.execute(line)).kind, 'done', line);
    await cluster.waitFor(status => status.leader !== null && status.leader !== leader, {
      what: 'another leader',
    });
    assert.is((await cluster.execute(undo)).kind, 'done', undo);
    rounds++;
  }
  return rounds;
}

function* cycle<T>(items: readonly T[]): Generator<T> {
  for (;;) yield* items;
}

/** Writes unique keys through one node, again and again; notes what it was told of each. */
async function writer(
  node: NodeAddress,
  name: string,
  told: Map<string, 'ok' | 'failed' | 'unknown'>,
  isOver: () => boolean,
): Promise<void> {
  let connection: ClientConnection | null = null;
  for (let at = 0; !isOver(); at++) {
    try {
      connection ??= await connect({ ...node, timeoutMs: 1000 });
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      await new Promise(resolve => setTimeout(resolve, 20));
      continue;
    }
    const key = `${name}.${at}`;
    const outcome = await connection.execute(['SET', key, 'x']);
    told.set(key, outcome.kind);
    if (connection.closed) connection = null;
    if (outcome.kind !== 'ok') await new Promise(resolve => setTimeout(resolve, 5));
  }
  connection?.close();
}

test('what was acknowledged is there, and what certainly failed is not, through kills, freezes and cuts', () =>
  withCluster(false, async (cluster, nodes) => {
    const told = new Map<string, 'ok' | 'failed' | 'unknown'>();
    const endMs = performance.now() + 3000;
    const isOver = () => performance.now() > endMs;
    const writers = nodes.flatMap((node, at) =>
      ['a', 'b', 'c'].map(name => writer(node, `${name}${at}`, told, isOver)),
    );
    const rounds = await torment(cluster, isOver);
    await Promise.all(writers);
    await cluster.waitForConverged();
    const client = new ClusterClient({ nodes, timeoutMs: 2000, deadlineMs: 10_000 });
    const counts = { ok: 0, failed: 0, unknown: 0 };
    const keys = [...told.keys()];
    for (let first = 0; first < keys.length; first += 500) {
      const some = keys.slice(first, first + 500);
      const values = plain(await client.command(['MGET', ...some]));
      assert.ok(Array.isArray(values));
      for (const [at, key] of some.entries()) {
        const outcome = told.get(key) ?? 'unknown';
        counts[outcome]++;
        if (outcome === 'ok') assert.is(values[at], 'x', `${key} was acknowledged`);
        if (outcome === 'failed') assert.is(values[at], null, `${key} certainly failed`);
      }
    }
    client.close();
    assert.ok(rounds >= 2, `${rounds} rounds`);
    assert.ok(counts.ok > 100, JSON.stringify(counts));
    assert.ok(counts.failed + counts.unknown > 0, `no write met a fault: ${JSON.stringify(counts)}`);
  }));

test('the client increments exactly as often as it was told, and writes each token once', () =>
  withCluster(false, async (cluster, nodes) => {
    const endMs = performance.now() + 2500;
    const isOver = () => performance.now() > endMs;
    let increments = 0;
    const tokens: string[] = [];
    const workers = Array.from({ length: 6 }, async (_, worker) => {
      const client = new ClusterClient({ nodes, timeoutMs: 1000, deadlineMs: 20_000, exactlyOnce: true });
      for (let at = 0; !isOver(); at++) {
        const token = `<${worker}.${at}>`;
        await client.command(['APPEND', 'tokens', token]);
        tokens.push(token);
        await client.command(['INCR', 'count']);
        increments++;
      }
      client.close();
    });
    await torment(cluster, isOver);
    await Promise.all(workers);
    const client = new ClusterClient({ nodes, timeoutMs: 2000, deadlineMs: 10_000 });
    assert.is(plain(await client.command(['GET', 'count'])), String(increments));
    const written = String(plain(await client.command(['GET', 'tokens']))).match(/<\d+\.\d+>/g) ?? [];
    assert.equal(written.sort(), tokens.sort());
    assert.ok(increments > 50, `${increments} increments`);
    client.close();
  }));

test.run();
