/**
 * A cluster on three hosts, linked over TCP on loopback, against one with the same nodes in one process: what the links
 * cost. In turn (A B A B …) in one run.
 *
 * @module
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, plain } from '../../src/client/index.js';
import type { ClusterStatus } from '../../src/runtime/status.js';
import { type Child, startChild } from '../child.js';
import type { BenchFlags, LoadKind } from '../flags.js';
import { keepResult, say } from '../results.js';
import { DEFAULT_LOAD, type MeasuredLoad, measureLoad } from '../run-load.js';
import { scratchFolder } from '../scratch.js';
import { THIS_BUILD } from '../serve.js';
import { showSpread, spreadOf } from '../spread.js';

const HOSTS = ['127.0.0.2', '127.0.0.3', '127.0.0.4'] as const;
const NODES = 6;
/** Share of the one process's throughput that three hosts must reach. */
const FLOOR = 0.5;
const READY_WITHIN_MS = 60_000;
const LIFETIME_MS = 900_000;
const ASK_TIMEOUT_MS = 2_000;

interface Side {
  readonly children: readonly Child[];
  /** Where some node listens. */
  readonly host: string;
  readonly port: number;
}

interface Row {
  readonly load: string;
  readonly ratios: readonly number[];
  readonly alone: readonly MeasuredLoad[];
  readonly linked: readonly MeasuredLoad[];
}

export async function benchHosts(flags: BenchFlags): Promise<void> {
  const scratch = scratchFolder('hosts');
  const alone = await start(scratch.path, 'alone', ['127.0.0.1'], flags.port);
  const linked = await start(scratch.path, 'linked', HOSTS, flags.port);
  try {
    const rows: Row[] = [];
    for (const load of flags.loads) rows.push(await compare(load, alone, linked, flags));
    process.stdout.write(flags.json ? `${JSON.stringify(rows)}\n` : `${rows.map(show).join('\n')}\n`);
    say(`kept in ${keepResult('hosts', rows)}`);
  } finally {
    await Promise.all([...alone.children, ...linked.children].map(child => child.stop()));
    scratch.remove();
  }
}

async function start(folder: string, name: string, servers: readonly string[], port: number): Promise<Side> {
  const config = join(folder, `${name}.txt`);
  const lines = [
    `servers: ${servers.join(' ')}`,
    `num_of_nodes_in_each_aws: ${NODES / servers.length}`,
    `port_start: ${port}`,
    'heartbeat_timeout: 0.05',
    'election_timeout_start: 0.3',
    'election_timeout_end: 0.6',
    'rpc_timeout: 2',
  ];
  writeFileSync(config, `${lines.join('\n')}\n`);
  const isAlone = servers.length === 1;
  const children = await Promise.all(
    servers.map(server =>
      startChild({
        command: process.execPath,
        args: [
          ...[THIS_BUILD, 'serve', config, '--data', join(folder, `${name}-${server}`)],
          ...(isAlone ? [] : ['--host', server]),
        ],
        readyText: /^ready/m,
        readyWithinMs: READY_WITHIN_MS,
        lifetimeMs: LIFETIME_MS,
      }),
    ),
  );
  return { children, host: servers[0] ?? '', port };
}

async function compare(load: LoadKind, alone: Side, linked: Side, flags: BenchFlags): Promise<Row> {
  const results: { alone: MeasuredLoad[]; linked: MeasuredLoad[] } = { alone: [], linked: [] };
  for (let round = 0; round < flags.rounds; round++) {
    results.alone.push(await measure(alone, load, flags));
    results.linked.push(await measure(linked, load, flags));
  }
  const ratios = results.linked.map(
    ({ perSecond }, round) => perSecond / Math.max(1, results.alone[round]?.perSecond ?? 1),
  );
  const row = { load: `${load[0]} pipeline ${load[1]}`, ratios, ...results };
  say(show(row));
  const ratio = spreadOf(ratios);
  flags.targets.add({
    measure: `three hosts against one process, ${row.load}`,
    value: ratio.median,
    shown: showSpread(ratio, 2),
    better: 'higher',
    floor: FLOOR,
    goal: null,
  });
  return row;
}

/** The load goes to the leader, as a cluster client's would. */
async function measure(
  side: Side,
  [command, pipeline]: LoadKind,
  { connections, durationMs }: BenchFlags,
): Promise<MeasuredLoad> {
  const { host, port } = await leaderAddress(side);
  const pids = side.children.map(({ pid }) => pid);
  return measureLoad(pids, {
    ...DEFAULT_LOAD,
    host,
    ports: [port],
    command,
    pipeline,
    connections,
    durationMs,
  });
}

async function leaderAddress({
  host,
  port,
}: Side): Promise<{ readonly host: string; readonly port: number }> {
  const client = await connect({ host, port, timeoutMs: ASK_TIMEOUT_MS });
  try {
    const status = JSON.parse(String(plain(await client.command(['RAFT', 'STATUS'])))) as ClusterStatus;
    return status.nodes.find(({ node }) => node === status.leader) ?? { host, port };
  } finally {
    client.close();
  }
}

function show({ load, ratios, alone, linked }: Row): string {
  const perSecond = (loads: readonly MeasuredLoad[]): string =>
    Math.round(spreadOf(loads.map(each => each.perSecond)).median).toLocaleString('en-US');
  const ratio = spreadOf(ratios);
  const verdict = ratio.median >= FLOOR ? '✓' : '✗';
  return (
    `${load}: ${showSpread(ratio, 2)} × one process (at least ${FLOOR} ${verdict}), ` +
    `${perSecond(linked)} against ${perSecond(alone)} operations/s`
  );
}
