/**
 * How long people wait for the terminal program: from the start of the process to the first frame in a pseudo-terminal, and to
 * the first leader of ten nodes.
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchFlags } from '../flags.js';
import { keepResult, say } from '../results.js';
import { scratchFolder } from '../scratch.js';
import { spreadOf } from '../spread.js';

const PROGRAM = fileURLToPath(new URL('../../tui/main.js', import.meta.url));
const NODES = 10;
const MOST_TO_FRAME_MS = 1_000;
const MOST_TO_LEADER_MS = 3_000;
const LIMIT_MS = 30_000;

interface Started {
  readonly frameMs: number;
  readonly leaderMs: number;
}

/** A pseudo-terminal of 140×45 made by `script` (util-linux). Its own start is in the times. */
function startOnce(config: string): Promise<Started> {
  const startedAtMs = performance.now();
  const line = `stty cols 140 rows 45; exec '${process.execPath}' '${PROGRAM}' '${config}'`;
  const child = spawn('script', ['-qfec', `TERM=xterm-256color sh -c "${line}"`, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  let output = '';
  let frameMs: number | null = null;
  let leaderMs: number | null = null;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
    const elapsedMs = performance.now() - startedAtMs;
    if (frameMs === null && output.includes(' raftkv ')) frameMs = elapsedMs;
    if (leaderMs !== null || !/★ n\d/.test(output)) return;
    leaderMs = elapsedMs;
    child.stdin.write('q');
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => {
      if (frameMs === null || leaderMs === null) reject(new Error(`no leader was shown:\n${output}`));
      else resolve({ frameMs, leaderMs });
    });
  });
}

export async function benchStart(flags: BenchFlags): Promise<void> {
  const scratch = scratchFolder('start');
  const config = join(scratch.path, 'config.txt');
  writeFileSync(
    config,
    `servers: localhost\nnum_of_nodes_in_each_aws: ${NODES}\nport_start: ${flags.port}\nheartbeat_timeout: 0.05\n` +
      'election_timeout_start: 0.3\nelection_timeout_end: 0.6\nrpc_timeout: 2\n',
  );
  const started: Started[] = [];
  try {
    for (let round = 1; round <= flags.rounds; round++) {
      const one = await startOnce(config);
      started.push(one);
      say(`round ${round}: first frame ${Math.round(one.frameMs)} ms, leader ${Math.round(one.leaderMs)} ms`);
    }
  } finally {
    scratch.remove();
  }
  const frameMs = spreadOf(started.map(one => one.frameMs)).median;
  const leaderMs = spreadOf(started.map(one => one.leaderMs)).median;
  const lines = [
    `${NODES} nodes in memory, shipped timers, screen 140×45, ${started.length} rounds, medians`,
    '| from the start of the process | measured | wanted |',
    '|---|---|---|',
    `| to the first frame | ${Math.round(frameMs)} ms | < ${MOST_TO_FRAME_MS} ms |`,
    `| to a leader | ${Math.round(leaderMs)} ms | < ${MOST_TO_LEADER_MS} ms |`,
  ];
  const result = { frameMs, leaderMs, started };
  process.stdout.write(flags.json ? `${JSON.stringify(result)}\n` : `${lines.join('\n')}\n`);
  say(`kept in ${keepResult('start', result)}`);
  if (frameMs >= MOST_TO_FRAME_MS || leaderMs >= MOST_TO_LEADER_MS) process.exitCode = 1;
}
