/**
 * Load and latency over the last minute or two, as lines of bars; also as a single line for small terminals.
 *
 * @module
 */
import { compact, milliseconds } from '../format.js';
import { type Row, span } from '../rows.js';
import type { Sample } from '../samples.js';
import { sparkline } from '../sparkline.js';
import { fit, fitRight } from '../text.js';
import type { StyleName } from '../theme.js';
import { PANEL_TITLES, type PanelDrawer, type View } from '../view.js';

interface Series {
  readonly name: string;
  readonly pick: (sample: Sample) => number;
  readonly style: StyleName;
  readonly show: (value: number) => string;
  /** The chart is scaled to at least this, so that noise stays low. */
  readonly top: number;
}

const perSecond = (value: number): string => `${compact(value)}/s`;
const inMilliseconds = (value: number): string => {
  if (value === 0) return '-';
  const text = milliseconds(value);
  return text.endsWith('s') ? text : `${text} ms`;
};

const SERIES = {
  writes: { name: 'writes', pick: sample => sample.writesPerSecond, style: 'good', show: perSecond, top: 10 },
  reads: {
    name: 'reads',
    pick: sample => sample.readsPerSecond,
    style: 'follower',
    show: perSecond,
    top: 10,
  },
  p50: { name: 'p50', pick: sample => sample.latencyMsP50, style: 'plain', show: inMilliseconds, top: 5 },
  p99: { name: 'p99', pick: sample => sample.latencyMsP99, style: 'warning', show: inMilliseconds, top: 10 },
  messages: {
    name: 'msgs',
    pick: sample => sample.messagesPerSecond,
    style: 'dim',
    show: perSecond,
    top: 100,
  },
  dropped: {
    name: 'dropped',
    pick: sample => sample.droppedPerSecond,
    style: 'bad',
    show: perSecond,
    top: 10,
  },
} as const satisfies Record<string, Series>;

function chart(view: View, series: Series, width: number): string {
  return sparkline(view.state.samples.map(series.pick), width, view.glyphs, series.top);
}

function newest(view: View, series: Series): string {
  const sample = view.state.samples.at(-1);
  return sample === undefined ? '-' : series.show(series.pick(sample));
}

const NAME_WIDTH = 8;
const VALUE_WIDTH = 8;

export const drawLoad: PanelDrawer = (view, width, height) => {
  const chartWidth = Math.max(4, width - NAME_WIDTH - VALUE_WIDTH - 1);
  const rows = Object.values(SERIES).map(
    (series): Row => [
      span(fit(series.name, NAME_WIDTH), 'dim'),
      span(chart(view, series, chartWidth), series.style),
      span(fitRight(newest(view, series), VALUE_WIDTH + 1), 'bold'),
    ],
  );
  const isRoomy = height >= rows.length * 2 - 1;
  const spaced = isRoomy ? rows.flatMap((row, index) => (index === 0 ? [row] : [[], row])) : rows;
  return { title: [span(PANEL_TITLES.load, 'bold')], rows: spaced };
};

/** The three most telling series side by side in one line. */
export function loadStrip(view: View, width: number): Row {
  const shown: readonly Series[] = [SERIES.writes, SERIES.p99, SERIES.dropped];
  const each = Math.floor((width - 1) / shown.length);
  return [
    span(' '),
    ...shown.flatMap((series): Row => {
      const value = newest(view, series);
      const chartWidth = Math.max(4, each - series.name.length - 10);
      return [
        span(`${series.name} `, 'dim'),
        span(chart(view, series, chartWidth), series.style),
        span(` ${fit(value, each - series.name.length - chartWidth - 2)}`, 'bold'),
      ];
    }),
  ];
}
