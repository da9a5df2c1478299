/**
 * `npm run bench`: throughput and latency of 3, 5 and 10 nodes, durable and in memory.
 *
 * Options: `--quick` (short runs), `--readme` (put the table into README.md), `--json`.
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { LoadOptions, LoadResult } from './load.js';
import { describeMachine } from './machine.js';
import { serve } from './serve.js';
import { intoReadme, markdownTable, type Row } from './table.js';

const PORT_START = 6401;
const loadProgram = fileURLToPath(new URL('./load.js', import.meta.url));
const readme = fileURLToPath(new URL('../../README.md', import.meta.url));

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    readme: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const durationMs = flags.quick ? 1_500 : 5_000;

function runLoad(options: LoadOptions): Promise<LoadResult> {
  return new Promise((resolve, reject) => {
    const timeout = options.warmupMs + options.durationMs + 20_000;
    const child = spawn(process.execPath, [loadProgram, JSON.stringify(options)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      timeout,
    });
    let output = '';
    child.stdout.on('data', chunk => {
      output += String(chunk);
    });
    child.on('close', code => {
      if (code === 0) resolve(JSON.parse(output) as LoadResult);
      else reject(new Error(`the load generator ended with ${code}`));
    });
  });
}

/** Port of the leader, asked at the first node; the load goes there, as a cluster client's would. */
async function leaderPort(ports: readonly number[]): Promise<number> {
  const { connect } = await import('../src/client/index.js');
  const client = await connect({ host: '127.0.0.1', port: ports[0] ?? 0, timeoutMs: 2_000 });
  try {
    const reply = await client.command(['RAFT', 'STATUS']);
    const leader = /"leader":\s*(\d+)/.exec(JSON.stringify(reply).replaceAll('\\"', '"'))?.[1];
    return ports[Number(leader ?? 0)] ?? ports[0] ?? 0;
  } finally {
    client.close();
  }
}

async function measure(nodes: number, durable: boolean): Promise<Row[]> {
  const cluster = await serve({ nodes, durable, portStart: PORT_START });
  try {
    const port = await leaderPort(cluster.ports);
    const rows: Row[] = [];
    for (const [command, pipeline] of [
      ['set', 1],
      ['set', 16],
      ['get', 1],
      ['get', 16],
    ] as const) {
      const load: LoadOptions = {
        host: '127.0.0.1',
        ports: [port],
        command,
        pipeline,
        connections: 64,
        valueBytes: 64,
        keys: 10_000,
        warmupMs: 500,
        durationMs,
      };
      const result = await runLoad(load);
      rows.push({ nodes, durable, command, pipeline, ...result });
      process.stderr.write(
        `${nodes} nodes ${durable ? 'durable' : 'memory'} ${command} pipeline ${pipeline}: ${Math.round(result.perSecond)}/s\n`,
      );
    }
    return rows;
  } finally {
    await cluster.stop();
  }
}

async function main(): Promise<void> {
  const load = loadavg()[0] ?? 0;
  if (load > 0.5)
    process.stderr.write(`note: the load average is ${load.toFixed(2)}, the figures will be low\n`);
  const rows: Row[] = [];
  for (const durable of [true, false]) {
    for (const nodes of [3, 5, 10]) rows.push(...(await measure(nodes, durable)));
  }
  const table = `${describeMachine()}\n\n${markdownTable(rows)}`;
  if (flags.readme) writeFileSync(readme, intoReadme(readFileSync(readme, 'utf8'), table));
  process.stdout.write(flags.json ? `${JSON.stringify(rows)}\n` : `${table}\n`);
  if (rows.some(row => row.errors > 0)) {
    process.stderr.write(`errors were answered: ${rows.find(row => row.firstError !== null)?.firstError}\n`);
    process.exitCode = 1;
  }
}

await main();
