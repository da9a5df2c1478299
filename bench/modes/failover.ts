/**
 * Failover: from the death of the leader to the next acknowledged write, over many kills.
 *
 * The time runs from the order to kill; once the leader's thread has ended, a writer at every other node tries all the time, and the
 * first acknowledgement counts. The killed node is revived before the next round. `--writer`: until then somebody writes at the leader,
 * so that the others differ in what they have.
 *
 * @module
 */

import { type ClientConnection, ClientError, connect } from '../../src/client/index.js';
import { leaderOf } from '../cluster-leader.js';
import type { BenchFlags } from '../flags.js';
import { keepResult, say } from '../results.js';
import { ELECTION_TIMEOUT_END_MS, serve } from '../serve.js';
import { spreadOf } from '../spread.js';

const NODES = 3;
const KILLS = 30;
const GIVE_UP_MS = 20_000;
const ATTEMPT_TIMEOUT_MS = 5_000;
const POLL_MS = 20;
/** A cluster that has just settled would be met at its best moment only: waits differ by up to a heartbeat. */
const SPREAD_MS = 50;
/** So that the leader has chosen whom it sends entries at once. */
const WRITER_MS = 2_000;

export async function benchFailover(flags: BenchFlags): Promise<void> {
  const kills = Math.max(flags.rounds, KILLS);
  const cluster = await serve({ nodes: NODES, durable: true, portStart: flags.port });
  const timesMs: number[] = [];
  try {
    for (let kill = 0; kill < kills; kill++) {
      timesMs.push(await failOver(cluster.ports, flags.writer));
      say(`kill ${kill + 1}: ${timesMs.at(-1)?.toFixed(0)} ms`);
    }
  } finally {
    await cluster.stop();
  }
  report(timesMs, flags);
}

async function failOver(ports: readonly number[], hasWriter: boolean): Promise<number> {
  const leader = await settled(ports);
  if (hasWriter) await startWriter(ports[leader] ?? 0);
  await new Promise(resolve => setTimeout(resolve, Math.random() * SPREAD_MS));
  const others = ports.filter((_, node) => node !== leader);
  const clients = await Promise.all(others.map(open));
  const operator = clients[0];
  if (operator === undefined) throw new Error('no node is left');
  try {
    const startedAt = performance.now();
    await operator.command(['CHAOS', 'kill', String(leader)]);
    const atMs = await Promise.any(clients.map(client => firstWrite(client, startedAt)));
    await operator.command(['CHAOS', 'revive', String(leader)]);
    return atMs - startedAt;
  } finally {
    for (const client of clients) client.close();
  }
}

/** It ends when its node does. */
async function startWriter(port: number): Promise<void> {
  const client = await open(port);
  const write = async (): Promise<void> => {
    for (;;) await client.command(['SET', 'writer', String(performance.now())]);
  };
  write().catch(() => client.close());
  await new Promise(resolve => setTimeout(resolve, WRITER_MS));
}

/** Resolves with the time of the first acknowledgement. */
async function firstWrite(client: ClientConnection, startedAt: number): Promise<number> {
  while (performance.now() - startedAt < GIVE_UP_MS) {
    try {
      await client.command(['SET', 'failover', String(startedAt)]);
      return performance.now();
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
    }
  }
  throw new Error(`no write was acknowledged within ${GIVE_UP_MS} ms`);
}

const open = (port: number): Promise<ClientConnection> =>
  connect({ host: '127.0.0.1', port, timeoutMs: ATTEMPT_TIMEOUT_MS });

async function writeThrough(port: number): Promise<void> {
  const client = await open(port);
  try {
    await firstWrite(client, performance.now());
  } finally {
    client.close();
  }
}

/** The leader that all nodes name, once a write through every node was acknowledged. */
async function settled(ports: readonly number[]): Promise<number> {
  const startedAt = performance.now();
  while (performance.now() - startedAt < GIVE_UP_MS) {
    try {
      for (const port of ports) await writeThrough(port);
      const leaders = new Set(await Promise.all(ports.map(leaderOf)));
      const [leader] = leaders;
      if (leaders.size === 1 && leader !== undefined && leader !== null) return leader;
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
    }
    await new Promise(resolve => setTimeout(resolve, POLL_MS));
  }
  throw new Error('the cluster did not settle');
}

function report(timesMs: readonly number[], flags: BenchFlags): void {
  const { median, highest, lowest } = spreadOf(timesMs);
  const inTimeouts = (ms: number): string => (ms / ELECTION_TIMEOUT_END_MS).toFixed(2);
  const isReached = median <= ELECTION_TIMEOUT_END_MS && highest <= 2.5 * ELECTION_TIMEOUT_END_MS;
  const lines = [
    `${timesMs.length} kills of the leader of ${NODES} durable nodes, election_timeout_end ${ELECTION_TIMEOUT_END_MS} ms`,
    '| | ms | × election_timeout_end | floor | goal |',
    '|---|---|---|---|---|',
    `| best | ${lowest.toFixed(0)} | ${inTimeouts(lowest)} | | |`,
    `| median | ${median.toFixed(0)} | ${inTimeouts(median)} | ≤ 1 ${mark(median <= ELECTION_TIMEOUT_END_MS)} | ≤ 0.8 ${mark(median <= 0.8 * ELECTION_TIMEOUT_END_MS)} |`,
    `| worst | ${highest.toFixed(0)} | ${inTimeouts(highest)} | ≤ 2.5 ${mark(highest <= 2.5 * ELECTION_TIMEOUT_END_MS)} | |`,
  ];
  process.stdout.write(flags.json ? `${JSON.stringify({ timesMs })}\n` : `${lines.join('\n')}\n`);
  const shown = `${median.toFixed(0)} ms, worst ${highest.toFixed(0)} ms`;
  const inEnd = { better: 'lower', shown } as const;
  flags.targets.add({
    ...inEnd,
    measure: 'failover, median, × election_timeout_end',
    value: median / ELECTION_TIMEOUT_END_MS,
    floor: 1,
    goal: 0.8,
  });
  flags.targets.add({
    ...inEnd,
    measure: 'failover, worst, × election_timeout_end',
    value: highest / ELECTION_TIMEOUT_END_MS,
    floor: 2.5,
    goal: null,
  });
  const plot = {
    title: 'Failover',
    unit: 'ms',
    bars: [{ name: `${timesMs.length} kills`, values: timesMs }],
  };
  say(`kept in ${keepResult('failover', { timesMs }, [plot])}`);
  if (!isReached) process.exitCode = 1;
}

const mark = (reached: boolean): string => (reached ? '✓' : '✗');
