/**
 * What happened, newest at the bottom: reports of the cluster, and commands with their answers.
 *
 * @module
 */
import { type EventLine, type EventLineKind, selectedEvent, selectLines } from '../event-lines.js';
import { clockTime } from '../format.js';
import { type Row, type Span, span, spread } from '../rows.js';
import { fit } from '../text.js';
import type { StyleName } from '../theme.js';
import { PANEL_TITLES, type PanelDrawer, type View, windowStart } from '../view.js';

const KIND_STYLES: Readonly<Record<EventLineKind, StyleName>> = {
  election: 'candidate',
  leader: 'leader',
  'step-down': 'warning',
  vote: 'dim',
  crash: 'bad',
  restart: 'good',
  fault: 'warning',
  command: 'accent',
  snapshot: 'dim',
  membership: 'accent',
  kv: 'plain',
  alarm: 'bad',
  you: 'bold',
};

function answerSpans(line: EventLine, view: View): Span[] {
  if (line.kind !== 'you') return [];
  if (line.outcome === null) return [span(` ${view.glyphs.starting}`, 'dim')];
  const isDone = line.outcome === 'done';
  const mark = isDone ? view.glyphs.ok : view.glyphs.failed;
  return [span(`  ${mark} ${line.answer}`, isDone ? 'good' : 'bad')];
}

function eventRow(line: EventLine, view: View, width: number, selected: EventLine | null): Row {
  const time = clockTime(line.atMs);
  const shownTime = width >= 60 ? time : time.slice(0, 8);
  const who = line.kind === 'you' ? 'you' : line.node === null ? '' : `n${line.node}`;
  const isFound = view.state.foundEvent === line.id;
  const isSelected = view.state.focus === 'events' && selected?.id === line.id;
  const kind: Span[] =
    width >= 90 ? [span(`${fit(line.kind === 'you' ? 'command' : line.kind, 10)} `, 'dim')] : [];
  return [
    span(isFound || isSelected ? view.glyphs.selected : ' ', 'focus'),
    span(`${shownTime} `, 'dim'),
    span(fit(who, 4), line.node === view.state.node ? 'focus' : 'plain'),
    ...kind,
    { text: line.text, style: KIND_STYLES[line.kind], inverse: isFound },
    ...answerSpans(line, view),
  ];
}

/** What limits the lines shown, for the title. */
function queryText(view: View): string {
  const { query } = view.state;
  const parts = [
    query.filter,
    query.node === null ? '' : `n${query.node}`,
    query.text === '' ? '' : `/${query.text}`,
  ];
  return parts.filter(Boolean).join(' ');
}

export const drawEvents: PanelDrawer = (view, width, height) => {
  const { events, query, eventScroll } = view.state;
  const lines = selectLines(events.lines, query);
  const start = windowStart(lines.length - 1 - eventScroll, lines.length, height);
  const shown = lines.slice(start, start + height);
  const below = lines.length - start - shown.length;
  const selected = selectedEvent(view.state);
  return {
    title: [span(PANEL_TITLES.events, 'bold'), span(` ${queryText(view)}`, 'dim')],
    note: below > 0 ? [span(`${below} newer below`, 'accent')] : [],
    rows: shown.map(line => spread(eventRow(line, view, width, selected), [], width)),
  };
};
