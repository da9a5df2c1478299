/**
 * Throughput and latency of 3, 5 and 10 nodes, durable and in memory: the table of the README.
 *
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { leaderPort } from '../cluster-leader.js';
import type { BenchFlags } from '../flags.js';
import { describeMachine } from '../machine.js';
import type { Plot } from '../plots.js';
import { keepResult, say } from '../results.js';
import { DEFAULT_LOAD, measureLoad, warmUp } from '../run-load.js';
import { serve } from '../serve.js';
import { intoReadme, markdownTable, type Row } from '../table.js';

const README = fileURLToPath(new URL('../../../README.md', import.meta.url));

export async function benchTable(flags: BenchFlags): Promise<void> {
  const rows: Row[] = [];
  for (const durable of [true, false]) {
    for (const nodes of [3, 5, 10]) rows.push(...(await measure(nodes, durable, flags)));
  }
  const table = `${describeMachine()}\n\n${markdownTable(rows)}`;
  if (flags.readme) writeFileSync(README, intoReadme(readFileSync(README, 'utf8'), table));
  process.stdout.write(flags.json ? `${JSON.stringify(rows)}\n` : `${table}\n`);
  say(`kept in ${keepResult('table', rows, [plotOf(rows)])}`);
  const failed = rows.find(row => row.errors > 0);
  if (failed === undefined) return;
  say(`errors were answered: ${failed.firstError}`);
  process.exitCode = 1;
}

function plotOf(rows: readonly Row[]): Plot {
  const bars = rows.map(({ nodes, durable, command, pipeline, perSecond }) => ({
    name: `${nodes} nodes ${durable ? 'durable' : 'memory'} ${command} pipeline ${pipeline}`,
    values: [perSecond],
  }));
  return { title: 'Throughput', unit: 'operations/s', bars };
}

async function measure(nodes: number, durable: boolean, flags: BenchFlags): Promise<Row[]> {
  const cluster = await serve({ nodes, durable, portStart: flags.port });
  try {
    const ports = [await leaderPort(cluster.ports)];
    const rows: Row[] = [];
    for (const [command, pipeline] of flags.loads) {
      const load = { ...DEFAULT_LOAD, ports, command, pipeline, durationMs: flags.durationMs };
      await warmUp(load);
      const result = await measureLoad([cluster.pid], load);
      rows.push({ nodes, durable, command, pipeline, ...result });
      const disk = durable ? 'durable' : 'memory';
      say(`${nodes} nodes ${disk} ${command} pipeline ${pipeline}: ${Math.round(result.perSecond)}/s`);
    }
    return rows;
  } finally {
    await cluster.stop();
  }
}
