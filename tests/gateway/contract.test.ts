/**
 * The error contract of a real cluster under kills, freezes, cuts, lost messages, lost replies and snapshots: what was
 * acknowledged happened once, what certainly failed never happened, and what is unknown happened at most once.
 *
 * `CONTRACT_SECONDS` (default 3) makes each run longer, `CONTRACT_SEED` repeats its random choices.
 *
 * @module
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ClientError } from '../../src/client/client-error.js';
import { ClusterClient } from '../../src/client/cluster-client.js';
import { type ClientConnection, type CommandOutcome, connect } from '../../src/client/connection.js';
import { plain } from '../../src/client/reply.js';
import type { FaultyProxy } from '../helpers/faulty-proxy.js';
import { type LeaderFault, withTorment } from './torment.js';

const SECONDS = Number(process.env.CONTRACT_SECONDS ?? 3);
const SEED = Number(process.env.CONTRACT_SEED ?? Date.now() % 1_000_000);
const test = suite(`error contract, seed ${SEED}`);

/** Tokens are spread over so many keys, so that no value grows to its limit. */
const KEYS = 16;
const PIPELINE = 8;
const TOKEN = /<[\w.]+>/g;

type Told = CommandOutcome['kind'];

/** What a writer was told of each of its tokens; those of transactions were written to two keys. */
interface Ledger {
  readonly single: Map<string, Told>;
  readonly double: Map<string, Told>;
}

const keyOf = (token: string): string => `tokens:${(token.length * 7 + token.charCodeAt(2)) % KEYS}`;

/** Bursts of APPENDs and transactions with unique tokens through one node; never sends anything again. */
async function writer(
  proxy: FaultyProxy,
  name: string,
  ledger: Ledger,
  isOver: () => boolean,
): Promise<void> {
  let connection: ClientConnection | null = null;
  for (let round = 0; !isOver(); round++) {
    try {
      connection ??= await connect({ ...proxy.address, timeoutMs: 1500 });
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      await new Promise(resolve => setTimeout(resolve, 20));
      continue;
    }
    const open = connection;
    const burst = Array.from({ length: PIPELINE }, async (_, at) => {
      const token = `<${name}.${round}.${at}>`;
      const outcome = await open.execute(['APPEND', keyOf(token), token]);
      ledger.single.set(token, outcome.kind);
      return outcome.kind;
    });
    burst.push(transaction(open, `<${name}.${round}.t>`, ledger));
    const told = await Promise.all(burst);
    if (connection.closed) connection = null;
    if (told.some(kind => kind !== 'ok')) await new Promise(resolve => setTimeout(resolve, 10));
  }
  connection?.close();
}

async function transaction(connection: ClientConnection, token: string, ledger: Ledger): Promise<Told> {
  const before = ['MULTI', `APPEND double:a ${token}`, `APPEND double:b ${token}`];
  for (const line of before) void connection.execute(line.split(' '));
  const { kind } = await connection.execute(['EXEC']);
  ledger.double.set(token, kind);
  return kind;
}

/** How often each token is in the store. */
async function occurrences(client: ClusterClient, key: string): Promise<Map<string, number>> {
  const value = plain(await client.command(['GET', key])) ?? '';
  const counts = new Map<string, number>();
  for (const [token] of String(value).matchAll(TOKEN)) counts.set(token, (counts.get(token) ?? 0) + 1);
  return counts;
}

function judge(told: Told, times: number, token: string): void {
  if (told === 'ok') assert.is(times, 1, `${token} was acknowledged`);
  else if (told === 'failed') assert.is(times, 0, `${token} certainly failed`);
  else assert.ok(times <= 1, `${token}, whose outcome is unknown, is there ${times} times`);
}

