/**
 * Checks a history file on all processors: every thread reads the file and takes the keys that fall to it, so that no
 * operation travels between threads and memory is bounded by the shares under way.
 *
 * @module
 */
import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';
import type { CheckResult, Verdict } from './check.js';
import { type CheckProgress, SharedProgress } from './check-progress.js';
import { checkShard, type ShardResult, type ShardTask, undecidedShare } from './check-shard.js';
import { HistoryError } from './history.js';
import { fileBytes } from './history-file.js';
import { ModelError } from './linearizability/effect.js';
import type { SearchLimits } from './linearizability/search.js';

export interface CheckFileOptions extends Partial<SearchLimits> {
  readonly threads?: number;
  /** Called several times a second. */
  readonly onProgress?: (progress: CheckProgress) => void;
  /** Ends the check; the keys not yet decided are undecided. */
  readonly signal?: AbortSignal;
}

/** Below this a thread costs more than it saves. */
const IN_PROCESS_BYTES = 2 * 1024 * 1024;
/** Text of the shares under way, all threads together. Operations take about four times as much. */
const SHARE_BYTES_AT_ONCE = 192 * 1024 * 1024;
const PROGRESS_INTERVAL_MS = 100;
/** A thread that does not stop for a cancelled check within this time is ended. */
const CANCEL_GRACE_MS = 500;
/** Half of what the library takes: there are several threads. */
const FILE_LIMITS: SearchLimits = { maxSteps: 200_000_000, maxMemo: 10_000_000 };

/** @throws HistoryError naming the line that cannot be used, ModelError, or what reading the file throws */
export async function checkHistoryFile(path: string, options: CheckFileOptions = {}): Promise<CheckResult> {
  const bytes = fileBytes(path);
  const { maxSteps = FILE_LIMITS.maxSteps, maxMemo = FILE_LIMITS.maxMemo } = options;
  const limits = { maxSteps, maxMemo };
  const threads = Math.max(1, options.threads ?? availableParallelism());
  const progress = new SharedProgress();
  const isSmall = bytes < IN_PROCESS_BYTES && options.threads === undefined;
  // Rounds of shares: in each, every thread has one.
  const rounds = Math.max(1, Math.ceil(bytes / SHARE_BYTES_AT_ONCE));
  const shards = isSmall ? 1 : threads * rounds;
  const tasks = Array.from(
    { length: shards },
    (_, shard): ShardTask => ({ path, shard, shards, limits, progress: progress.memory }),
  );
  if (isSmall) return merge(tasks.map(checkShard));
  return merge(await runShards(tasks, threads, progress, options));
}

async function runShards(
  tasks: readonly ShardTask[],
  threads: number,
  progress: SharedProgress,
  { onProgress, signal }: CheckFileOptions,
): Promise<readonly ShardResult[]> {
  const pool = new Piscina<ShardTask, ShardResult>({
    filename: new URL('../../workers/check.js', import.meta.url).href,
    maxThreads: Math.min(threads, tasks.length),
    minThreads: 1,
    execArgv: [],
  });
  const killing = new AbortController();
  let killTimer: NodeJS.Timeout | null = null;
  const cancel = (): void => {
    progress.cancel();
    killTimer ??= setTimeout(() => killing.abort(), CANCEL_GRACE_MS);
  };
  if (signal?.aborted === true) cancel();
  signal?.addEventListener('abort', cancel, { once: true });
  const timer = setInterval(() => onProgress?.(progress.read()), PROGRESS_INTERVAL_MS);
  try {
    return await Promise.all(tasks.map(task => runShard(pool, task, killing.signal)));
  } finally {
    clearInterval(timer);
    if (killTimer !== null) clearTimeout(killTimer);
    signal?.removeEventListener('abort', cancel);
    await pool.destroy();
  }
}

async function runShard(
  pool: Piscina<ShardTask, ShardResult>,
  task: ShardTask,
  signal: AbortSignal,
): Promise<ShardResult> {
  try {
    return await pool.run(task, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
    return { kind: 'checked', result: undecidedShare(task.shard) };
  }
}

function merge(shards: readonly ShardResult[]): CheckResult {
  const unusable = shards.filter(shard => shard.kind === 'unusable').sort((a, b) => a.line - b.line)[0];
  if (unusable !== undefined) {
    const words = unusable.message.replace(/^line \d+: /, '');
    throw unusable.line > 0 ? new HistoryError(unusable.line, words) : new ModelError(words);
  }
  const results = shards.flatMap(shard => (shard.kind === 'checked' ? [shard.result] : []));
  const sum = (of: (result: CheckResult) => number): number =>
    results.reduce((total, result) => total + of(result), 0);
  const violations = results.flatMap(result => result.violations);
  const undecidedKeys = results.flatMap(result => result.undecidedKeys);
  const verdict: Verdict =
    violations.length > 0 ? 'not-linearizable' : undecidedKeys.length > 0 ? 'undecided' : 'linearizable';
  return {
    verdict,
    operations: sum(result => result.operations),
    keys: sum(result => result.keys),
    steps: sum(result => result.steps),
    violations,
    undecidedKeys,
  };
}
