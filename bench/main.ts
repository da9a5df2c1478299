/**
 * `npm run bench [-- MODE] [OPTIONS]`: see `docs/performance.md`.
 *
 * Without a mode: `targets`, everything that something was promised about, and the table of the promises with ✓ and ✗; then what is promised
 * of the storage. Every mode prints a table, or JSON with `--json`, keeps its result in `bench/results/` under the commit it was
 * measured at, and draws it on the page `bench/results/report.html`.
 *
 * @module
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { endChildrenWithProgram } from './child.js';
import type { BenchFlags, LoadKind } from './flags.js';
import { benchChecker } from './modes/checker.js';
import { benchCompare } from './modes/compare.js';
import { benchFailover } from './modes/failover.js';
import { benchGrowth } from './modes/growth.js';
import { benchHosts } from './modes/hosts.js';
import { benchIdle } from './modes/idle.js';
import { benchPeers } from './modes/peers.js';
import {
  benchCommands,
  benchConnections,
  benchDisks,
  benchDrops,
  benchNodes,
  benchPipelines,
  benchPromisedSeries,
  benchSizes,
} from './modes/series.js';
import { benchSettings } from './modes/settings.js';
import { benchSimulator } from './modes/simulator.js';
import { benchSoak } from './modes/soak.js';
import { benchStages } from './modes/stages.js';
import { benchStart } from './modes/start.js';
import { benchStorage } from './modes/storage.js';
import { benchSyncs } from './modes/syncs.js';
import { benchTable } from './modes/table.js';
import { benchTui } from './modes/tui.js';
import { keepResult, say } from './results.js';
import { Targets } from './targets.js';

const MODES: Readonly<Record<string, (flags: BenchFlags) => Promise<void>>> = {
  table: benchTable,
  peers: benchPeers,
  failover: benchFailover,
  idle: benchIdle,
  drops: benchDrops,
  connections: benchConnections,
  pipelines: benchPipelines,
  sizes: benchSizes,
  commands: benchCommands,
  disks: benchDisks,
  growth: benchGrowth,
  hosts: benchHosts,
  nodes: benchNodes,
  settings: benchSettings,
  stages: benchStages,
  simulator: benchSimulator,
  soak: benchSoak,
  storage: benchStorage,
  syncs: benchSyncs,
  checker: benchChecker,
  tui: benchTui,
  start: benchStart,
  compare: benchCompare,
  targets: benchTargets,
};

const USUAL_LOADS = 'set:1,set:16,get:1,get:16';
/** The guard has a minute. */
const GUARD_LOADS = 'set:1,set:16,get:1';

const OPTIONS = {
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    readme: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    port: { type: 'string', default: '6401' },
    connections: { type: 'string', default: '64' },
    rounds: { type: 'string', default: '' },
    seconds: { type: 'string', default: '' },
    build: { type: 'string', default: '' },
    against: { type: 'string', default: 'redis,etcd' },
    minutes: { type: 'string', default: '60' },
    'most-keys': { type: 'string', default: '1000000' },
    loads: { type: 'string', default: '' },
    writer: { type: 'boolean', default: false },
  },
} as const;

/** Ends the program with one line where an option is none of ours. */
function readArguments(): ReturnType<typeof parseArgs<typeof OPTIONS>> {
  try {
    return parseArgs(OPTIONS);
  } catch (error) {
    say(`${error instanceof Error ? error.message : String(error)}; modes: ${Object.keys(MODES).join(', ')}`);
    process.exit(2);
  }
}

const { values, positionals } = readArguments();

/** `set:16`: command and pipeline. */
function loadKind(text: string): LoadKind {
  const [command, pipeline] = text.split(':');
  if (command !== 'set' && command !== 'get')
    throw new Error(`unknown load ${text}; expected such as set:16`);
  return [command, Number(pipeline ?? 1)];
}

function peerName(text: string): 'redis' | 'etcd' {
  if (text === 'redis' || text === 'etcd') return text;
  throw new Error(`unknown store ${text}; expected redis or etcd`);
}

/** Everything that something was promised about, then all promises in one table. */
async function benchTargets(all: BenchFlags): Promise<void> {
  for (const mode of [benchPeers, benchFailover, benchPromisedSeries, benchIdle, benchTui]) await mode(all);
}

/** Only where more than one promise was looked at: a mode shows its own. */
function reportTargets(): void {
  const { targets } = flags;
  if (targets.rows.length === 0 || !modes.includes('targets')) return;
  process.stdout.write(flags.json ? `${JSON.stringify(targets.rows)}\n` : `\n${targets.table()}\n`);
  say(`kept in ${keepResult('targets', targets.rows)}`);
  if (!targets.allFloorsReached) process.exitCode = 1;
}

const plain = values.readme ? ['table', 'storage'] : ['targets', 'storage'];
const modes = positionals.length === 0 ? plain : positionals.slice(0, 1);
const seconds = values.seconds === '' ? (values.quick ? 1.5 : 5) : Number(values.seconds);
const flags: BenchFlags = {
  port: Number(values.port),
  durationMs: seconds * 1000,
  connections: Number(values.connections),
  rounds: values.rounds === '' ? 5 : Number(values.rounds),
  roundsGiven: values.rounds !== '',
  secondsGiven: values.seconds !== '',
  against: values.against.split(',').filter(Boolean).map(peerName),
  mostKeys: Number(values['most-keys']),
  minutes: Number(values.minutes),
  names: positionals.slice(1),
  targets: new Targets(),
  loads: (values.loads || (modes[0] === 'compare' ? GUARD_LOADS : USUAL_LOADS)).split(',').map(loadKind),
  json: values.json,
  readme: values.readme,
  quick: values.quick,
  writer: values.writer,
  build: values.build === '' ? null : values.build,
};

const unknown = modes.find(name => MODES[name] === undefined);
if (unknown !== undefined) {
  say(`unknown mode ${unknown}; expected ${Object.keys(MODES).join(', ')}`);
  process.exitCode = 2;
} else {
  endChildrenWithProgram();
  const load = loadavg()[0] ?? 0;
  if (load > 0.5) say(`note: the load average is ${load.toFixed(2)}; only ratios within this run count`);
  for (const name of modes) await MODES[name]?.(flags);
  reportTargets();
}
