/**
 * Kills the real process at random points under load, again and again on one data directory, and records what its clients
 * were told.
 *
 * Each round has keys of its own, so that what a crash left unknown does not pile up in one object; after the start that
 * follows, and at the end, they are read again.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClusterClient, plain } from '../../src/client/index.js';
import type { Operation } from '../../src/harness/history.js';
import { Random } from '../../src/runtime/random.js';
import { eventually, RAFTKV, type Workspace } from './serve.js';

const LANES = 6;
const KEYS_PER_ROUND = 3;
/** Keys of earlier rounds that are read again after each start, besides those of the round before. */
const OLD_ROUNDS_READ = 3;
const REQUEST_TIMEOUT_MS = 2_000;
const START_LIMIT_MS = 60_000;
const KILL_WITHIN_MS = 600;
/** A kill that does not come early waits for so many acknowledged operations, however slow the machine is. */
const ACKNOWLEDGED_MIN = 15;
/** This share of the kills comes at any time after the start of the process, recovery included. */
const EARLY_SHARE = 0.3;

export interface CrashRoundsOptions {
  readonly place: Workspace;
  readonly portStart: number;
  readonly nodes: number;
  readonly rounds: number;
  readonly seed: number;
  readonly onRound?: (round: number, operations: number) => void;
}

export interface CrashRoundsResult {
  readonly history: readonly Operation[];
  readonly kills: number;
  /** Operations with a certain result, certainly not executed, and of unknown outcome. */
  readonly outcomes: { readonly done: number; readonly refused: number; readonly unknown: number };
}

export async function runCrashRounds(options: CrashRoundsOptions): Promise<CrashRoundsResult> {
  const run = new CrashRun(options);
  for (let round = 0; round < options.rounds; round += 1) {
    await run.round(round);
    options.onRound?.(round, run.history.length);
  }
  await run.readEverything(options.rounds);
  const count = (ok: Operation['ok']): number => run.history.filter(operation => operation.ok === ok).length;
  return {
    history: run.history,
    kills: options.rounds,
    outcomes: { done: count(true), refused: count(false), unknown: count('unknown') },
  };
}

const keysOf = (round: number): readonly string[] =>
  Array.from({ length: KEYS_PER_ROUND }, (_, key) => `r${round}k${key}`);

const nowNs = (): number => Math.round(performance.now() * 1e6);

class CrashRun {
  readonly history: Operation[] = [];
  readonly #options: CrashRoundsOptions;
  readonly #random: Random;
  #clients = 0;
  #values = 0;

  constructor(options: CrashRoundsOptions) {
    this.#options = options;
    this.#random = new Random(options.seed);
  }

  /** Starts the process, loads it, kills it. */
  async round(round: number): Promise<void> {
    const child = this.#start();
    const exited = new Promise(resolve => child.once('exit', resolve));
    const client = this.#client(REQUEST_TIMEOUT_MS);
    let isOver = false;
    const isEarly = round > 0 && this.#random.unit() < EARLY_SHARE;
    const delayMs = this.#random.unit() * (isEarly ? 2 : 1) * KILL_WITHIN_MS;
    const before = this.history.length;
    const lanes = [
      this.#readBack(client, round, () => isOver),
      ...Array.from({ length: LANES }, () => this.#load(client, keysOf(round), () => isOver)),
    ];
    if (!isEarly) {
      await eventually('acknowledged operations', START_LIMIT_MS, async () => {
        const done = this.history.slice(before).filter(({ ok }) => ok === true);
        return done.length >= ACKNOWLEDGED_MIN ? true : undefined;
      });
    }
    await sleep(delayMs);
    child.kill('SIGKILL');
    isOver = true;
    await exited;
    client.close();
    await Promise.all(lanes);
  }

  /** One undisturbed start: every key ever written is read, until the answer is certain. */
  async readEverything(rounds: number): Promise<void> {
    const child = this.#start();
    const exited = new Promise(resolve => child.once('exit', resolve));
    const client = this.#client(START_LIMIT_MS);
    try {
      for (let round = 0; round < rounds; round += 1) {
        for (const key of keysOf(round)) {
          await eventually(`a read of ${key}`, START_LIMIT_MS, async () =>
            (await this.#operate(client, this.#nextClient(), 'get', key)) === 'ok' ? true : undefined,
          );
        }
      }
    } finally {
      client.close();
      child.kill('SIGINT');
      await exited;
    }
  }

  async #load(client: ClusterClient, keys: readonly string[], isOver: () => boolean): Promise<void> {
    let id = this.#nextClient();
    while (!isOver()) {
      const key = keys[Math.floor(this.#random.unit() * keys.length)] ?? '';
      const draw = this.#random.unit();
      // The first key of a round only grows: each of its values must be there to the end, and once.
      const isGrowing = key === keys[0];
      const op =
        draw < 0.4 && !isGrowing ? 'put' : draw < 0.6 ? 'append' : draw < 0.65 && !isGrowing ? 'del' : 'get';
      const outcome = await this.#operate(client, id, op, key);
      // What is unknown may still happen beside whatever this lane does next.
      if (outcome === 'unknown') id = this.#nextClient();
      if (outcome === 'failed') await sleep(10);
    }
  }

  async #readBack(client: ClusterClient, round: number, isOver: () => boolean): Promise<void> {
    const old = Array.from({ length: OLD_ROUNDS_READ }, () => Math.floor(this.#random.unit() * round));
    const keys = round === 0 ? [] : [round - 1, ...old].flatMap(keysOf);
    for (const key of keys) {
      while (!isOver() && (await this.#operate(client, this.#nextClient(), 'get', key)) !== 'ok')
        await sleep(20);
    }
  }

  async #operate(
    client: ClusterClient,
    id: number,
    op: string,
    key: string,
  ): Promise<'ok' | 'failed' | 'unknown'> {
    const isWrite = op === 'put' || op === 'append';
    if (isWrite) this.#values += 1;
    const value = isWrite ? `v${this.#values};` : undefined;
    const name = { put: 'SET', append: 'APPEND', del: 'DEL' }[op] ?? 'GET';
    const callNs = nowNs();
    const outcome = await client.execute(value === undefined ? [name, key] : [name, key, value]);
    const common = { client: id, op, key, ...(value === undefined ? {} : { value }), callNs };
    if (outcome.kind === 'ok') {
      const output = plain(outcome.reply) as Exclude<Operation['output'], undefined>;
      this.history.push({ ...common, output, ok: true, returnNs: nowNs() });
    } else if (outcome.kind === 'failed') {
      this.history.push({ ...common, ok: false, returnNs: nowNs() });
    } else {
      this.history.push({ ...common, ok: 'unknown', returnNs: null });
    }
    return outcome.kind;
  }

  #start(): ChildProcess {
    const { place } = this.#options;
    return spawn(process.execPath, [RAFTKV, 'serve', place.config, '--data', place.data], {
      stdio: 'ignore',
    });
  }

  #client(timeoutMs: number): ClusterClient {
    const { portStart, nodes } = this.#options;
    const addresses = Array.from({ length: nodes }, (_, node) => ({
      host: '127.0.0.1',
      port: portStart + node,
    }));
    return new ClusterClient({ nodes: addresses, timeoutMs, deadlineMs: 200, retryDelayMs: 20 });
  }

  #nextClient(): number {
    this.#clients += 1;
    return this.#clients;
  }
}
