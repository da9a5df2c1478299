/**
 * What the terminal program costs the cluster it shows: throughput with the screen drawn and without, turn by turn, both
 * programs running, and the share of a core that the terminal's thread takes.
 *
 * Both run in a pseudo-terminal of 140×45 made by `script` (util-linux), which is a session of its own. Cores are shared out by session
 * where the kernel groups them so (`sched_autogroup_enabled`): a program in the load generator's session would be a sixth faster for
 * that alone.
 *
 * @module
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Child, startChild } from '../child.js';
import { leaderOf } from '../cluster-leader.js';
import type { BenchFlags } from '../flags.js';
import type { LoadOptions } from '../load.js';
import { keepResult, say } from '../results.js';
import { DEFAULT_LOAD, measureLoad, warmUp } from '../run-load.js';
import { scratchFolder } from '../scratch.js';
import { spreadOf, thousands } from '../spread.js';

const PROGRAM = fileURLToPath(new URL('../../tui/main.js', import.meta.url));
const READY_WITHIN_MS = 30_000;
const LIFETIME_MS = 300_000;
const LEAST_RATIO = 0.9;
const MOST_CORE = 0.35;
/**
 * In each round both programs are started and take turns with the same load so often. The machine is faster or slower by half from one
 * minute to the next, and two starts of the same program differ by a tenth.
 */
const TURNS = 8;
const TURN_MS = 1_000;
/** The second program's first port. */
const PORT_OFFSET = 50;

/** A cluster to look at. */
interface Shown {
  readonly name: string;
  readonly nodes: number;
  readonly isDurable: boolean;
}

const CLUSTERS: readonly Shown[] = [
  { name: '3 durable nodes', nodes: 3, isDurable: true },
  { name: '10 nodes in memory', nodes: 10, isDurable: false },
];

/** One program in one round. */
interface Measured {
  readonly perSecond: number;
  /** Share of a core; of the program without a screen its main thread's. */
  readonly mainThread: number;
}

interface Round {
  readonly headless: Measured;
  readonly onScreen: Measured;
  /** Of throughput, the median of all turns. */
  readonly ratio: number;
}

type Start = (config: string, options: readonly string[]) => Promise<Child>;

const startHeadless: Start = (config, options) =>
  startInTerminal([config, ...options, '--headless'], /leader n\d/);

const startOnScreen: Start = (config, options) => startInTerminal([config, ...options], /★ n\d/);

