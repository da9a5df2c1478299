/**
 * Who was what over the last minute or two: elections, failures and times without a leader at a glance.
 *
 * @module
 */
import { type Row, type Span, span } from '../rows.js';
import { type Activity, type Sample, STEP_MS } from '../samples.js';
import { fit } from '../text.js';
import { PANEL_TITLES, type PanelDrawer, type View, windowStart } from '../view.js';
import { mergeSpans } from './log.js';
import { lookOf } from './node-look.js';

const LABEL_WIDTH = 4;
const TICK_SECONDS = 10;

function cell(activity: Activity | undefined, view: View): Span {
  if (activity === undefined) return span(' ');
  if (activity === 'follower') return span(view.glyphs.line, 'border');
  const look = lookOf(activity);
  return span(view.glyphs[look.glyph], look.style);
}

/** `-30s` under every tenth second, counted from the right end, which is now. */
function axis(count: number): string {
  const cells = new Array<string>(count).fill(' ');
  const perTick = (TICK_SECONDS * 1000) / STEP_MS;
  for (let back = perTick; back < count; back += perTick) {
    const name = `-${(back * STEP_MS) / 1000}s`;
    const at = count - 1 - back;
    [...name].forEach((character, offset) => {
      cells[at + offset] = character;
    });
  }
  'now'.split('').forEach((character, offset) => {
    cells[count - 3 + offset] = character;
  });
  return cells.join('');
}

/** One cell a step: the leader's number modulo ten, or a gap. */
function leaderCells(samples: readonly Sample[], view: View): Span[] {
  return samples.map(sample =>
    sample.leader === null
      ? span(view.theme.ascii ? '!' : view.glyphs.gap, 'bad')
      : span(String(sample.leader % 10), 'leader'),
  );
}

export const drawRoles: PanelDrawer = (view, width, height) => {
  const { status, samples, node: selected } = view.state;
  const title: Row = [span(PANEL_TITLES.roles, 'bold')];
  const count = width - LABEL_WIDTH;
  if (status === null || count < 10) return { title, rows: [] };
  const shown = samples.slice(-count);
  const lead = span(' '.repeat(count - shown.length));
  const room = Math.max(1, height - 1);
  const isTight = room < status.nodes.length + 1;
  const start = windowStart(selected, status.nodes.length, isTight ? room : room - 1);
  const end = start + (isTight ? room : room - 1);
  const rows = status.nodes.slice(start, end).map((node): Row => {
    const name = span(fit(`n${node.node}`, LABEL_WIDTH), node.node === selected ? 'focus' : 'plain');
    const cells = shown.map(sample => cell(sample.activities[node.node], view));
    return [name, lead, ...mergeSpans(cells)];
  });
  const leaders: Row = [span(fit('led', LABEL_WIDTH), 'dim'), lead, ...mergeSpans(leaderCells(shown, view))];
  const gaps = shown.filter(sample => sample.leader === null).length;
  const elections = new Set(shown.map(sample => sample.term)).size - 1;
  const summary = `new terms: ${Math.max(0, elections)}, ${(gaps * STEP_MS) / 1000}s leaderless`;
  return {
    title,
    note: [span(summary, gaps > 0 ? 'warning' : 'dim')],
    rows: [[span(' '.repeat(LABEL_WIDTH)), span(axis(count), 'dim')], ...rows, ...(isTight ? [] : [leaders])],
  };
};
