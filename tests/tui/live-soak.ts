/**
 * The real program under load in a terminal, with its memory measured from outside: the short form is a test, the long one a
 * script of its own (`tests/long/tui-soak.ts`).
 *
 * What the program itself holds is told by a module loaded before it, on a signal: heap after a collection, and handles.
 *
 * @module
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { TmuxTerminal } from './tmux-terminal.js';

const PROGRAM = fileURLToPath(new URL('../../tui/main.js', import.meta.url));
const COLUMNS = 140;
const ROWS = 45;

/** Less than the noise of a few seconds, far more than a program may take that runs for weeks: the short form's limit is its own. */
export const MOST_GROWTH_AN_HOUR = 8 * 2 ** 20;

export interface SoakOptions {
  readonly port: number;
  readonly nodes: number;
  /** Operations a second. */
  readonly load: number;
  /** Before the first measurement: what is kept for a while fills up. */
  readonly warmUpMs: number;
  /** Between measurements, and their number; at least 2. */
  readonly stepMs: number;
  readonly steps: number;
  /** Told each measurement. */
  readonly tell: (text: string) => void;
}

interface Held {
  readonly atMs: number;
  /** Of the terminal's thread, after a collection. */
  readonly heapBytes: number;
  /** Of the whole process, all threads. */
  readonly residentBytes: number;
  /** What keeps the event loop alive, by kind. */
  readonly handles: Readonly<Record<string, number>>;
}

export interface SoakResult {
  readonly first: Held;
  readonly last: Held;
  /** Extrapolated from a line through the measurements. */
  readonly growthAnHour: number;
  readonly frames: number;
  /** The header at the end, with verdict and counters. */
  readonly header: string;
}

/** Run in the program's main thread: writes what it holds, and the frames so far, when it gets SIGUSR2. */
function spy(file: string): string {
  return `
import { writeFileSync, renameSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
setFlagsFromString('--expose_gc');
const collect = runInNewContext('gc');
let frames = 0;
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = (text, ...rest) => { if (String(text).includes('\\x1b[?2026h')) frames++; return write(text, ...rest); };
process.on('SIGUSR2', () => {
  collect();
  collect();
  const handles = {};
  for (const kind of process.getActiveResourcesInfo()) handles[kind] = (handles[kind] ?? 0) + 1;
  const { heapUsed, rss } = process.memoryUsage();
  const held = { atMs: performance.now(), heapBytes: heapUsed, residentBytes: rss, handles, frames };
  writeFileSync(${JSON.stringify(`${file}.new`)}, JSON.stringify(held));
  renameSync(${JSON.stringify(`${file}.new`)}, ${JSON.stringify(file)});
});
`;
}

class Subject {
  readonly #terminal: TmuxTerminal;
  readonly #file: string;

  constructor(terminal: TmuxTerminal, file: string) {
    this.#terminal = terminal;
    this.#file = file;
  }

  async measure(): Promise<Held & { readonly frames: number }> {
    rmSync(this.#file, { force: true });
    const [pid] = this.#terminal.children();
    if (pid === undefined) throw new Error('the program has ended');
    process.kill(pid, 'SIGUSR2');
    for (let waited = 0; waited < 10_000; waited += 50) {
      try {
        return JSON.parse(readFileSync(this.#file, 'utf8')) as Held & { readonly frames: number };
      } catch {
        await delay(50);
      }
    }
    throw new Error('the program did not tell what it holds');
  }
}

/** Slope of the line through the points, in bytes an hour. */
function slopeAnHour(points: readonly Held[]): number {
  const meanAt = points.reduce((sum, { atMs }) => sum + atMs, 0) / points.length;
  const meanHeap = points.reduce((sum, { heapBytes }) => sum + heapBytes, 0) / points.length;
  const up = points.reduce((sum, one) => sum + (one.atMs - meanAt) * (one.heapBytes - meanHeap), 0);
  const across = points.reduce((sum, one) => sum + (one.atMs - meanAt) ** 2, 0);
  return across === 0 ? 0 : (up / across) * 3_600_000;
}

export async function soak(options: SoakOptions): Promise<SoakResult> {
  const { port, nodes, load, warmUpMs, stepMs, steps, tell } = options;
  const folder = mkdtempSync(join(tmpdir(), 'raftkv-soak-'));
  const config = join(folder, 'config.txt');
  const module = join(folder, 'spy.mjs');
  const file = join(folder, 'held.json');
  writeFileSync(
    config,
    `servers: localhost\nnum_of_nodes_in_each_aws: ${nodes}\nport_start: ${port}\nheartbeat_timeout: 0.05\n` +
      'election_timeout_start: 0.3\nelection_timeout_end: 0.6\nrpc_timeout: 2\n',
  );
  writeFileSync(module, spy(file));
  const environment = { CI: undefined, TERM: 'xterm-256color', LC_ALL: 'C.UTF-8', XDG_STATE_HOME: folder };
  const terminal = new TmuxTerminal(COLUMNS, ROWS, { ...environment, PS1: '$ ' });
  try {
    terminal.run(`node --import ${module} ${PROGRAM} ${config}`);
    await terminal.waitFor('a leader', screen => /★ n\d/.test(screen));
    terminal.run(`:load ${load}`);
    await terminal.waitFor('a verdict', screen => screen.includes('ops linearizable'));
    const subject = new Subject(terminal, file);
    await delay(warmUpMs);
    const measured = [await subject.measure()];
    for (let step = 1; step <= steps; step++) {
      await delay(stepMs);
      const held = await subject.measure();
      measured.push(held);
      tell(
        `${Math.round(held.atMs / 1000)} s: heap ${(held.heapBytes / 2 ** 20).toFixed(2)} MB, ${held.frames} frames`,
      );
    }
    const [first] = measured;
    const last = measured.at(-1);
    if (first === undefined || last === undefined) throw new Error('nothing was measured');
    const header = terminal.screen().split('\n')[0] ?? '';
    return { first, last, growthAnHour: slopeAnHour(measured), frames: last.frames - first.frames, header };
  } finally {
    for (const pid of terminal.children()) process.kill(pid, 'SIGKILL');
    terminal.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
