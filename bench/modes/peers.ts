/**
 * This store beside one Redis with `appendfsync always` and three etcd members, all durable, in turn in one run.
 *
 * Every store is first given the load until it grows no faster by it. Every ratio is taken within a round, where all were measured one
 * after the other; the order changes from round to round. The peers' processes stay up, idle, while another one is measured.
 *
 * @module
 */

import { fileURLToPath } from 'node:url';
import { AwakeCores, canKeepAwake, LATENCY_FILE } from '../../src/runtime/awake-cores.js';
import { leaderPort } from '../cluster-leader.js';
import type { BenchFlags } from '../flags.js';
import { describeMachine } from '../machine.js';
import { startEtcd } from '../peers/etcd-cluster.js';
import { type Peer, versionOf } from '../peers/peer.js';
import { startRedis } from '../peers/redis-server.js';
import { keepResult, say } from '../results.js';
import { DEFAULT_LOAD, type MeasuredLoad, measureLoad, warmUp } from '../run-load.js';
import { type Served, serve } from '../serve.js';
import { type Spread, showSpread, spreadOf, thousands } from '../spread.js';

const ETCD_LOAD = fileURLToPath(new URL('../peers/etcd-load.js', import.meta.url));
const NODES = 3;
const PEER_PORT_OFFSET = 20;

type Store = 'ours' | 'redis' | 'etcd';

/** One after the other: the nodes that count on leases are a cluster of their own. */
const LEASE_PORT_OFFSET = 10;
/** So are those that let the cores sleep. */
const ASLEEP_PORT_OFFSET = 15;
/** Cores sleep again when nobody says for longer that they shall not. */
const TOUCH_MS = 100;

interface Measure {
  readonly name: string;
  readonly command: 'set' | 'get';
  readonly connections: number;
  readonly pipeline: number;
  /** Reads by the leader's lease instead of ReadIndex. */
  readonly lease?: true;
  /** Least ratio to be reached, against whom, and of what. */
  readonly targets: readonly (Target | Unpromised)[];
  readonly against: readonly Store[];
}

interface Target {
  readonly peer: 'redis' | 'etcd';
  readonly figure: 'throughput' | 'p50';
  /** Throughput: at least this times the peer's. p50: at most this times the peer's. */
  readonly floor: number;
  readonly goal: number;
}

/** Shown beside what was promised. */
interface Unpromised {
  readonly peer: 'redis' | 'etcd';
  readonly figure: 'throughput' | 'p50';
  readonly floor: null;
  readonly goal: null;
}

const throughput = (peer: 'redis' | 'etcd', floor: number, goal: number): Target => ({
  peer,
  figure: 'throughput',
  floor,
  goal,
});

const MEASURES: readonly Measure[] = [
  {
    name: 'SET, 64 connections',
    command: 'set',
    connections: 64,
    pipeline: 1,
    against: ['redis', 'etcd'],
    targets: [throughput('etcd', 4, 6), throughput('redis', 0.4, 0.6)],
  },
  {
    name: 'SET, 64 connections, pipeline 16',
    command: 'set',
    connections: 64,
    pipeline: 16,
    against: ['redis'],
    targets: [throughput('redis', 0.5, 0.75)],
  },
  {
    name: 'GET by lease, 64 connections',
    command: 'get',
    connections: 64,
    pipeline: 1,
    lease: true,
    against: ['redis'],
    targets: [throughput('redis', 0.8, 1.1)],
  },
  {
    name: 'GET linearizable, 64 connections',
    command: 'get',
    connections: 64,
    pipeline: 1,
    against: ['redis', 'etcd'],
    targets: [throughput('redis', 0.5, 0.8), throughput('etcd', 5, 8)],
  },
  {
    name: 'GET linearizable, 64 connections, pipeline 16',
    command: 'get',
    connections: 64,
    pipeline: 16,
    against: ['redis'],
    targets: [],
  },
];

const ALONE: Measure = {
  name: 'SET, one connection',
  command: 'set',
  connections: 1,
  pipeline: 1,
  against: ['redis', 'etcd'],
  targets: [{ peer: 'etcd', figure: 'p50', floor: 1 / 3, goal: 1 / 5 }],
};

const unpromised = (measure: Measure, condition: string): Measure => ({
  ...measure,
  name: `${measure.name}, ${condition}`,
  targets: measure.targets.map(target => ({ ...target, floor: null, goal: null })),
});