/** Hangs up when it is ended itself: the program does not outlive it. */
function startInTerminal(programArguments: readonly string[], readyText: RegExp): Promise<Child> {
  const words = [process.execPath, PROGRAM, ...programArguments].map(word => `'${word}'`);
  const line = `stty cols 140 rows 45; exec ${words.join(' ')}`;
  return startChild({
    command: 'script',
    args: ['-qfec', `TERM=xterm-256color sh -c "${line}"`, '/dev/null'],
    readyText,
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

/** A program that has warmed up. */
class Candidate {
  readonly #pid: number;
  readonly #load: LoadOptions;
  readonly #rates: number[] = [];
  #mainThreadSeconds = 0;
  #seconds = 0;

  private constructor(pid: number, load: LoadOptions) {
    this.#pid = pid;
    this.#load = load;
  }

  static async warm(program: Child, port: number, connections: number): Promise<Candidate> {
    const leader = (await leaderOf(port)) ?? 0;
    const load: LoadOptions = {
      ...DEFAULT_LOAD,
      ports: [port + leader],
      command: 'set',
      connections,
      pipeline: 1,
      durationMs: TURN_MS,
    };
    await warmUp(load);
    return new Candidate(programUnder(program.pid), load);
  }

  /** @returns operations a second */
  async turn(): Promise<number> {
    const before = mainThreadSeconds(this.#pid);
    const startedAt = performance.now();
    const { perSecond } = await measureLoad([this.#pid], this.#load);
    this.#seconds += (performance.now() - startedAt) / 1000;
    this.#mainThreadSeconds += mainThreadSeconds(this.#pid) - before;
    this.#rates.push(perSecond);
    return perSecond;
  }

  get measured(): Measured {
    return {
      perSecond: spreadOf(this.#rates).median,
      mainThread: this.#mainThreadSeconds / this.#seconds,
    };
  }
}

async function measureRound(shown: Shown, flags: BenchFlags): Promise<Round> {
  const scratch = scratchFolder('tui');
  const programs: Child[] = [];
  const candidate = async (start: Start, name: string, port: number): Promise<Candidate> => {
    const storage = shown.isDurable ? ['--data', join(scratch.path, name)] : ['--memory'];
    const program = await start(writeConfig(scratch.path, name, shown.nodes, port), storage);
    programs.push(program);
    return Candidate.warm(program, port, flags.connections);
  };
  try {
    const headless = await candidate(startHeadless, 'headless', flags.port);
    const onScreen = await candidate(startOnScreen, 'screen', flags.port + PORT_OFFSET);
    const ratios: number[] = [];
    for (let turn = 0; turn < TURNS; turn++) {
      if (turn % 2 === 0) {
        const without = await headless.turn();
        ratios.push((await onScreen.turn()) / without);
      } else {
        const withScreen = await onScreen.turn();
        ratios.push(withScreen / (await headless.turn()));
      }
    }
    return { headless: headless.measured, onScreen: onScreen.measured, ratio: spreadOf(ratios).median };
  } finally {
    for (const program of programs) await program.stop();
    scratch.remove();
  }
}

/** @returns the name of the file */
function writeConfig(folder: string, name: string, nodes: number, port: number): string {
  const file = join(folder, `${name}.txt`);
  const text =
    `servers: localhost\nnum_of_nodes_in_each_aws: ${nodes}\nport_start: ${port}\n` +
    'heartbeat_timeout: 0.05\nelection_timeout_start: 0.3\nelection_timeout_end: 0.6\nrpc_timeout: 2\n';
  writeFileSync(file, text);
  return file;
}

export async function benchTui(flags: BenchFlags): Promise<void> {
  for (const shown of CLUSTERS) {
    const rounds: Round[] = [];
    for (let round = 1; round <= flags.rounds; round++) {
      const measured = await measureRound(shown, flags);
      rounds.push(measured);
      const [a, b] = [measured.headless.perSecond, measured.onScreen.perSecond].map(thousands);
      say(
        `round ${round}, ${shown.name}: ${a}/s headless, ${b}/s with the screen, ${measured.ratio.toFixed(2)}`,
      );
    }
    report(shown, rounds, flags);
  }
}

function report(shown: Shown, rounds: readonly Round[], flags: BenchFlags): void {
  const { median: ratio, lowest, highest } = spreadOf(rounds.map(round => round.ratio));
  const headless = rounds.map(round => round.headless);
  const onScreen = rounds.map(round => round.onScreen);
  const core = spreadOf(onScreen.map(({ mainThread }) => mainThread)).median;
  const median = (measured: readonly Measured[]): string =>
    thousands(spreadOf(measured.map(({ perSecond }) => perSecond)).median);
  const range = `${ratio.toFixed(2)} (${lowest.toFixed(2)}–${highest.toFixed(2)})`;
  const lines = [
    `${shown.name}, ${flags.connections} connections, SET, screen 140×45, ${rounds.length} rounds of ${TURNS} turns each`,
    '| | measured | wanted |',
    '|---|---|---|',
    `| headless, operations a second | ${median(headless)} | |`,
    `| with the screen, operations a second | ${median(onScreen)} | |`,
    `| ratio | ${range} | ≥ ${LEAST_RATIO} |`,
    `| terminal thread, share of a core | ${core.toFixed(2)} | ≤ ${MOST_CORE} |`,
  ];
  const result = { ratio, core, rounds };
  process.stdout.write(flags.json ? `${JSON.stringify(result)}\n` : `${lines.join('\n')}\n`);
  flags.targets.add({
    measure: `SET with the terminal UI open, against headless, ${shown.name}`,
    value: ratio,
    shown: range,
    better: 'higher',
    floor: LEAST_RATIO,
    goal: 0.97,
  });
  const bars = [
    { name: 'headless', values: headless.map(({ perSecond }) => perSecond) },
    { name: 'with the screen', values: onScreen.map(({ perSecond }) => perSecond) },
  ];
  const plot = { title: `Terminal UI, ${shown.name}`, unit: 'operations/s', bars };
  say(`kept in ${keepResult(`tui-${shown.nodes}`, result, [plot])}`);
  if (ratio < LEAST_RATIO || core > MOST_CORE) process.exitCode = 1;
}
