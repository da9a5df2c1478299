/**
 * Acknowledged writes that the final state does not show: read from a history whose last part reads every key.
 *
 * The checker finds such a loss as well; this says it in plain terms, and in linear time.
 *
 * @module
 */
import type { Operation } from './history.js';
import { parseOperation } from './history.js';
import { readLines } from './history-file.js';

export interface LostWrite {
  readonly key: string;
  /** What was acknowledged, and what was found instead. */
  readonly text: string;
  readonly operation: Operation | null;
}

interface KeyHistory {
  readonly writes: Operation[];
  final: Operation | null;
}

const MAX_REPORTED = 1_000;

/** At most 1000 of them. */
export function findLostWrites(path: string): readonly LostWrite[] {
  const keys = new Map<string, KeyHistory>();
  readLines(path, {
    onLine: (text, line) => {
      if (text === '') return;
      const operation = parseOperation(text, line);
      const key = keys.get(operation.key) ?? { writes: [], final: null };
      keys.set(operation.key, key);
      if (FINAL_READS.has(operation.op) && text.includes('"phase":"final"')) {
        if (operation.ok === true) key.final = operation;
      } else if (WRITES.has(operation.op)) key.writes.push(operation);
    },
  });
  return [...keys].flatMap(([key, history]) => lostOf(key, history)).slice(0, MAX_REPORTED);
}

const FINAL_READS: ReadonlySet<string> = new Set(['get', 'lrange', 'smembers', 'balances']);
const WRITES: ReadonlySet<string> = new Set(['put', 'cas', 'incr', 'rpush', 'sadd', 'open', 'transfer']);

function lostOf(key: string, { writes, final }: KeyHistory): readonly LostWrite[] {
  if (final === null) return [];
  const acknowledged = writes.filter(isAcknowledged);
  const [first] = acknowledged;
  if (first === undefined) return [];
  switch (first.op) {
    case 'put':
    case 'cas':
      return lostRegisters(key, writes, acknowledged, final);
    case 'incr':
      return lostIncrements(key, acknowledged, final);
    case 'rpush':
    case 'sadd':
      return lostElements(key, acknowledged, final);
    default:
      return lostMoney(key, acknowledged, final);
  }
}

const isAcknowledged = ({ ok, output }: Operation): boolean => ok === true && output !== false;

const writtenBy = ({ value }: Operation): string => String(Array.isArray(value) ? value[1] : value);

const lost = (operation: Operation, found: string): LostWrite => ({
  key: operation.key,
  text: `client ${operation.client}: ${operation.op} ${JSON.stringify(operation.value)} was acknowledged; ${found}`,
  operation,
});

/** The final value must be of a write that no acknowledged write came after. */
function lostRegisters(
  key: string,
  writes: readonly Operation[],
  acknowledged: readonly Operation[],
  final: Operation,
): readonly LostWrite[] {
  const found = `the last read of ${key} answered ${JSON.stringify(final.output)}`;
  if (final.output === null) return acknowledged.map(operation => lost(operation, found));
  const source = writes.find(write => write.ok !== false && writtenBy(write) === final.output);
  if (source === undefined) return acknowledged.slice(-1).map(operation => lost(operation, found));
  const { returnNs } = source;
  if (returnNs === null) return [];
  return acknowledged.filter(({ callNs }) => callNs > returnNs).map(operation => lost(operation, found));
}

function lostIncrements(
  key: string,
  acknowledged: readonly Operation[],
  final: Operation,
): readonly LostWrite[] {
  const sum = acknowledged.reduce((total, { value }) => total + Number(value), 0);
  const found = Number(final.output ?? 0);
  if (found >= sum) return [];
  return [{ key, text: `increments by ${sum} were acknowledged; the counter is ${found}`, operation: null }];
}

function lostElements(
  key: string,
  acknowledged: readonly Operation[],
  final: Operation,
): readonly LostWrite[] {
  const found = new Set(Array.isArray(final.output) ? final.output.map(String) : []);
  return acknowledged
    .filter(({ value }) => Array.isArray(value) && !value.every(item => found.has(String(item))))
    .map(operation => lost(operation, `it is not among the ${found.size} elements of ${key}`));
}

const amountOf = (word: unknown): number => Number(String(word).split('=')[1] ?? 0);

function lostMoney(key: string, acknowledged: readonly Operation[], final: Operation): readonly LostWrite[] {
  const opening = acknowledged.find(({ op }) => op === 'open');
  if (opening === undefined || !Array.isArray(opening.value)) return [];
  const total = (words: readonly unknown[]): number =>
    words.reduce((sum: number, word) => sum + amountOf(word), 0);
  const before = total(opening.value);
  const after = total(Array.isArray(final.output) ? final.output : []);
  if (before === after) return [];
  return [{ key, text: `the bank opened with ${before} and ends with ${after}`, operation: opening }];
}