/** What `idle_cores: auto` is worth: without it, and with the same done for the peers. */
const ASLEEP: readonly Measure[] = [unpromised(ALONE, 'idle_cores: sleep')];
const NO_CORE_ASLEEP = 'no core asleep for any store';
const AWAKE: readonly Measure[] = [
  ...MEASURES.slice(0, 1).map(measure => unpromised(measure, NO_CORE_ASLEEP)),
  // Promised there, too: what this store asks for is no advantage then.
  { ...ALONE, name: `${ALONE.name}, ${NO_CORE_ASLEEP}` },
];

type Verdict = (Target | Unpromised) & {
  readonly measure: string;
  readonly ratio: Spread;
};

interface MeasureResult {
  readonly measure: string;
  readonly stores: Readonly<Partial<Record<Store, readonly MeasuredLoad[]>>>;
  readonly verdicts: readonly Verdict[];
}

export async function benchPeers(flags: BenchFlags): Promise<void> {
  const wanted = (peer: 'redis' | 'etcd', program: string): string | null =>
    flags.against.includes(peer) ? versionOf(program) : null;
  const versions = { redis: wanted('redis', 'redis-server'), etcd: wanted('etcd', 'etcd') };
  const peers: Peer[] = [];
  const ours = await serve({ nodes: NODES, durable: true, portStart: flags.port });
  const leasePort = flags.port + LEASE_PORT_OFFSET;
  const withLease = await serve({ nodes: NODES, durable: true, portStart: leasePort, reads: 'lease' });
  const asleep = await serve({
    ...{ nodes: NODES, durable: true, portStart: flags.port + ASLEEP_PORT_OFFSET },
    settings: { idle_cores: 'sleep' },
  });
  try {
    if (versions.redis !== null) peers.push(await startRedis(flags.port + PEER_PORT_OFFSET));
    if (versions.etcd !== null) peers.push(await startEtcd(flags.port + PEER_PORT_OFFSET + 1));
    const results: MeasureResult[] = [];
    const add = (measure: Measure, stores: MeasureResult['stores']): void => {
      const result = judge(measure, stores);
      results.push(result);
      for (const line of describe(result)) say(line);
    };
    for (const measure of [...MEASURES, ALONE]) {
      add(measure, await interleave(measure, measure.lease ? withLease : ours, peers, flags));
    }
    for (const measure of ASLEEP) add(measure, await interleave(measure, asleep, peers, flags));
    if (canKeepAwake()) {
      await whileAwake(async () => {
        for (const measure of AWAKE) add(measure, await interleave(measure, ours, peers, flags));
      });
    } else say(`${NO_CORE_ASLEEP}: not measured: ${LATENCY_FILE} cannot be written`);
    report(results, versions, flags);
  } finally {
    const stores = [ours, withLease, asleep, ...peers];
    await Promise.all(stores.map(store => store.stop()));
  }
}

async function whileAwake<T>(run: () => Promise<T>): Promise<T> {
  const cores = new AwakeCores(say);
  const touching = setInterval(() => cores.touch(), TOUCH_MS);
  try {
    return await run();
  } finally {
    clearInterval(touching);
    cores.release();
  }
}

async function interleave(
  measure: Measure,
  ours: Served,
  peers: readonly Peer[],
  flags: BenchFlags,
): Promise<MeasureResult['stores']> {
  const { command, connections, pipeline, against } = measure;
  const load = { ...DEFAULT_LOAD, command, connections, pipeline, durationMs: flags.durationMs };
  const runs = new Map<Store, () => Promise<MeasuredLoad>>();
  await warmUp({ ...load, ports: [await leaderPort(ours.ports)] });
  runs.set('ours', async () => measureLoad([ours.pid], { ...load, ports: [await leaderPort(ours.ports)] }));
  for (const peer of peers) {
    if (!against.includes(peer.name)) continue;
    const options = { ...load, ports: [peer.port] };
    const program = peer.protocol === 'grpc' ? ETCD_LOAD : undefined;
    await warmUp(options, program);
    runs.set(peer.name, () => measureLoad(peer.pids, options, program));
  }
  const results: Partial<Record<Store, MeasuredLoad[]>> = {};
  for (let round = 0; round < flags.rounds; round++) {
    const order = [...runs];
    if (round % 2 === 1) order.reverse();
    for (const [store, run] of order) {
      const list = results[store] ?? [];
      results[store] = list;
      list.push(await run());
    }
  }
  return results;
}

