/**
 * The share of a load that one thread carries: its clients, until the time is over. Runs in a thread of its own.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { NodeAddress } from '../client/index.js';
import type { Access } from './cluster-under-test.js';
import { HistoryWriter } from './history-file.js';
import { type KeyDistribution, KeySpace } from './key-space.js';
import { LoadClient, type RecordedOperation } from './load-client.js';
import { LoadCounters } from './load-counters.js';
import { LoadRandom } from './random.js';
import { WORKLOADS, type WorkloadName } from './workloads/table.js';
import type { Call, Draw, Workload } from './workloads/workload.js';

/** Plain data: it travels to a thread. */
export interface LoadTask {
  readonly nodes: readonly NodeAddress[];
  /** Numbers of the clients of this thread. */
  readonly clientNumbers: readonly number[];
  /** Step from one number of a client to its next. */
  readonly clients: number;
  readonly workloads: readonly WorkloadName[];
  readonly phase: string;
  readonly readShare: number;
  readonly valueBytes: number;
  readonly distribution: KeyDistribution;
  readonly swap: Draw['swap'];
  /** First part of every key. */
  readonly prefix: string;
  /** Writes of each key, by family of workloads. */
  readonly writes: Readonly<Record<string, SharedArrayBuffer>>;
  /** Calls a second of each client; null: the next call as soon as the last one returned. */
  readonly ratePerClient: number | null;
  readonly durationMs: number;
  readonly timeoutMs: number;
  readonly access: Access;
  readonly seed: number;
  readonly historyPath: string;
  /** Reading of `process.hrtime` at the start of the run. */
  readonly zeroNs: bigint;
  readonly counters: SharedArrayBuffer;
}

/** A client that fell behind its rate does not catch up by more than this. */
const MAX_BACKLOG_MS = 1_000;

export async function runLoad(task: LoadTask): Promise<void> {
  const writer = new HistoryWriter(task.historyPath);
  const counters = new LoadCounters(task.counters);
  try {
    await Promise.all(task.clientNumbers.map(number => runClient(number, task, writer, counters)));
  } finally {
    writer.close();
  }
}

async function runClient(
  number: number,
  task: LoadTask,
  writer: HistoryWriter,
  counters: LoadCounters,
): Promise<void> {
  const { zeroNs, clients, nodes, timeoutMs, phase, access } = task;
  const client = new LoadClient({
    client: number,
    clients,
    nodes,
    timeoutMs,
    phase,
    access,
    nowNs: () => Number(process.hrtime.bigint() - zeroNs),
    record: operation => {
      writer.write(operation);
      counters.count(outcomeName(operation));
    },
  });
  const calls = callsOf(number, task);
  const endsAt = performance.now() + task.durationMs;
  const pace = new Pace(task.ratePerClient, new LoadRandom(task.seed ^ 0x5bd1e995, number));
  try {
    while (performance.now() < endsAt && !counters.stopped) {
      const pauseMs = pace.pauseMs(performance.now());
      if (pauseMs > 0) {
        await sleep(Math.min(pauseMs, Math.max(1, endsAt - performance.now())));
        if (performance.now() >= endsAt) break;
      }
      await client.run(calls());
    }
  } finally {
    client.close();
  }
}

const outcomeName = ({ ok }: RecordedOperation): 'ok' | 'failed' | 'unknown' =>
  ok === true ? 'ok' : ok === false ? 'failed' : 'unknown';

/** The calls of one client: of all its workloads in turn, drawn from the seed. */
function callsOf(number: number, task: LoadTask): () => Call {
  const random = new LoadRandom(task.seed, number);
  const sources = task.workloads.map(name => ({
    workload: WORKLOADS[name].create() as Workload,
    keys: keySpaceOf(name, task),
  }));
  let sequence = 0;
  return () => {
    const source = sources[random.below(sources.length)];
    if (source === undefined) throw new RangeError('a load needs a workload');
    sequence += 1;
    return source.workload.next({
      random,
      keys: source.keys,
      token: `${task.phase[0] ?? ''}${number}-${sequence}`,
      readShare: task.readShare,
      valueBytes: task.valueBytes,
      swap: task.swap,
    });
  };
}

export function keySpaceOf(
  name: WorkloadName,
  { prefix, distribution, writes }: Pick<LoadTask, 'prefix' | 'distribution' | 'writes'>,
): KeySpace {
  const { family, keys, writesPerKey } = WORKLOADS[name];
  const memory = writes[family];
  if (memory === undefined) throw new RangeError(`no counts for keys of ${family}`);
  return new KeySpace({ prefix: `${prefix}:${family}:`, keys, distribution, writesPerKey, writes: memory });
}

/** Calls come at random moments, so many a second on average, whether or not the last one was quick. */
class Pace {
  readonly #rate: number | null;
  readonly #random: LoadRandom;
  #nextAt: number | null = null;

  constructor(rate: number | null, random: LoadRandom) {
    this.#rate = rate;
    this.#random = random;
  }

  pauseMs(now: number): number {
    if (this.#rate === null) return 0;
    const gapMs = (-Math.log(1 - this.#random.next()) / this.#rate) * 1000;
    this.#nextAt = Math.max((this.#nextAt ?? now) + gapMs, now - MAX_BACKLOG_MS);
    return this.#nextAt - now;
  }
}
