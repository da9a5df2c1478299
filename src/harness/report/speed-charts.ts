/**
 * Latency of every drawn call, and calls a second by outcome, with gaps.
 *
 * @module
 */
import { lengthOf, type Measurements } from '../measure.js';
import type { FaultPeriod } from '../nemesis.js';
import { AXIS_HEIGHT, faultBands, round, svg, type TimeScale, ticks, timeAxis, valueAxis } from './chart.js';
import { escapeHtml } from './html.js';

const HEIGHT = 280;
const MS_MIN = 0.1;

export function latencyChart(
  measured: Measurements,
  faults: readonly FaultPeriod[],
  scale: TimeScale,
): string {
  const highest = Math.max(10, ...measured.points.map(({ latencyMs }) => latencyMs));
  const decades = Math.ceil(Math.log10(highest / MS_MIN));
  const y = (ms: number): number =>
    HEIGHT - (Math.log10(Math.max(MS_MIN, ms) / MS_MIN) / decades) * (HEIGHT - 10);
  const marks = Array.from({ length: decades + 1 }, (_, power) => MS_MIN * 10 ** power);
  const points = measured.points.map(({ atMs, latencyMs, op, outcome }) => {
    const title = `${op}, ${outcome}: ${round(latencyMs)} ms at ${round(atMs / 1000)} s`;
    return `<circle class="${outcome}" data-op="${escapeHtml(op)}" cx="${round(scale.x(atMs))}" cy="${round(y(latencyMs))}" r="1.8"><title>${escapeHtml(title)}</title></circle>`;
  });
  const line = (name: string, of: (second: Measurements['seconds'][number]) => number): string => {
    const path = measured.seconds
      .map((second, index) => ({ at: index * 1000 + 500, value: of(second) }))
      .filter(({ at, value }) => value > 0 && at >= scale.fromMs && at <= scale.toMs)
      .map(({ at, value }) => `${round(scale.x(at))},${round(y(value))}`);
    return `<polyline class="${name}" points="${path.join(' ')}"/>`;
  };
  const lines = line('p50', ({ p50Ms }) => p50Ms) + line('p99', ({ p99Ms }) => p99Ms);
  const axes = timeAxis(scale, HEIGHT) + valueAxis(marks, y, ms => `${ms >= 1 ? ms : ms.toFixed(1)} ms`);
  return svg(
    HEIGHT + AXIS_HEIGHT,
    `Latency over time, logarithmic, ${measured.points.length} calls`,
    `${faultBands(faults, scale, HEIGHT)}${axes}<g id="points">${points.join('')}</g>${lines}`,
  );
}

const OUTCOMES = ['ok', 'failed', 'unknown'] as const;

export function throughputChart(
  measured: Measurements,
  faults: readonly FaultPeriod[],
  scale: TimeScale,
): string {
  const height = 180;
  const highest = Math.max(1, ...measured.seconds.map(({ ok, failed, unknown }) => ok + failed + unknown));
  const y = (count: number): number => height - (count / highest) * (height - 10);
  const bars = measured.seconds.map((second, index) => {
    const x = scale.x(index * 1000);
    const width = Math.max(1, scale.x((index + 1) * 1000) - x - 1);
    let below = 0;
    return OUTCOMES.map(outcome => {
      const count = second[outcome];
      const top = y(below + count);
      const bar = `<rect class="${outcome}" x="${round(x)}" y="${round(top)}" width="${round(width)}" height="${round(y(below) - top)}"><title>${count} ${outcome} in second ${index}</title></rect>`;
      below += count;
      return count === 0 ? '' : bar;
    }).join('');
  });
  const gaps = measured.gaps.map(gap => {
    const x = scale.x(gap.fromMs);
    const title = `${Math.round(lengthOf(gap))} ms without an acknowledgement`;
    return `<rect class="gap" x="${round(x)}" y="0" width="${round(Math.max(2, scale.x(gap.toMs) - x))}" height="8"><title>${title}</title></rect>`;
  });
  const axes = timeAxis(scale, height) + valueAxis(ticks(0, highest, 4), y, String);
  return svg(
    height + AXIS_HEIGHT,
    `Calls a second by outcome; ${measured.gaps.length} gaps, the longest ${Math.round(lengthOf(measured.longestGap))} ms`,
    `${faultBands(faults, scale, height)}${axes}${bars.join('')}${gaps.join('')}`,
  );
}
