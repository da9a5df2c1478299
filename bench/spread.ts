/**
 * Median and range of figures from several rounds.
 *
 * @module
 */
export interface Spread {
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
}

/** @throws RangeError without values */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const high = sorted[middle];
  const lowest = sorted[0];
  const highest = sorted.at(-1);
  if (high === undefined || lowest === undefined || highest === undefined) throw new RangeError('no values');
  const median = sorted.length % 2 === 1 ? high : (high + (sorted[middle - 1] ?? high)) / 2;
  return { median, lowest, highest };
}

/** `median (lowest–highest)`. */
export function showSpread({ median, lowest, highest }: Spread, digits: number): string {
  return `${median.toFixed(digits)} (${lowest.toFixed(digits)}–${highest.toFixed(digits)})`;
}

export const thousands = (value: number): string => Math.round(value).toLocaleString('en-US');
