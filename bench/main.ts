/**
 * `npm run bench [-- MODE] [OPTIONS]`: see `docs/performance.md`.
 *
 * Without a mode: the table of the README (`--readme` puts it there), then what is promised of the storage. Every mode prints a table, or JSON with `--json`, and keeps its
 * result in `bench/results/` under the commit it was measured at.
 *
 * @module
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import type { BenchFlags, LoadKind } from './flags.js';
import { benchChecker } from './modes/checker.js';
import { benchCompare } from './modes/compare.js';
import { benchFailover } from './modes/failover.js';
import { benchIdle } from './modes/idle.js';
import { benchPeers } from './modes/peers.js';
import { benchConnections, benchDrops, benchNodes } from './modes/series.js';
import { benchSimulator } from './modes/simulator.js';
import { benchStages } from './modes/stages.js';
import { benchStart } from './modes/start.js';
import { benchStorage } from './modes/storage.js';
import { benchTable } from './modes/table.js';
import { benchTui } from './modes/tui.js';
import { say } from './results.js';

const MODES: Readonly<Record<string, (flags: BenchFlags) => Promise<void>>> = {
  table: benchTable,
  peers: benchPeers,
  failover: benchFailover,
  idle: benchIdle,
  drops: benchDrops,
  connections: benchConnections,
  nodes: benchNodes,
  stages: benchStages,
  simulator: benchSimulator,
  storage: benchStorage,
  checker: benchChecker,
  tui: benchTui,
  start: benchStart,
  compare: benchCompare,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    readme: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    port: { type: 'string', default: '6401' },
    connections: { type: 'string', default: '64' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '' },
    build: { type: 'string', default: '' },
    loads: { type: 'string', default: 'set:1,set:16,get:1,get:16' },
  },
});

/** `set:16`: command and pipeline. */
function loadKind(text: string): LoadKind {
  const [command, pipeline] = text.split(':');
  if (command !== 'set' && command !== 'get')
    throw new Error(`unknown load ${text}; expected such as set:16`);
  return [command, Number(pipeline ?? 1)];
}

const seconds = values.seconds === '' ? (values.quick ? 1.5 : 5) : Number(values.seconds);
const flags: BenchFlags = {
  port: Number(values.port),
  durationMs: seconds * 1000,
  connections: Number(values.connections),
  rounds: Number(values.rounds),
  loads: values.loads.split(',').map(loadKind),
  json: values.json,
  readme: values.readme,
  quick: values.quick,
  build: values.build === '' ? null : values.build,
};

const names = positionals.length === 0 ? ['table', 'storage'] : positionals.slice(0, 1);
const unknown = names.find(name => MODES[name] === undefined);
if (unknown !== undefined) {
  say(`unknown mode ${unknown}; expected ${Object.keys(MODES).join(', ')}`);
  process.exitCode = 2;
} else {
  const load = loadavg()[0] ?? 0;
  if (load > 0.5) say(`note: the load average is ${load.toFixed(2)}; only ratios within this run count`);
  for (const name of names) await MODES[name]?.(flags);
}
