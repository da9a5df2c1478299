/**
 * The program without a terminal: plain lines, JSON, or one screen as text. No escape codes.
 *
 * @module
 */
import { runScript } from '../src/chaos/run-script.js';
import type { Script } from '../src/chaos/script.js';
import type { ClusterHandle } from '../src/runtime/handle.js';
import type { ClusterStatus } from '../src/runtime/status.js';
import type { Arguments } from './arguments.js';
import type { CommandLanguage } from './command-language.js';
import { plainFrame } from './compose.js';
import { addClusterEvents, NO_EVENTS } from './event-lines.js';
import { clockTime, latency } from './format.js';
import { drawFrame } from './frame.js';
import { executeWithFiles } from './local-files.js';
import { readCommands } from './plain.js';
import { initialState, type SessionFacts } from './state.js';
import type { Theme } from './theme.js';
import { update } from './update.js';

/** How long `--once` and commands wait for a leader. */
const LEADER_WAIT_MS = 10_000;
/** Status lines come at least this often, and whenever the leader or a node's state changes. */
const STATUS_LINE_MS = 5_000;
const POLL_MS = 200;

export interface HeadlessOptions {
  readonly args: Arguments;
  readonly handle: ClusterHandle;
  readonly facts: SessionFacts;
  readonly theme: Theme;
  readonly language: CommandLanguage;
  readonly script: Script | null;
  readonly print: (text: string) => void;
  /** Resolves when a signal asks to end. */
  readonly ended: Promise<number>;
}

/** The first status with a leader; after a while whatever there is. */
async function statusWithLeader(handle: ClusterHandle, ended: Promise<number>): Promise<ClusterStatus> {
  const first = await handle.status();
  if (first.leader !== null) return first;
  return new Promise(resolve => {
    let latest = first;
    const finish = (): void => {
      clearTimeout(timer);
      unsubscribe();
      resolve(latest);
    };
    const timer = setTimeout(finish, LEADER_WAIT_MS);
    const unsubscribe = handle.subscribe(status => {
      latest = status;
      if (status.leader !== null) finish();
    }, POLL_MS);
    void ended.then(finish);
  });
}

function statusLine(status: ClusterStatus): string {
  const up = status.nodes.filter(node => node.state === 'up').length;
  const leader = status.leader === null ? 'no leader' : `leader n${status.leader}`;
  const load = `${Math.round(status.writesPerSecond + status.readsPerSecond)} op/s`;
  const p99 = `p99 ${latency(status.latencyMsP99)}`;
  const parts = [`term ${status.term}`, leader, `${up}/${status.nodes.length} up`, `commit ${status.commit}`];
  return [clockTime(status.atMs), ...parts, load, p99].join('  ');
}

/** What a status line must not miss. */
function essence(status: ClusterStatus): string {
  return `${status.leader} ${status.term} ${status.nodes.map(node => node.state).join(' ')}`;
}

/** Runs the script to its end or its first failure; the answers go to stdout. */
async function run(script: Script, { handle, args, print, ended }: HeadlessOptions): Promise<number> {
  const report = runScript(script, {
    execute: executeWithFiles(handle, 'script'),
    sleep: ms => new Promise(resolve => setTimeout(resolve, ms)),
    now: () => performance.now(),
    onStep: ({ command, result }) =>
      print(
        args.json ? JSON.stringify({ line: command, ...result }) : `> ${command}\n${result.text || 'OK'}`,
      ),
  });
  const end = await Promise.race([report, ended]);
  if (typeof end === 'number') return end;
  if (end.failure === null) return 0;
  return end.failure.result.kind === 'invalid' ? 2 : 1;
}

function watch({ handle, args, print, ended }: HeadlessOptions): Promise<number> {
  let printedMs = 0;
  let printed = '';
  let events = NO_EVENTS;
  const unsubscribe = handle.subscribe(
    status => {
      if (args.json) {
        print(JSON.stringify(status));
        return;
      }
      const before = events.nextId;
      events = addClusterEvents(events, status);
      for (const event of events.lines) {
        if (event.id < before) continue;
        const node = event.node === null ? '' : `n${event.node} `;
        print(`${clockTime(event.atMs)}  ${node}${event.kind}: ${event.text}`);
      }
      if (essence(status) === printed && status.atMs - printedMs < STATUS_LINE_MS) return;
      printed = essence(status);
      printedMs = status.atMs;
      print(statusLine(status));
    },
    args.json ? 1000 : POLL_MS,
  );
  return ended.finally(unsubscribe);
}

async function once(options: HeadlessOptions): Promise<number> {
  const { handle, args, facts, theme, language, print } = options;
  const status = await statusWithLeader(handle, options.ended);
  if (args.json) {
    print(JSON.stringify(status));
  } else {
    const columns = Number(process.env.COLUMNS) || 120;
    const rows = Number(process.env.LINES) || 35;
    const started = initialState({ facts, columns, rows });
    const { state } = update(started, { kind: 'status', status }, language);
    print(plainFrame(drawFrame(state, theme, language)).join('\n'));
  }
  return status.leader === null ? 1 : 0;
}

/** @returns the exit code: 0 done, 1 a command failed or there is no leader, 2 a line did not parse */
export async function runHeadless(options: HeadlessOptions): Promise<number> {
  const { args, handle, script } = options;
  if (script !== null) {
    await statusWithLeader(handle, options.ended);
    const code = await run(script, options);
    return args.once && code === 0 ? once(options) : code;
  }
  if (args.once || args.replay !== null) return once(options);
  if (args.plain) return Promise.race([watch(options), readCommands(options)]);
  return watch(options);
}
