/**
 * What the workload of a script did, from the history it left.
 *
 * @module
 */
import type { ScriptStep } from '../../chaos/run-script.js';
import { type Gap, type Measurements, measureHistory } from '../../harness/measure.js';

interface History {
  readonly path: string;
  readonly zeroMs: number;
}

const historyOf = ({ command, result }: ScriptStep): History | null => {
  const isStart = /^(try )?workload (?!stop$)/.test(command);
  return isStart && result.kind === 'done' && result.data !== undefined ? (result.data as History) : null;
};

const isCheck = ({ command }: ScriptStep): boolean =>
  /^(try )?expect (linearizable|no acknowledged)/.test(command);

/**
 * @param startedMs reading of the machine's monotonic clock when the script began
 * @param elapsedMs how long it took
 * @returns null when no workload was started
 */
export function scriptLoad(
  steps: readonly ScriptStep[],
  startedMs: number,
  elapsedMs: number,
): Measurements | null {
  const history = steps.map(historyOf).find(found => found !== null);
  if (history === undefined || history === null) return null;
  const idle: Gap[] = [];
  let stoppedMs: number | null = 0;
  for (const step of steps) {
    const endMs = step.atMs + step.elapsedMs;
    if (historyOf(step) !== null) {
      if (stoppedMs !== null) idle.push({ fromMs: stoppedMs, toMs: endMs });
      stoppedMs = null;
    } else if (step.command === 'workload stop' && step.result.kind === 'done') {
      stoppedMs = step.atMs;
    } else if (isCheck(step) && stoppedMs === null) {
      idle.push({ fromMs: step.atMs, toMs: endMs });
    }
  }
  return measureHistory(history.path, stoppedMs ?? elapsedMs, {
    offsetMs: history.zeroMs - startedMs,
    idle,
  });
}