function assertStruck(struck: Readonly<Record<LeaderFault, number>>, proxies: readonly FaultyProxy[]): void {
  for (const fault of ['kill', 'pause', 'isolate'] as const)
    assert.ok(struck[fault] > 0, JSON.stringify(struck));
  const cuts = proxies.reduce((sum, { counts }) => sum + counts.cuts + counts.lostReplies, 0);
  assert.ok(cuts > 0, 'no connection was cut');
}

for (const redirect of [false, true]) {
  test(`${redirect ? 'redirecting' : 'forwarding'}: no error says "not executed" of what was executed`, () =>
    withTorment({ seed: SEED, redirect, loseReply: 0.01, cutAfterRequest: 0.01 }, async torment => {
      const { cluster, proxies } = torment;
      const ledger: Ledger = { single: new Map(), double: new Map() };
      let over = false;
      const writers = proxies.flatMap((proxy, node) =>
        ['x', 'y'].map(name => writer(proxy, `${name}${node}`, ledger, () => over)),
      );
      const struck = await torment.run(SECONDS * 1000);
      over = true;
      await Promise.all(writers);
      await cluster.waitForConverged({ timeoutMs: 20_000 });
      const client = new ClusterClient({
        nodes: proxies.map(({ address }) => address),
        timeoutMs: 3000,
        deadlineMs: 15_000,
      });
      const stored = new Map<string, number>();
      for (let key = 0; key < KEYS; key++) {
        for (const [token, times] of await occurrences(client, `tokens:${key}`)) stored.set(token, times);
      }
      const counts: Record<Told, number> = { ok: 0, failed: 0, unknown: 0 };
      for (const [token, told] of ledger.single) {
        counts[told]++;
        judge(told, stored.get(token) ?? 0, token);
      }
      const [first, second] = [await occurrences(client, 'double:a'), await occurrences(client, 'double:b')];
      assert.equal([...first], [...second], 'a transaction happened by half');
      for (const [token, told] of ledger.double) judge(told, first.get(token) ?? 0, token);
      client.close();
      assertStruck(struck, proxies);
      const { nodes } = await cluster.status();
      assert.ok(
        nodes.every(({ raft }) => raft !== null && raft.snapshotIndex > 0),
        'snapshots',
      );
      assert.ok(counts.ok > 100 && counts.unknown > 0, JSON.stringify(counts));
      if (redirect) assert.ok(counts.failed > 0, 'no follower redirected');
    }));
}

test('exactly once through the client: the count of increments is exact, and every token is there once', () =>
  withTorment({ seed: SEED, redirect: false, loseReply: 0.02, cutAfterRequest: 0.02 }, async torment => {
    const { cluster, proxies } = torment;
    const nodes = proxies.map(({ address }) => address);
    let over = false;
    let increments = 0;
    const tokens: string[] = [];
    const workers = Array.from({ length: 6 }, async (_, worker) => {
      const client = new ClusterClient({ nodes, timeoutMs: 1000, deadlineMs: 60_000, exactlyOnce: true });
      for (let at = 0; !over; at++) {
        const token = `<${worker}.${at}>`;
        await client.command(['APPEND', keyOf(token), token]);
        tokens.push(token);
        await client.command(['INCR', 'count']);
        increments++;
      }
      client.close();
    });
    const struck = await torment.run(SECONDS * 1000);
    over = true;
    await Promise.all(workers);
    await cluster.waitForConverged({ timeoutMs: 20_000 });
    const client = new ClusterClient({ nodes, timeoutMs: 3000, deadlineMs: 15_000 });
    assert.is(plain(await client.command(['GET', 'count'])), String(increments));
    const stored: string[] = [];
    for (let key = 0; key < KEYS; key++) {
      for (const [token, times] of await occurrences(client, `tokens:${key}`)) {
        assert.is(times, 1, token);
        stored.push(token);
      }
    }
    assert.equal(stored.sort(), tokens.sort());
    client.close();
    assertStruck(struck, proxies);
    assert.ok(increments > 50, `${increments} increments`);
  }));

test.run();
