/**
 * Time charts as plain SVG: all share one time axis, with the fault periods shaded behind and a cursor at the moment chosen.
 *
 * @module
 */
import type { FaultPeriod } from '../nemesis.js';
import { escapeHtml } from './html.js';

export const CHART_WIDTH = 1_000;
export const LEFT = 72;
export const RIGHT = 12;
const AXIS_HEIGHT = 26;

/** Milliseconds to columns. */
export interface TimeScale {
  readonly fromMs: number;
  readonly toMs: number;
  x(ms: number): number;
}

export function timeScale(fromMs: number, toMs: number): TimeScale {
  const length = Math.max(1, toMs - fromMs);
  const x = (ms: number): number =>
    LEFT + ((Math.min(toMs, Math.max(fromMs, ms)) - fromMs) / length) * (CHART_WIDTH - LEFT - RIGHT);
  return { fromMs, toMs, x };
}

export const round = (value: number): number => Math.round(value * 10) / 10;

/** 1, 2 or 5 times a power of ten: at most about `count` of them fit into `length`. */
function stepOf(length: number, count: number): number {
  const rough = length / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5, 10].find(factor => factor * power >= rough) ?? 10) * power;
}

export function ticks(from: number, to: number, count: number): readonly number[] {
  if (to <= from) return [from];
  const step = stepOf(to - from, count);
  const first = Math.ceil(from / step) * step;
  return Array.from({ length: Math.floor((to - first) / step) + 1 }, (_, index) => first + index * step);
}

/** `12.3 s`. */
export const seconds = (ms: number): string => `${round(ms / 1000)} s`;

export function timeAxis(scale: TimeScale, top: number): string {
  const marks = ticks(scale.fromMs, scale.toMs, 10).map(ms => {
    const x = round(scale.x(ms));
    return `<line class="grid" x1="${x}" x2="${x}" y1="0" y2="${top}"/><text x="${x}" y="${top + 18}" text-anchor="middle">${seconds(ms)}</text>`;
  });
  return `<g class="axis">${marks.join('')}</g>`;
}

/** Shades behind a chart; what they are is said by the lane of faults above it. */
export function faultBands(faults: readonly FaultPeriod[], scale: TimeScale, height: number): string {
  const bands = faults.map(({ kind, fromMs, toMs }) => {
    const x = round(scale.x(fromMs));
    const width = Math.max(1, round(scale.x(toMs) - x));
    return `<rect class="fault ${escapeHtml(kind)}" x="${x}" y="0" width="${width}" height="${height}"/>`;
  });
  return `<g>${bands.join('')}</g>`;
}

/** A chart with the cursor that the script moves; `height` is without the time axis. */
export const svg = (height: number, label: string, body: string, axisHeight = AXIS_HEIGHT): string =>
  `<svg class="chart" viewBox="0 0 ${CHART_WIDTH} ${height + axisHeight}" role="img" aria-label="${escapeHtml(label)}">${body}<line class="cursor" x1="${LEFT}" x2="${LEFT}" y1="0" y2="${height}"/></svg>`;

export function valueAxis(
  values: readonly number[],
  y: (value: number) => number,
  text: (value: number) => string,
): string {
  const marks = values.map(value => {
    const at = round(y(value));
    return `<line class="grid" x1="${LEFT}" x2="${CHART_WIDTH - RIGHT}" y1="${at}" y2="${at}"/><text x="${LEFT - 8}" y="${at + 4}" text-anchor="end">${text(value)}</text>`;
  });
  return `<g class="axis">${marks.join('')}</g>`;
}
