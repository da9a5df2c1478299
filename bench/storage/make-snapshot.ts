/**
 * Makes a snapshot of many keys the way a running node does, a slice a turn with writes in between, and measures how long one
 * step keeps the node from everything else.
 *
 * @module
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { BatchBuilder } from '../../src/kv/batch-builder.js';
import { StateMachine } from '../../src/kv/state-machine.js';
import { DEFAULT_DRIVER_LIMITS } from '../../src/node/driver-options.js';
import { MEMBERS, openNode, setBatch, settled, TERM } from './directory.js';

export interface SnapshotMade {
  readonly keys: number;
  readonly totalMs: number;
  /** The longest time in one piece. */
  readonly longestStepMs: number;
  /** The most processor time in one piece: what remains of it on a machine with nothing else to do. */
  readonly longestProcessorMs: number;
  /** As seen from outside: the longest the event loop did not come round. */
  readonly longestDelayMs: number;
}

const FILL_PER_BATCH = 1_000;
const WRITES_PER_TURN = 50;
const LOOK_EVERY_MS = 1;

/** Fills a machine with `keys` keys of 100 bytes and snapshots it into the directory `path`. */
export async function makeSnapshot(path: string, keys: number): Promise<SnapshotMade> {
  const machine = new StateMachine();
  const builder = new BatchBuilder();
  const value = 'x'.repeat(100);
  let sequence = 0;
  const write = (count: number, keyOf: (i: number) => string): void => {
    for (let i = 0; i < count; i++) {
      sequence += 1;
      machine.apply(sequence, TERM, setBatch(builder, keyOf(i), value, sequence));
    }
  };
  for (let done = 0; done < keys; done += FILL_PER_BATCH) write(FILL_PER_BATCH, i => `key${done + i}`);

  const storage = openNode(path);
  const delays = monitorEventLoopDelay({ resolution: LOOK_EVERY_MS });
  let longestStepMs = 0;
  let longestProcessorMs = 0;
  const step = <T>(action: () => T): T => {
    const processorAt = process.cpuUsage();
    const startedAt = performance.now();
    const result = action();
    longestStepMs = Math.max(longestStepMs, performance.now() - startedAt);
    const { user, system } = process.cpuUsage(processorAt);
    longestProcessorMs = Math.max(longestProcessorMs, (user + system) / 1000);
    return result;
  };
  await nextTurn();
  delays.enable();
  const startedAt = performance.now();
  const { lastApplied: index, lastTerm: term } = machine;
  const writer = step(() => storage.snapshotWriter({ index, term, confState: MEMBERS }));
  const cursor = step(() => {
    machine.hash();
    return machine.beginSnapshot();
  });
  for (let isEnd = false; !isEnd; ) {
    isEnd = step(() => {
      const chunk = cursor.next(DEFAULT_DRIVER_LIMITS.snapshotSliceBytes);
      if (chunk !== null) writer.write(chunk);
      return chunk === null;
    });
    step(() => write(WRITES_PER_TURN, () => `key${(sequence * 7919) % keys}`));
    await nextTurn();
  }
  await settled(done => step(() => storage.commitSnapshot(writer, error => step(() => done(error)))));
  await nextTurn();
  delays.disable();
  storage.close();
  const totalMs = performance.now() - startedAt;
  return { keys, totalMs, longestStepMs, longestProcessorMs, longestDelayMs: delays.max / 1e6 };
}
