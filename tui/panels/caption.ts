/**
 * The caption of the guided tour, under the panels: what to watch, and what came of it.
 *
 * @module
 */
import { type Row, span } from '../rows.js';
import type { State } from '../state.js';
import { asciiText, wrap } from '../text.js';
import type { TourView } from '../tour/tour.js';
import { boxedRows, FRAME_HEIGHT, FRAME_WIDTH, type View } from '../view.js';

const MAX_TEXT_WIDTH = 100;
/** Room for the longest caption at 80 columns. */
const TEXT_ROWS = 4;
const SMALL_TEXT_ROWS = 3;
const SMALL_SCREEN_ROWS = 22;

/** Rows the caption takes; 0: there is none. */
export function captionHeight({ tour, rows, columns }: State): number {
  if (tour === null) return 0;
  const isSmall = rows < SMALL_SCREEN_ROWS || columns >= MAX_TEXT_WIDTH;
  return (isSmall ? SMALL_TEXT_ROWS : TEXT_ROWS) + FRAME_HEIGHT;
}

function outcomeRow(tour: TourView, view: View): Row {
  const { ok, failed, starting } = view.glyphs;
  switch (tour.state) {
    case 'acting':
      return [span(`${starting} `, 'dim'), span('happening now', 'dim')];
    case 'seen':
      return [
        span(`${ok} `, 'good'),
        span(tour.auto ? 'seen; goes on by itself' : 'seen; n for the next step', 'dim'),
      ];
    case 'reached':
      return [span(`${ok} ${tour.outcome}`, 'good')];
    case 'failed':
      return [span(`${failed} ${tour.outcome}`, 'bad')];
  }
}

export function drawCaption(view: View, width: number, height: number): readonly Row[] {
  const { tour } = view.state;
  if (tour === null) return [];
  const inside = width - FRAME_WIDTH;
  const room = height - FRAME_HEIGHT;
  const caption = view.theme.ascii ? asciiText(tour.caption) : tour.caption;
  const lines = wrap(caption, Math.min(inside, MAX_TEXT_WIDTH + 20)).slice(0, room - 1);
  const rows: Row[] = lines.map((line): Row => [span(line, 'bold')]);
  while (rows.length < room - 1) rows.push([]);
  const title: Row = [
    span(`Tour ${tour.scene}/${tour.scenes} `, 'accent'),
    span(tour.title, 'bold'),
    span(`  step ${tour.step} of ${tour.steps}`, 'dim'),
  ];
  return boxedRows(title, [...rows, outcomeRow(tour, view)], width, height, view.glyphs);
}
