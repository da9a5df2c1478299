#!/usr/bin/env node
/**
 * `raftkv-tui`: the cluster in a terminal. Loads Ink only where there is one, so that everything else starts at once.
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Script } from '../src/chaos/script.js';
import { clientAccess } from '../src/config/client-access.js';
import { shippedFile } from '../src/config/load-config.js';
import type { ClusterHandle } from '../src/runtime/handle.js';
import { type Arguments, parseArguments, USAGE } from './arguments.js';
import { CastFile } from './cast-file.js';
import { scriptOf, tourOf } from './command-lines.js';
import type { HeadlessTour } from './headless-tour.js';
import { HistoryFile, historyPath } from './history-file.js';
import { type ClusterPlan, planCluster, type SessionSource } from './open-cluster.js';
import { ReplayPlayer } from './replay/recorded-cluster.js';
import type { SessionFacts } from './state.js';
import { createTheme, detectColorLevel, needsAscii } from './theme.js';

/** React's development build measures every render and never forgets it. */
process.env.NODE_ENV = 'production';

function version(): string {
  const { version: text } = JSON.parse(readFileSync(shippedFile('package.json'), 'utf8')) as {
    version: string;
  };
  return text;
}

function complain(reason: string): void {
  process.stderr.write(`raftkv-tui: ${reason}\n`);
}

/** Resolves with the exit code that belongs to the first signal, or when nobody reads what is printed. */
function untilSignal(): Promise<number> {
  return new Promise(resolve => {
    process.once('SIGINT', () => resolve(130));
    process.once('SIGTERM', () => resolve(143));
    process.once('SIGHUP', () => resolve(129));
    process.stdout.once('error', () => resolve(0));
  });
}

interface Run {
  readonly args: Arguments;
  readonly plan: ClusterPlan;
  readonly facts: SessionFacts;
  readonly script: Script | null;
  /** To play without a terminal. */
  readonly tour: HeadlessTour | null;
}

/** Without a terminal a recording is a cluster that stands at its last moment. */
async function openSource(source: SessionSource): Promise<ClusterHandle> {
  if (source.kind === 'cluster') return source.open();
  const replay = source.open();
  replay.moveTo(replay.endMs);
  return new ReplayPlayer(replay, () => {}).handle();
}

async function runWithoutTerminal({ args, plan, facts, script, tour }: Run): Promise<number> {
  const { runHeadless } = await import('./headless.js');
  const { CHAOS_LANGUAGE } = await import('./chaos-language.js');
  const ended = untilSignal();
  let handle: ClusterHandle;
  try {
    handle = await openSource(plan.source);
  } catch (error) {
    complain(error instanceof Error ? error.message : String(error));
    return 1;
  }
  try {
    const theme = createTheme('mono', 0, args.ascii || needsAscii(process.env));
    const print = (text: string): void => void process.stdout.write(`${text}\n`);
    if (tour !== null) {
      const { playTour } = await import('./headless-tour.js');
      return await playTour({ handle, scene: tour.scene, json: args.json, print, ended });
    }
    return await runHeadless({ args, handle, facts, theme, script, print, ended, language: CHAOS_LANGUAGE });
  } finally {
    await handle.stop();
  }
}

async function runInTerminal({ args, plan, facts, script }: Run): Promise<number> {
  const { Session } = await import('./session.js');
  const { CHAOS_LANGUAGE } = await import('./chaos-language.js');
  const level = args.color ? detectColorLevel(process.env) : 0;
  const { columns = 80, rows = 24 } = process.stdout;
  const session = new Session({
    cast: args.cast === null ? null : new CastFile(args.cast, { columns, rows }),
    source: plan.source,
    facts,
    theme: createTheme(args.theme, level, args.ascii || needsAscii(process.env)),
    language: CHAOS_LANGUAGE,
    access: clientAccess(null, process.env),
    scriptName: args.script === null ? 'script' : basename(args.script),
    history: new HistoryFile(historyPath(process.env)),
    script,
  });
  return session.run();
}

function isInteractive(args: Arguments): boolean {
  if (args.plain || args.headless || args.json || args.once || args.exec !== null) return false;
  return process.stdin.isTTY === true && process.stdout.isTTY === true && process.env.TERM !== 'dumb';
}

async function run(args: Arguments): Promise<number> {
  let prepared: Run;
  try {
    const tour = tourOf(args.exec);
    const script = scriptOf(args.script, tour === null ? args.exec : null);
    const plan = planCluster(args, script);
    prepared = {
      args,
      plan,
      script,
      tour,
      facts: { store: plan.store, nodes: plan.nodes, version: version() },
    };
  } catch (error) {
    complain(error instanceof Error ? error.message : String(error));
    return 2;
  }
  // A recording has no time of the day: its own clock is shown.
  if (args.replay !== null) process.env.TZ = 'UTC';
  return isInteractive(args) ? runInTerminal(prepared) : runWithoutTerminal(prepared);
}

async function main(): Promise<number> {
  const parsed = parseArguments(process.argv.slice(2));
  switch (parsed.kind) {
    case 'help':
      process.stdout.write(USAGE);
      return 0;
    case 'version':
      process.stdout.write(`${version()}\n`);
      return 0;
    case 'error':
      process.stderr.write(`Invalid operation: ${parsed.reason}\n\n${USAGE}`);
      return 2;
    case 'run':
      return run(parsed.args);
  }
}

process.exitCode = await main();