function judge(measure: Measure, stores: MeasureResult['stores']): MeasureResult {
  const ours = stores.ours ?? [];
  const verdicts = measure.targets.flatMap((target): Verdict[] => {
    const theirs = stores[target.peer];
    if (theirs === undefined) return [];
    const isSpeed = target.figure === 'throughput';
    const figure = (load: MeasuredLoad | undefined): number =>
      (isSpeed ? load?.perSecond : load?.p50Ms) ?? Number.NaN;
    const ratio = spreadOf(ours.map((own, round) => figure(own) / figure(theirs[round])));
    return [{ ...target, measure: measure.name, ratio }];
  });
  return { measure: measure.name, stores, verdicts };
}

function describe({ measure, stores, verdicts }: MeasureResult): string[] {
  const lines = Object.entries(stores).map(([store, loads]) => {
    const speed = spreadOf(loads.map(({ perSecond }) => perSecond));
    const p50 = spreadOf(loads.map(({ p50Ms }) => p50Ms));
    const p99 = spreadOf(loads.map(({ p99Ms }) => p99Ms));
    const cpu = spreadOf(loads.map(({ cpuMicroseconds }) => cpuMicroseconds));
    const errors = loads.reduce((sum, load) => sum + load.errors, 0);
    const range = `${thousands(speed.lowest)}–${thousands(speed.highest)}`;
    return (
      `| ${measure} | ${store} | ${thousands(speed.median)} (${range}) | ${p50.median.toFixed(2)} | ` +
      `${p99.median.toFixed(2)} | ${cpu.median.toFixed(1)} | ${errors} |`
    );
  });
  return [...lines, ...verdicts.map(show)];
}

const reaches = (figure: Target['figure'], value: number, bound: number): boolean =>
  figure === 'throughput' ? value >= bound : value <= bound;

function show({ measure, peer, figure, ratio, floor, goal }: Verdict): string {
  const digits = figure === 'throughput' && peer === 'etcd' ? 1 : 2;
  const bound = (least: number | null): string => {
    if (least === null) return '';
    const mark = reaches(figure, ratio.median, least) ? '✓' : '✗';
    return `${figure === 'throughput' ? '≥' : '≤'} ${least.toFixed(digits)} ${mark}`;
  };
  return `| ${measure} | ${figure} / ${peer} | ${showSpread(ratio, 2)} | ${bound(floor)} | ${bound(goal)} |`;
}

function report(
  results: readonly MeasureResult[],
  versions: Readonly<Record<'redis' | 'etcd', string | null>>,
  flags: BenchFlags,
): void {
  const verdicts = results.flatMap(result => result.verdicts);
  const absent = flags.against.filter(peer => versions[peer] === null);
  const lines = [
    describeMachine(),
    ...flags.against.map(peer => `${peer}: ${versions[peer] ?? 'absent, not measured'}`),
    `${flags.rounds} rounds; median (range). etcd is driven over gRPC by the same closed loop in Node.`,
    '',
    '| measure | store | operations/s | p50 ms | p99 ms | CPU µs/op | errors |',
    '|---|---|---|---|---|---|---|',
    ...results.flatMap(result => describe({ ...result, verdicts: [] })),
    '',
    '| measure | ratio | median (range) | floor | goal |',
    '|---|---|---|---|---|',
    ...verdicts.map(show),
  ];
  process.stdout.write(flags.json ? `${JSON.stringify({ versions, results })}\n` : `${lines.join('\n')}\n`);
  for (const { measure, peer, figure, ratio, floor, goal } of verdicts) {
    const better = figure === 'throughput' ? 'higher' : 'lower';
    const row = {
      measure: `${measure}, ${figure} / ${peer}`,
      value: ratio.median,
      shown: showSpread(ratio, 2),
    };
    flags.targets.add({ ...row, better, floor, goal });
  }
  const plots = results.map(({ measure, stores }) => ({
    title: measure,
    unit: 'operations/s',
    bars: Object.entries(stores).map(([name, loads]) => ({
      name,
      values: loads.map(({ perSecond }) => perSecond),
    })),
  }));
  say(`kept in ${keepResult('peers', { versions, results }, plots)}`);
  for (const peer of absent) say(`${peer} is absent: nothing is said about it`);
  const isMissed = ({ figure, ratio, floor }: Verdict): boolean =>
    floor !== null && !reaches(figure, ratio.median, floor);
  if (verdicts.some(isMissed)) process.exitCode = 1;
}
