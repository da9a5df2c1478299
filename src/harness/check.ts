/**
 * Is this history linearizable? The checker as a library: `import { checkLinearizable } from 'raftkv-tui/check'`.
 *
 * Keys are independent objects, so a history is linearizable iff its part for each key is (Herlihy & Wing 1990,
 * locality).
 *
 * @module
 */
import type { Operation } from './history.js';
import { compileKey } from './linearizability/compile.js';
import { explain } from './linearizability/explain.js';
import { DEFAULT_LIMITS, type SearchLimits, search, type Verdict } from './linearizability/search.js';

export type { Operation, OperationOutcome, OperationOutput } from './history.js';
export { formatOperation, HistoryError, parseHistory, parseOperation } from './history.js';
export { ModelError } from './linearizability/effect.js';
export type { SearchLimits, Verdict } from './linearizability/search.js';

/** The smallest part of the history found that cannot be explained, and why, in words. */
export interface Violation {
  readonly key: string;
  readonly operations: readonly Operation[];
  readonly explanation: string;
}

export interface CheckResult {
  /** `undecided`: a limit was reached before an answer was. */
  readonly verdict: Verdict;
  readonly operations: number;
  readonly keys: number;
  readonly steps: number;
  readonly violations: readonly Violation[];
  /** Keys that could not be decided within the limits. */
  readonly undecidedKeys: readonly string[];
}

export interface CheckOptions extends Partial<SearchLimits> {
  /** Reduce violations to the operations that prove them (default true). */
  readonly explain?: boolean;
  /** Asked between keys; true ends the check as undecided. */
  readonly cancelled?: () => boolean;
  /** Told once how many keys there are. */
  readonly onKeys?: (keys: number) => void;
  /** Told after every key. */
  readonly onDecided?: () => void;
}

/** @throws ModelError for an operation that no model knows */
export function checkLinearizable(history: readonly Operation[], options: CheckOptions = {}): CheckResult {
  const limits: SearchLimits = {
    maxSteps: options.maxSteps ?? DEFAULT_LIMITS.maxSteps,
    maxMemo: options.maxMemo ?? DEFAULT_LIMITS.maxMemo,
  };
  const violations: Violation[] = [];
  const undecidedKeys: string[] = [];
  let steps = 0;
  const partitions = byKey(history);
  options.onKeys?.(partitions.size);
  for (const [key, operations] of partitions) {
    if (options.cancelled?.() === true) {
      undecidedKeys.push(key);
      continue;
    }
    const compiled = compileKey(operations);
    const result = search(compiled.problem, limits);
    steps += result.steps;
    if (result.verdict === 'undecided') undecidedKeys.push(key);
    if (result.verdict === 'not-linearizable') {
      violations.push(
        options.explain === false ? { key, operations, explanation: '' } : explain(key, operations),
      );
    }
    options.onDecided?.();
  }
  const verdict: Verdict =
    violations.length > 0 ? 'not-linearizable' : undecidedKeys.length > 0 ? 'undecided' : 'linearizable';
  return { verdict, operations: history.length, keys: partitions.size, steps, violations, undecidedKeys };
}

function byKey(history: readonly Operation[]): Map<string, Operation[]> {
  const partitions = new Map<string, Operation[]>();
  for (const operation of history) {
    const partition = partitions.get(operation.key);
    if (partition === undefined) partitions.set(operation.key, [operation]);
    else partition.push(operation);
  }
  return partitions;
}
