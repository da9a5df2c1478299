/**
 * Latency of the drawn calls, and calls a second by outcome, with gaps.
 *
 * @module
 */
import { lengthOf, type Measurements } from '../measure.js';
import type { FaultPeriod } from '../nemesis.js';
import { faultBands, round, svg, type TimeScale, ticks, timeAxis, valueAxis } from './chart.js';
import { escapeHtml } from './html.js';

const HEIGHT = 260;
const MS_MIN = 0.1;

type Points = Measurements['points'];

/** One path for each operation and outcome: so many dots, so few elements. */
function dots(points: Points, scale: TimeScale, y: (ms: number) => number): string {
  const groups = new Map<string, Points[number][]>();
  for (const point of points) {
    const name = `${point.outcome} ${point.op}`;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [point]);
    else group.push(point);
  }
  const paths = [...groups.values()].map(group => {
    const [{ op = '', outcome = 'ok' } = {}] = group;
    const path = group.map(({ atMs, latencyMs }) => `M${round(scale.x(atMs))} ${round(y(latencyMs))}h0`);
    return `<path class="dots ${outcome}" data-op="${escapeHtml(op)}" d="${path.join('')}"/>`;
  });
  return `<g id="points">${paths.join('')}</g>`;
}

interface LinePoint {
  readonly x: number;
  readonly low: number;
  readonly high: number;
}

/** Middle and top of each window; a window without answers interrupts the lines. */
function lines(measured: Measurements, scale: TimeScale, y: (ms: number) => number): string {
  const runs: LinePoint[][] = [[]];
  for (const [index, { p50Ms, p99Ms }] of measured.windows.entries()) {
    const atMs = (index + 0.5) * measured.windowMs;
    if (p99Ms === 0 || atMs < scale.fromMs || atMs > scale.toMs) {
      runs.push([]);
      continue;
    }
    runs[runs.length - 1]?.push({ x: round(scale.x(atMs)), low: round(y(p50Ms)), high: round(y(p99Ms)) });
  }
  const drawn = runs.filter(run => run.length > 0);
  const join = (run: readonly LinePoint[], of: (point: LinePoint) => number): string =>
    run.map(point => `${point.x},${of(point)}`).join(' ');
  const between = drawn.map(
    run =>
      `<polygon class="between" points="${join(run, ({ high }) => high)} ${join(run.toReversed(), ({ low }) => low)}"/>`,
  );
  const curve = (name: string, of: (point: LinePoint) => number): string =>
    drawn.map(run => `<polyline class="${name}" points="${join(run, of)}"/>`).join('');
  return between.join('') + curve('p50', ({ low }) => low) + curve('p99', ({ high }) => high);
}

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
  const axes = timeAxis(scale, HEIGHT) + valueAxis(marks, y, ms => `${ms >= 1 ? ms : ms.toFixed(1)} ms`);
  return svg(
    HEIGHT,
    `Latency over time, logarithmic, ${measured.points.length} calls drawn`,
    `${faultBands(faults, scale, HEIGHT)}${axes}${dots(measured.points, scale, y)}${lines(measured, scale, y)}`,
  );
}

const OUTCOMES = ['ok', 'failed', 'unknown'] as const;

export function throughputChart(
  measured: Measurements,
  faults: readonly FaultPeriod[],
  scale: TimeScale,
): string {
  const height = 150;
  const { windowMs } = measured;
  const perSecond = (count: number): number => (count * 1000) / windowMs;
  const totals = measured.windows.map(({ ok, failed, unknown }) => perSecond(ok + failed + unknown));
  const highest = Math.max(1, ...totals);
  const y = (rate: number): number => height - (rate / highest) * (height - 10);
  const bars = measured.windows.map((window, index) => {
    const x = scale.x(index * windowMs);
    const width = Math.max(1, scale.x((index + 1) * windowMs) - x - 0.6);
    let below = 0;
    const parts = OUTCOMES.map(outcome => {
      const rate = perSecond(window[outcome]);
      const top = y(below + rate);
      const bar = `<rect class="bar ${outcome}" x="${round(x)}" y="${round(top)}" width="${round(width)}" height="${round(y(below) - top)}"/>`;
      below += rate;
      return rate === 0 ? '' : bar;
    });
    const words = OUTCOMES.map(outcome => `${Math.round(perSecond(window[outcome]))} ${outcome}`);
    const title = `${round((index * windowMs) / 1000)} s: ${words.join(', ')} a second`;
    return below === 0 ? '' : `<g><title>${title}</title>${parts.join('')}</g>`;
  });
  const gaps = measured.gaps.map(gap => {
    const x = scale.x(gap.fromMs);
    const title = `${Math.round(lengthOf(gap))} ms without an acknowledgement`;
    return `<rect class="gap" x="${round(x)}" y="0" width="${round(Math.max(2, scale.x(gap.toMs) - x))}" height="6" rx="2"><title>${title}</title></rect>`;
  });
  const axes = timeAxis(scale, height) + valueAxis(ticks(0, highest, 4), y, String);
  return svg(
    height,
    `Calls a second by outcome; ${measured.gaps.length} gaps, the longest ${Math.round(lengthOf(measured.longestGap))} ms`,
    `${faultBands(faults, scale, height)}${axes}${bars.join('')}${gaps.join('')}`,
  );
}
