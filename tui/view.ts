/**
 * What a panel is given to draw from, and how its frame looks.
 *
 * @module
 */
import { fitRow, fitRows, type Row, rowWidth, type Span, span } from './rows.js';
import type { PanelId, State } from './state.js';
import { fit, textWidth } from './text.js';
import type { Glyphs, StyleName, Theme } from './theme.js';

export interface View {
  readonly state: State;
  readonly theme: Theme;
  readonly glyphs: Glyphs;
}

export interface PanelContent {
  readonly title: Row;
  /** At the right end of the upper edge. */
  readonly note?: Row;
  readonly rows: readonly Row[];
}

/** Draws what is inside a frame: `width` and `height` are those of the inside, margins taken off. */
export type PanelDrawer = (view: View, width: number, height: number) => PanelContent;

/** Cells a frame takes from the width: two edges, two margins. */
export const FRAME_WIDTH = 4;
export const FRAME_HEIGHT = 2;

export interface FrameOptions {
  readonly width: number;
  readonly height: number;
  readonly focused: boolean;
  /** The digit that focuses the panel. */
  readonly digit: string;
}

/** The content within its frame: heavy lines when focused, so that focus shows without colour. */
export function frame(content: PanelContent, options: FrameOptions, glyphs: Glyphs): Row[] {
  const { width, height, focused } = options;
  const edges = focused ? glyphs.heavy : glyphs.light;
  const [topLeft = '', topRight = '', bottomLeft = '', bottomRight = '', flat = '', side = ''] = edges;
  const style: StyleName = focused ? 'focus' : 'border';
  const whole: Row = [span(`${topLeft}${flat} `, style), ...content.title, span(' ', style)];
  const note: Span[] =
    content.note && rowWidth(content.note) > 0 ? [span(' '), ...content.note, span(' ')] : [];
  const digit = span(` ${options.digit} ${flat}${topRight}`, style);
  let right: Span[] = [...note, digit];
  if (rowWidth(whole) + rowWidth(right) > width) right = [digit];
  const room = width - rowWidth(right);
  const title = rowWidth(whole) > room ? fitRow(whole, room) : whole;
  const gap = Math.max(0, width - rowWidth(title) - rowWidth(right));
  const top: Row = [...title, span(flat.repeat(gap), style), ...right];
  const inside = fitRows(content.rows, width - FRAME_WIDTH, height - FRAME_HEIGHT);
  return [
    top,
    ...inside.map((row): Row => [span(`${side} `, style), ...row, span(` ${side}`, style)]),
    [span(bottomLeft + flat.repeat(width - 2) + bottomRight, style)],
  ];
}

export const PANEL_TITLES: Readonly<Record<PanelId, string>> = {
  nodes: 'Nodes',
  links: 'Links',
  events: 'Events',
  log: 'Log',
  roles: 'Roles over time',
  load: 'Load',
  store: 'Keys',
  session: 'Session',
  messages: 'Messages',
};

/** Box of text over the panels: padded to its full width, since what lies under empty cells would show through. */
export function boxed(
  title: string,
  rows: readonly Row[],
  width: number,
  height: number,
  glyphs: Glyphs,
): Row[] {
  const [topLeft = '', topRight = '', bottomLeft = '', bottomRight = '', flat = '', side = ''] = glyphs.heavy;
  const head = ` ${fit(title, Math.min(textWidth(title), width - 6), glyphs.ellipsis)} `;
  const top = topLeft + flat + head + flat.repeat(Math.max(0, width - 3 - textWidth(head))) + topRight;
  return [
    [span(top, 'focus')],
    ...fitRows(rows, width - FRAME_WIDTH, height - FRAME_HEIGHT).map(
      (row): Row => [span(`${side} `, 'focus'), ...row, span(` ${side}`, 'focus')],
    ),
    [span(bottomLeft + flat.repeat(width - 2) + bottomRight, 'focus')],
  ];
}

/** A light box whose title has styles. */
export function boxedRows(
  title: Row,
  rows: readonly Row[],
  width: number,
  height: number,
  glyphs: Glyphs,
): Row[] {
  const [topLeft = '', topRight = '', bottomLeft = '', bottomRight = '', flat = '', side = ''] = glyphs.light;
  const head = fitRow(title, Math.min(rowWidth(title), width - 6));
  const gap = Math.max(0, width - 5 - rowWidth(head));
  return [
    [span(`${topLeft}${flat} `, 'accent'), ...head, span(` ${flat.repeat(gap)}${topRight}`, 'accent')],
    ...fitRows(rows, width - FRAME_WIDTH, height - FRAME_HEIGHT).map(
      (row): Row => [span(`${side} `, 'accent'), ...row, span(` ${side}`, 'accent')],
    ),
    [span(bottomLeft + flat.repeat(width - 2) + bottomRight, 'accent')],
  ];
}

/** The first row to show so that `selected` is visible: the window moves only when it must. */
export function windowStart(selected: number, total: number, height: number): number {
  if (total <= height) return 0;
  return Math.min(Math.max(0, selected - Math.floor(height / 2)), total - height);
}
