/**
 * The links as a matrix: row = sender, column = receiver. The digit is the value, the colour only repeats it.
 *
 * @module
 */
import type { ClusterStatus, LinkStatus } from '../../src/runtime/status.js';
import { compact, grouped, probability } from '../format.js';
import { linkCellWidth } from '../layout.js';
import type { LinkRate } from '../link-rates.js';
import { type Row, type Span, span, spread } from '../rows.js';
import type { LinkMetric } from '../state.js';
import { fitRight } from '../text.js';
import type { Glyphs, StyleName } from '../theme.js';
import { PANEL_TITLES, type PanelDrawer, type View, windowStart } from '../view.js';

interface Shown {
  readonly text: string;
  readonly style: StyleName;
}

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

/** A number in a cell of `width`: capped, since `9` in one cell means nine or more. */
function amount(value: number, width: number, highest: number, glyphs: Glyphs): Shown {
  if (value === 0) return { text: glyphs.none, style: 'dim' };
  const most = 10 ** Math.max(1, width - 1) - 1;
  return { text: value > most ? compactTo(value, width - 1) : String(value), style: heat(value / highest) };
}

function compactTo(value: number, width: number): string {
  const short = compact(value);
  const thousands = `${Math.round(value / 1000)}k`;
  if (short.length <= width) return short;
  return thousands.length <= width && value >= 1000 ? thousands : '+';
}

function cellOf(view: View, link: LinkStatus, rate: LinkRate, width: number): Shown {
  const { metric } = view.state;
  switch (metric) {
    case 'loss':
      return lossOf(link, width, view.glyphs);
    case 'delay':
      return amount(link.faults.delayMs + link.faults.jitterMs, width, 200, view.glyphs);
    case 'drops':
      return amount(rate.droppedPerSecond, width, 50, view.glyphs);
    case 'messages':
      return amount(rate.messagesPerSecond, width, 500, view.glyphs);
  }
}

function cellSpans(view: View, status: ClusterStatus, from: number, to: number, width: number): Span[] {
  const { state, glyphs } = view;
  const index = from * status.nodes.length + to;
  const link = status.links[index];
  const isSelected = state.link.from === from && state.link.to === to && state.focus === 'links';
  const rate = state.rates?.rates[index] ?? NO_RATE;
  let shown: Shown = { text: glyphs.self, style: 'border' };
  if (from !== to && link !== undefined) shown = cellOf(view, link, rate, width);
  const padded = fitRight(shown.text, width);
  if (isSelected) return [{ text: padded, style: shown.style, inverse: true }];
  const lead = padded.slice(0, padded.length - shown.text.length);
  const flashes = rate.isDropping && link !== undefined && link.faults.drop < 1;
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
export function linkDetail(view: View, status: ClusterStatus): string {
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

export const drawLinks: PanelDrawer = (view, width, height) => {
  const { state, glyphs } = view;
  const { status, link } = state;
  const title: Row = [
    span(PANEL_TITLES.links, 'bold'),
    span(` ${METRIC_TITLES[state.metric]}`, 'dim'),
    ...(state.symmetric ? [span(` ${glyphs.arrow}both`, 'accent')] : []),
  ];
  if (status === null) return { title, rows: [] };
  const size = status.nodes.length;
  const cellWidth = state.zoomed
    ? Math.max(1, Math.min(5, Math.floor((width - 3) / size)))
    : cellWidthFor(view, size, width);
  const roomDown = height - 1;
  const roomAcross = Math.floor((width - 3) / cellWidth);
  const firstRow = windowStart(link.from, size, roomDown);
  const firstColumn = windowStart(link.to, size, roomAcross);
  const columns = range(firstColumn, Math.min(size, firstColumn + roomAcross));
  const rows = range(firstRow, Math.min(size, firstRow + roomDown)).map(
    (from): Row => [
      label(status, from, 2, state.focus === 'links' && link.from === from),
      span(' '),
      ...columns.flatMap(to => cellSpans(view, status, from, to, cellWidth)),
    ],
  );
  const hasDetail = rows.length < roomDown;
  const selected = `${link.from}${glyphs.arrow}${link.to}`;
  const value = probability(status.links[link.from * size + link.to]?.faults.drop ?? 0);
  return {
    title,
    note: hasDetail || state.focus !== 'links' ? [] : [span(`${selected} ${value}`, 'focus')],
    rows: [
      headRow(view, status, columns, cellWidth),
      ...rows,
      ...(hasDetail ? [spread([span(linkDetail(view, status), 'dim')], [], width)] : []),
    ],
  };
};

function cellWidthFor(view: View, size: number, width: number): number {
  const wanted = linkCellWidth(view.state.columns, size);
  return Math.max(1, Math.min(wanted, Math.floor((width - 3) / Math.min(size, 10))));
}

function range(first: number, end: number): number[] {
  return Array.from({ length: Math.max(0, end - first) }, (_, index) => first + index);
}
