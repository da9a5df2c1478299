/**
 * One share of a check: the keys of a history file whose hash falls to it. Runs in a thread of its own.
 *
 * @module
 */
import { type CheckResult, checkLinearizable } from './check.js';
import { SharedProgress } from './check-progress.js';
import { HistoryError, type Operation, parseOperation } from './history.js';
import { readLines } from './history-file.js';
import { ModelError } from './linearizability/effect.js';
import type { SearchLimits } from './linearizability/search.js';

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

const KEY_FIELD = '"key":"';

/** FNV-1a: all threads must agree, nothing more. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at += 1) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

/** The key of a line without parsing all of it; null where that takes a parser. */
function keyIn(line: string): string | null {
  const start = line.indexOf(KEY_FIELD);
  if (start === -1) return null;
  const end = line.indexOf('"', start + KEY_FIELD.length);
  const key = line.slice(start + KEY_FIELD.length, end);
  return end === -1 || key.includes('\\') || !line.endsWith('}') ? null : key;
}

function readShard({ path, shard, shards }: ShardTask, progress: SharedProgress): Operation[] {
  const isOwn = (key: string): boolean => hashOf(key) % shards === shard;
  const operations: Operation[] = [];
  readLines(path, {
    onLine: (text, line) => {
      if (text.trim() === '') return;
      const key = keyIn(text);
      if (key !== null && !isOwn(key)) return;
      const operation = parseOperation(text, line);
      if (isOwn(operation.key)) operations.push(operation);
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
    if (error instanceof ModelError) return { kind: 'unusable', line: 0, message: error.message };
    throw error;
  }
}
