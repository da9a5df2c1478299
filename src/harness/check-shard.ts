/**
 * One share of a check: the keys of a history file whose hash falls to it. Runs in a thread of its own.
 *
 * @module
 */
import { type CheckResult, checkLinearizable } from './check.js';
import { SharedProgress } from './check-progress.js';
import { HistoryError, type Operation, parseOperation } from './history.js';
import { readLineBytes, readLines } from './history-file.js';
import { LineScanner } from './line-scanner.js';
import { ModelError } from './linearizability/effect.js';
import { effectOf } from './linearizability/effects.js';
import { Interner } from './linearizability/interner.js';
import type { SearchLimits } from './linearizability/search.js';
import { TextPool } from './text-pool.js';

export interface ShardTask {
  readonly path: string;
  readonly shard: number;
  readonly shards: number;
  readonly limits: SearchLimits;
  readonly progress: SharedArrayBuffer;
}

/** Errors lose their code between threads, so they come as data. `line` 0: not of one line. */
export type ShardResult =
  | { readonly kind: 'checked'; readonly result: CheckResult }
  | { readonly kind: 'unusable'; readonly line: number; readonly message: string };

function readShard({ path, shard, shards }: ShardTask, progress: SharedProgress): Operation[] {
  const isOwn = (keyHash: number): boolean => keyHash % shards === shard;
  const scanner = new LineScanner(isOwn);
  const operations: Operation[] = [];
  readLineBytes(path, {
    onLine: (bytes, start, end, line) => {
      const scanned = scanner.scan(bytes, start, end);
      if (scanned === 'foreign') return;
      if (scanned !== 'other-form') {
        operations.push(scanned);
        return;
      }
      const text = bytes.toString('utf8', start, end);
      if (text.trim() === '') return;
      const operation = parseOperation(text, line);
      if (isOwn(TextPool.hashOf(operation.key))) operations.push(operation);
    },
    onChunk: () => progress.cancelled,
  });
  return operations;
}

/** The result of a share that was ended before its keys were known. */
export const undecidedShare = (shard: number): CheckResult => ({
  verdict: 'undecided',
  operations: 0,
  keys: 0,
  steps: 0,
  violations: [],
  undecidedKeys: [`(all of share ${shard})`],
});

/** The first line that no model takes: lines are not kept with operations, so it is looked for when it is needed. */
function firstUnusable(path: string, error: ModelError): ShardResult {
  let found: ShardResult = { kind: 'unusable', line: 0, message: error.message };
  readLines(path, {
    onLine: (text, line) => {
      if (found.kind === 'unusable' && found.line > 0) return;
      if (text.trim() === '') return;
      try {
        effectOf(parseOperation(text, line), new Interner());
      } catch (cause) {
        if (!(cause instanceof ModelError) && !(cause instanceof HistoryError)) throw cause;
        found = { kind: 'unusable', line, message: cause.message };
      }
    },
  });
  return found;
}

export function checkShard(task: ShardTask): ShardResult {
  const progress = new SharedProgress(task.progress);
  try {
    const operations = readShard(task, progress);
    if (progress.cancelled) return { kind: 'checked', result: undecidedShare(task.shard) };
    const result = checkLinearizable(operations, {
      ...task.limits,
      cancelled: () => progress.cancelled,
      onKeys: keys => progress.found(keys, operations.length),
      onDecided: () => progress.decide(),
    });
    return { kind: 'checked', result };
  } catch (error) {
    if (error instanceof HistoryError) return { kind: 'unusable', line: error.line, message: error.message };
    if (error instanceof ModelError) return firstUnusable(task.path, error);
    throw error;
  }
}
