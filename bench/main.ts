/**
 * `npm run bench [-- MODE] [OPTIONS]`: see `docs/performance.md`.
 *
 * Without a mode: the table of the README (`--readme` puts it there). Every mode prints a table, or JSON with `--json`, and keeps its
 * result in `bench/results/` under the commit it was measured at.
 *
 * @module
 */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import type { BenchFlags } from './flags.js';
import { benchCompare } from './modes/compare.js';
import { benchTable } from './modes/table.js';
import { say } from './results.js';

const MODES: Readonly<Record<string, (flags: BenchFlags) => Promise<void>>> = {
  table: benchTable,
  compare: benchCompare,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    readme: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    port: { type: 'string', default: '6401' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '' },
    build: { type: 'string', default: '' },
  },
});

const seconds = values.seconds === '' ? (values.quick ? 1.5 : 5) : Number(values.seconds);
const flags: BenchFlags = {
  port: Number(values.port),
  durationMs: seconds * 1000,
  rounds: Number(values.rounds),
  json: values.json,
  readme: values.readme,
  build: values.build === '' ? null : values.build,
};

const name = positionals[0] ?? 'table';
const mode = MODES[name];
if (mode === undefined) {
  say(`unknown mode ${name}; expected ${Object.keys(MODES).join(', ')}`);
  process.exitCode = 2;
} else {
  const load = loadavg()[0] ?? 0;
  if (load > 0.5) say(`note: the load average is ${load.toFixed(2)}; only ratios within this run count`);
  await mode(flags);
}
