/**
 * The links as a matrix: row = sender, column = receiver. The digit is the value, the colour only repeats it.
 *
 * @module
 */
import type { ClusterStatus, LinkStatus } from '../../src/runtime/status.js';
import { grouped, probability } from '../format.js';
import { linkCellWidth } from '../layout.js';
import type { LinkRate } from '../link-rates.js';
import { type Row, type Span, span } from '../rows.js';
import type { LinkMetric } from '../state.js';
import { fitRight } from '../text.js';
import type { Glyphs, StyleName } from '../theme.js';
import { PANEL_TITLES, type PanelDrawer, type View, windowStart } from '../view.js';

interface Shown {
  readonly text: string;
  readonly style: StyleName;
}

/** Number of the sender and a space. */
const LABEL_WIDTH = 3;

const NO_RATE: LinkRate = { messagesPerSecond: 0, droppedPerSecond: 0, isDropping: false };

const METRIC_TITLES: Readonly<Record<LinkMetric, string>> = {
  loss: 'loss',
  delay: 'delay ms',
  drops: 'drops/s',
  messages: 'messages/s',
};

function heat(share: number): StyleName {
  if (share <= 0) return 'dim';
  if (share <= 0.25) return 'heat1';
  if (share <= 0.5) return 'heat2';
  return share < 1 ? 'heat3' : 'heat4';
}

/** `.6` in two cells, `6` in one: tenths, rounded so that a small loss never looks like none and a large one never like a cut. */
function lossText(drop: number, width: number, glyphs: Glyphs): string {
  if (drop === 0) return glyphs.none;
  if (drop === 1) return glyphs.cut;
  const tenths = String(Math.max(1, Math.min(9, Math.round(drop * 10))));
  if (width >= 4) return drop.toFixed(2).replace(/^0/, '');
  return width >= 3 ? `.${tenths}` : tenths;
}

function lossOf({ faults }: LinkStatus, width: number, glyphs: Glyphs): Shown {
  if (faults.clogged) return { text: glyphs.clogged, style: 'heat4' };
  const hasOther = faults.duplicate > 0 || faults.reorder > 0 || faults.filtered.length > 0;
  if (faults.drop === 0 && hasOther) return { text: 'f', style: 'warning' };
  return { text: lossText(faults.drop, width, glyphs), style: heat(faults.drop) };
}

/** Numbers are divided by this power of ten so that the largest fits its cell; the title says so. */
function scaleFor(values: readonly number[], width: number): number {
  const most = 10 ** Math.max(1, width - 1);
  let scale = 1;
  while (Math.max(0, ...values) / scale >= most - 0.5) scale *= 10;
  return scale;
}

function amount(value: number, scale: number, highest: number, glyphs: Glyphs): Shown {
  if (value === 0) return { text: glyphs.none, style: 'dim' };
  return { text: String(Math.round(value / scale)), style: heat(Math.min(1, value / highest)) };
}

/** What the metric shows of a link. */
function metricOf({ from, to, faults }: LinkStatus, rate: LinkRate, metric: LinkMetric): number {
  if (from === to) return 0;
  switch (metric) {
    case 'loss':
      return faults.drop;
    case 'delay':
      return faults.delayMs + faults.jitterMs;
    case 'drops':
      return rate.droppedPerSecond;
    case 'messages':
      return rate.messagesPerSecond;
  }
}

/** What the metric shows, row by row. */
function valuesOf({ state }: View, status: ClusterStatus): readonly number[] {
  return status.links.map((link, index) =>
    metricOf(link, state.rates?.rates[index] ?? NO_RATE, state.metric),
  );
}

/** How the cells are to be drawn, the same for all. */
interface Grid {
  readonly status: ClusterStatus;
  readonly cellWidth: number;
  readonly values: readonly number[];
  readonly scale: number;
  readonly highest: number;
}

function gridOf(view: View, status: ClusterStatus, cellWidth: number): Grid {
  const values = valuesOf(view, status);
  const scale = view.state.metric === 'loss' ? 1 : scaleFor(values, cellWidth);
  return { status, cellWidth, values, scale, highest: Math.max(1, ...values) };
}

function cellSpans(view: View, grid: Grid, from: number, to: number): Span[] {
  const { state, glyphs } = view;
  const { status, cellWidth, values, scale, highest } = grid;
  const index = from * status.nodes.length + to;
  const link = status.links[index];
  let shown: Shown = { text: glyphs.self, style: 'border' };
  if (from !== to && link !== undefined) {
    const isLoss = state.metric === 'loss';
    shown = isLoss ? lossOf(link, cellWidth, glyphs) : amount(values[index] ?? 0, scale, highest, glyphs);
  }
  const padded = fitRight(shown.text, cellWidth);
  const isSelected = state.link.from === from && state.link.to === to && state.focus === 'links';
  if (isSelected) return [{ text: padded, style: shown.style, inverse: true }];
  const lead = padded.slice(0, padded.length - shown.text.length);
  const isDropping = state.rates?.rates[index]?.isDropping ?? false;
  const flashes = isDropping && link !== undefined && link.faults.drop < 1;
  return [span(lead), { text: shown.text, style: shown.style, inverse: flashes }];
}

