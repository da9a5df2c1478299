/**
 * What the terminal program costs the cluster it shows: throughput with the screen drawn and without, turn by turn in
 * one run, and the share of a core that the terminal's thread takes.
 *
 * The screen is a pseudo-terminal of 140×45 made by `script` (util-linux).
 *
 * @module
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Child, startChild } from '../child.js';
import { leaderOf } from '../cluster-leader.js';
import type { BenchFlags } from '../flags.js';
import { keepResult, say } from '../results.js';
import { DEFAULT_LOAD, measureLoad, warmUp } from '../run-load.js';
import { spreadOf, thousands } from '../spread.js';

const PROGRAM = fileURLToPath(new URL('../../tui/main.js', import.meta.url));
const NODES = 10;
const READY_WITHIN_MS = 30_000;
const LIFETIME_MS = 300_000;
const LEAST_RATIO = 0.9;
const MOST_CORE = 0.35;

interface Measured {
  readonly perSecond: number;
  /** Share of a core; of the program without a screen its main thread's. */
  readonly mainThread: number;
}

function startHeadless(config: string): Promise<Child> {
  return startChild({
    command: process.execPath,
    args: [PROGRAM, config, '--headless'],
    readyText: /leader n\d/,
    readyWithinMs: READY_WITHIN_MS,
    lifetimeMs: LIFETIME_MS,
  });
}

function startOnScreen(config: string): Promise<Child> {
  const line = `stty cols 140 rows 45; exec '${process.execPath}' '${PROGRAM}' '${config}'`;
  return startChild({
    command: 'script',
    args: ['-qfec', `TERM=xterm-256color sh -c "${line}"`, '/dev/null'],
    readyText: /★ n\d/,
    readyWithinMs: READY_WITHIN_MS,
    lifetimeMs: LIFETIME_MS,
  });
}

function childrenOf(pid: number): readonly number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.split(' ').filter(Boolean).map(Number);
}

/** The program itself, below `script` and the shells it starts. */
function programUnder(pid: number): number {
  const isProgram = readFileSync(`/proc/${pid}/cmdline`, 'utf8').startsWith(process.execPath);
  const [child] = isProgram ? [] : childrenOf(pid);
  return child === undefined ? pid : programUnder(child);
}

/** User and system time of a process's main thread, from the 12th and 13th field after its name, in hundredths. */
function mainThreadSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/task/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function measure(
  start: (config: string) => Promise<Child>,
  config: string,
  flags: BenchFlags,
): Promise<Measured> {
  const program = await start(config);
  try {
    const pid = programUnder(program.pid);
    const leader = (await leaderOf(flags.port)) ?? 0;
    const load = {
      ...DEFAULT_LOAD,
      ports: [flags.port + leader],
      command: 'set',
      connections: flags.connections,
      pipeline: 1,
      durationMs: flags.durationMs,
    } as const;
    await warmUp(load);
    const before = mainThreadSeconds(pid);
    const startedAt = performance.now();
    const { perSecond } = await measureLoad([pid], load);
    const seconds = (performance.now() - startedAt) / 1000;
    return { perSecond, mainThread: (mainThreadSeconds(pid) - before) / seconds };
  } finally {
    await program.stop();
  }
}

export async function benchTui(flags: BenchFlags): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'raftkv-bench-tui-'));
  const config = join(folder, 'config.txt');
  writeFileSync(
    config,
    `servers: localhost\nnum_of_nodes_in_each_aws: ${NODES}\nport_start: ${flags.port}\nheartbeat_timeout: 0.05\n` +
      'election_timeout_start: 0.3\nelection_timeout_end: 0.6\nrpc_timeout: 2\n',
  );
  const headless: Measured[] = [];
  const onScreen: Measured[] = [];
  try {
    for (let round = 1; round <= flags.rounds; round++) {
      headless.push(await measure(startHeadless, config, flags));
      onScreen.push(await measure(startOnScreen, config, flags));
      const [a, b] = [headless.at(-1)?.perSecond ?? 0, onScreen.at(-1)?.perSecond ?? 0];
      say(
        `round ${round}: ${thousands(a)}/s headless, ${thousands(b)}/s with the screen, ${(b / a).toFixed(2)}`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  report(headless, onScreen, flags);
}

function report(headless: readonly Measured[], onScreen: readonly Measured[], flags: BenchFlags): void {
  const ratios = onScreen.map(
    ({ perSecond }, round) => perSecond / (headless[round]?.perSecond ?? perSecond),
  );
  const ratio = spreadOf(ratios).median;
  const core = spreadOf(onScreen.map(({ mainThread }) => mainThread)).median;
  const median = (rounds: readonly Measured[]): string =>
    thousands(spreadOf(rounds.map(({ perSecond }) => perSecond)).median);
  const lines = [
    `${NODES} nodes in memory, ${flags.connections} connections, SET, screen 140×45, ${ratios.length} rounds`,
    '| | measured | wanted |',
    '|---|---|---|',
    `| headless, operations a second | ${median(headless)} | |`,
    `| with the screen, operations a second | ${median(onScreen)} | |`,
    `| ratio | ${ratio.toFixed(2)} | ≥ ${LEAST_RATIO} |`,
    `| terminal thread, share of a core | ${core.toFixed(2)} | ≤ ${MOST_CORE} |`,
  ];
  const result = { ratio, core, headless, onScreen };
  process.stdout.write(flags.json ? `${JSON.stringify(result)}\n` : `${lines.join('\n')}\n`);
  flags.targets.add({
    measure: 'SET with the terminal UI open, against headless',
    value: ratio,
    shown: ratio.toFixed(2),
    better: 'higher',
    floor: LEAST_RATIO,
    goal: 0.97,
  });
  const bars = [
    { name: 'headless', values: headless.map(({ perSecond }) => perSecond) },
    { name: 'with the screen', values: onScreen.map(({ perSecond }) => perSecond) },
  ];
  const plot = { title: 'Terminal UI', unit: 'operations/s', bars };
  say(`kept in ${keepResult('tui', result, [plot])}`);
  if (ratio < LEAST_RATIO || core > MOST_CORE) process.exitCode = 1;
}
