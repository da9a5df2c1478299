/**
 * A text picture of operations: one row each, from call to return. Distances are in events, not in time, so that what
 * overlaps and what does not can be seen however far apart it was.
 *
 * @module
 */
import type { Operation } from './history.js';

export interface PictureOptions {
  /** Columns of the whole picture. */
  readonly width: number;
  /** Rows; of more operations the first ones are left out, and that is said. */
  readonly maxRows: number;
}

const MAX_VALUE = 24;

const short = (text: string): string =>
  text.length <= MAX_VALUE ? text : `${text.slice(0, MAX_VALUE - 1)}…`;

/** `put "a"`, `get → "b"`, `cas ["a","b"] → false`. */
export function operationText({ op, value, output, ok }: Operation): string {
  const argument = value === undefined ? '' : ` ${short(JSON.stringify(value))}`;
  if (ok === 'unknown') return `${op}${argument} → ?`;
  if (ok === false) return `${op}${argument} ✗`;
  return `${op}${argument}${output === undefined ? '' : ` → ${short(JSON.stringify(output))}`}`;
}

interface Interval {
  readonly from: number;
  /** Infinity: never returned. */
  readonly to: number;
}

export function intervalsOf(operations: readonly Operation[]): { intervals: Interval[]; events: number } {
  const times = operations.flatMap(({ callNs, returnNs }) =>
    returnNs === null ? [callNs] : [callNs, returnNs],
  );
  const ranks = new Map([...new Set(times)].sort((a, b) => a - b).map((time, rank) => [time, rank]));
  const rankOf = (time: number): number => ranks.get(time) ?? 0;
  const intervals = operations.map(({ callNs, returnNs }) => ({
    from: rankOf(callNs),
    to: returnNs === null ? Number.POSITIVE_INFINITY : rankOf(returnNs),
  }));
  return { intervals, events: ranks.size };
}

function bar({ from, to }: Interval, columns: number, events: number): string {
  const last = columns - 1;
  const column = (rank: number): number => (events <= 1 ? 0 : Math.round((rank * (last - 1)) / (events - 1)));
  const start = column(from);
  const open = to === Number.POSITIVE_INFINITY;
  const end = open ? last : Math.max(column(to), start + 1);
  return `${' '.repeat(start)}├${'─'.repeat(Math.max(0, end - start - 1))}${open ? '?' : '┤'}`;
}

export function drawOperations(
  operations: readonly Operation[],
  options: Partial<PictureOptions> = {},
): string {
  const { width = 100, maxRows = 40 } = options;
  const shown = operations.slice(Math.max(0, operations.length - maxRows));
  const labels = shown.map(operation => `client ${operation.client}  ${operationText(operation)}`);
  const labelWidth = Math.min(48, Math.max(0, ...labels.map(label => label.length)));
  const columns = Math.max(10, width - labelWidth - 2);
  const { intervals, events } = intervalsOf(shown);
  const rows = shown.map((_operation, index) => {
    const label = (labels[index] ?? '').slice(0, labelWidth).padEnd(labelWidth);
    return `${label}  ${bar(intervals[index] ?? { from: 0, to: 0 }, columns, events)}`;
  });
  const left = operations.length - shown.length;
  return [...(left > 0 ? [`(${left} earlier operations are not drawn)`] : []), ...rows].join('\n');
}
