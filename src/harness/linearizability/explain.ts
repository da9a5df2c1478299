/**
 * From a history that cannot be explained to the smallest part of it that cannot, and to words.
 *
 * What is left out never makes a good history bad: later operations (a prefix of a linearizable history is one), answers
 * (reads), and writes of values that no remaining operation saw.
 *
 * @module
 */
import type { Operation } from '../history.js';
import { compileKey } from './compile.js';
import { type SearchLimits, search } from './search.js';

/** Reducing is many small searches; each may cost this much before it counts as "not proven bad". */
const LIMITS: SearchLimits = { maxSteps: 300_000, maxMemo: 300_000 };
/** Above this many operations only the prefix is cut: one search per operation would take too long. */
const MAX_REDUCED = 600;

export interface Explanation {
  readonly key: string;
  readonly operations: readonly Operation[];
  readonly explanation: string;
}

export function explain(key: string, history: readonly Operation[]): Explanation {
  const prefix = shortestBadPrefix(history.filter(operation => operation.ok !== false));
  const operations = prefix.length <= MAX_REDUCED ? reduce(prefix) : prefix;
  return { key, operations, explanation: describe(key, operations) };
}

const isBad = (operations: readonly Operation[]): boolean =>
  search(compileKey(operations).problem, LIMITS).verdict === 'not-linearizable';

/** What was known at a moment: answers that came later are unknown then. */
function prefixUntil(history: readonly Operation[], untilNs: number): Operation[] {
  return history
    .filter(operation => operation.callNs <= untilNs)
    .map(operation =>
      operation.returnNs !== null && operation.returnNs > untilNs
        ? { ...operation, ok: 'unknown' as const, returnNs: null }
        : operation,
    );
}

function shortestBadPrefix(history: readonly Operation[]): readonly Operation[] {
  const returns = history.flatMap(operation => (operation.returnNs === null ? [] : [operation.returnNs]));
  returns.sort((a, b) => a - b);
  let low = 0;
  let high = returns.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBad(prefixUntil(history, returns[middle] ?? 0))) high = middle;
    else low = middle + 1;
  }
  const prefix = prefixUntil(history, returns[high] ?? 0);
  return isBad(prefix) ? prefix : history;
}

const BLIND_WRITES = new Set(['put', 'set', 'write']);
const READS = new Set(['get', 'read', 'lrange', 'smembers', 'balances']);
const EXACT = new Set([...BLIND_WRITES, ...READS, 'cas']);

/** An operation whose absence cannot make a good history bad. */
function mayBeLeftOut(operation: Operation, all: readonly Operation[]): boolean {
  if (READS.has(operation.op) || operation.ok === 'unknown')
    return READS.has(operation.op) || unseen(operation, all);
  return BLIND_WRITES.has(operation.op) && unseen(operation, all);
}

function unseen(operation: Operation, all: readonly Operation[]): boolean {
  if (!BLIND_WRITES.has(operation.op) || !all.every(other => EXACT.has(other.op))) return false;
  const value = String(operation.value);
  return all.every(other =>
    other.op === 'cas'
      ? other.output !== false && Array.isArray(other.value) && String(other.value[0]) !== value
      : !READS.has(other.op) || String(other.output) !== value,
  );
}

function reduce(operations: readonly Operation[]): readonly Operation[] {
  let kept = operations;
  for (let changed = true; changed; ) {
    changed = false;
    for (const operation of kept) {
      if (!mayBeLeftOut(operation, kept)) continue;
      const without = kept.filter(other => other !== operation);
      if (!isBad(without)) continue;
      kept = without;
      changed = true;
    }
  }
  return [...kept].sort((a, b) => a.callNs - b.callNs);
}

const ms = (ns: number, zeroNs: number): string => `${((ns - zeroNs) / 1e6).toFixed(3)} ms`;

function sentence(operation: Operation, zeroNs: number): string {
  const value = operation.value === undefined ? '' : ` ${JSON.stringify(operation.value)}`;
  const called = ms(operation.callNs, zeroNs);
  if (operation.ok === 'unknown' || operation.returnNs === null) {
    return `client ${operation.client} called ${operation.op}${value} at ${called} and the outcome is unknown`;
  }
  const output = operation.output === undefined ? '' : ` and was told ${JSON.stringify(operation.output)}`;
  return `client ${operation.client} called ${operation.op}${value} at ${called}${output} at ${ms(operation.returnNs, zeroNs)}`;
}

/** The answer that fits nowhere once as many operations as possible are in order: reads say it best. */
function culprit(operations: readonly Operation[], order: readonly number[], zeroNs: number): string {
  const placed = new Set(order);
  const stuck = operations.filter((operation, index) => !placed.has(index) && operation.ok === true);
  const read = stuck.find(({ op }) => READS.has(op)) ?? stuck[stuck.length - 1];
  return read === undefined ? '' : `: nothing allows that ${sentence(read, zeroNs)}`;
}

function describe(key: string, operations: readonly Operation[]): string {
  const zeroNs = operations[0]?.callNs ?? 0;
  const compiled = compileKey(operations);
  const { order } = search(compiled.problem, LIMITS);
  const lines = operations.map(operation => `  ${sentence(operation, zeroNs)}`);
  const reason = `No order of these ${operations.length} operations explains their answers${culprit(compiled.operations, order, zeroNs)}.`;
  return [`key ${JSON.stringify(key)}: not linearizable. ${reason}`, ...lines].join('\n');
}