function isRunning(status: ClusterStatus, node: number): boolean {
  return status.nodes[node]?.state === 'up';
}

function label(status: ClusterStatus, node: number, width: number, isSelected: boolean): Span {
  const style = isSelected ? 'focus' : isRunning(status, node) ? 'plain' : 'down';
  return span(fitRight(String(node), width), style);
}

/** Column numbers; in cells of one, tens and units would collide, so only the units stand there. */
function headRow(view: View, status: ClusterStatus, columns: readonly number[], width: number): Row {
  const { link, focus } = view.state;
  return [
    span(view.theme.ascii ? 'to ' : ' ↘ ', 'dim'),
    ...columns.map(to => {
      const name = width === 1 ? to % 10 : to;
      const isSelected = focus === 'links' && link.to === to;
      const style = isSelected ? 'focus' : isRunning(status, to) ? 'dim' : 'down';
      return span(fitRight(String(name), width), style);
    }),
  ];
}

/** The selected link in words, as long as fits. */
function linkDetail(view: View, status: ClusterStatus): string {
  const { from, to } = view.state.link;
  const link = status.links[from * status.nodes.length + to];
  if (link === undefined || from === to) return `n${from}`;
  const { faults, counters } = link;
  const parts = [
    `${from}${view.glyphs.arrow}${to} loss ${probability(faults.drop)}`,
    `${grouped(counters.dropped)} of ${grouped(counters.sent)} lost`,
    faults.delayMs + faults.jitterMs > 0 ? `delay ${faults.delayMs}+${faults.jitterMs}ms` : '',
    faults.duplicate > 0 ? `twice ${probability(faults.duplicate)}` : '',
    faults.reorder > 0 ? `reorder ${probability(faults.reorder)}` : '',
    faults.clogged ? 'clogged' : '',
    faults.filtered.length > 0 ? `no ${faults.filtered.join(', ')}` : '',
  ];
  return parts.filter(Boolean).join(', ');
}

/** The part of the matrix that fits, around the selected link. */
interface Window {
  readonly rows: readonly number[];
  readonly columns: readonly number[];
}

function windowOf(view: View, size: number, cellWidth: number, width: number, height: number): Window {
  const { link } = view.state;
  const across = Math.floor((width - LABEL_WIDTH) / cellWidth);
  const firstRow = windowStart(link.from, size, height);
  const firstColumn = windowStart(link.to, size, across);
  return {
    rows: range(firstRow, Math.min(size, firstRow + height)),
    columns: range(firstColumn, Math.min(size, firstColumn + across)),
  };
}

function titleOf(view: View, scale: number): Row {
  const { state, glyphs } = view;
  const unit = scale === 1 ? '' : ` x${scale}`;
  return [
    span(PANEL_TITLES.links, 'bold'),
    span(` ${METRIC_TITLES[state.metric]}${unit}`, 'dim'),
    ...(state.symmetric ? [span(` ${glyphs.both}`, 'accent')] : []),
  ];
}

export const drawLinks: PanelDrawer = (view, width, height) => {
  const { state, glyphs } = view;
  const { status, link } = state;
  if (status === null) return { title: titleOf(view, 1), rows: [] };
  const size = status.nodes.length;
  const grid = gridOf(view, status, cellWidthFor(view, size, width));
  const { rows: senders, columns } = windowOf(view, size, grid.cellWidth, width, height - 1);
  const rows = senders.map(
    (from): Row => [
      label(status, from, LABEL_WIDTH - 1, state.focus === 'links' && link.from === from),
      span(' '),
      ...columns.flatMap(to => cellSpans(view, grid, from, to)),
    ],
  );
  const hasDetail = rows.length < height - 1;
  const selected = `${link.from}${glyphs.arrow}${link.to}`;
  const value = probability(status.links[link.from * size + link.to]?.faults.drop ?? 0);
  return {
    title: titleOf(view, grid.scale),
    note: hasDetail || state.focus !== 'links' ? [] : [span(`${selected} ${value}`, 'focus')],
    rows: [
      headRow(view, status, columns, grid.cellWidth),
      ...rows,
      ...(hasDetail ? [[span(linkDetail(view, status), 'dim')]] : []),
    ],
  };
};

/** Zoomed, cells are as wide as the screen allows. */
function cellWidthFor(view: View, size: number, width: number): number {
  const room = width - LABEL_WIDTH;
  if (view.state.zoomed) return Math.max(1, Math.min(6, Math.floor(room / size)));
  const wanted = linkCellWidth(view.state.columns, size);
  return Math.max(1, Math.min(wanted, Math.floor(room / Math.min(size, 10))));
}

function range(first: number, end: number): number[] {
  return Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index);
}
