/**
 * The last messages between two nodes, both ways: what they say, and what became of each.
 *
 * @module
 */
import { clockTime } from '../format.js';
import {
  fateText,
  isLost,
  messageText,
  numberOf,
  type SeenMessage,
  selectedMessage,
  shownMessages,
} from '../messages.js';
import { type Row, rowWidth, type Span, span } from '../rows.js';
import { fit } from '../text.js';
import type { StyleName } from '../theme.js';
import { PANEL_TITLES, type PanelDrawer, type View, windowStart } from '../view.js';

const TIME_WIDTH = 13;
const LINK_WIDTH = 6;
const KIND_WIDTH = 19;
const TERM_WIDTH = 9;
/** Narrower, the term gives way. */
const ROOMY_WIDTH = 90;
const FATE_WIDTH = 20;

function kindStyle(kind: string): StyleName {
  if (kind.startsWith('Heartbeat')) return 'dim';
  if (kind.startsWith('RequestVote') || kind.startsWith('PreVote')) return 'candidate';
  return kind.startsWith('Append') ? 'plain' : 'accent';
}

function fateStyle(message: SeenMessage): StyleName {
  if (isLost(message)) return 'bad';
  return message.fate === 'held' ? 'warning' : 'dim';
}

function messageRow(message: SeenMessage, view: View, width: number): Row {
  const { state, glyphs } = view;
  const isSelected = selectedMessage(state)?.sequence === message.sequence;
  const { kind, from, to } = message;
  const mark = isLost(message) ? `${glyphs.failed} ` : message.fate === 'held' ? `${glyphs.starting} ` : '  ';
  const term: readonly Span[] =
    width < ROOMY_WIDTH ? [] : [span(fit(`term ${numberOf(message, 'term')}`, TERM_WIDTH), 'dim')];
  const room = width - 1 - TIME_WIDTH - LINK_WIDTH - KIND_WIDTH - rowWidth(term) - FATE_WIDTH - 2;
  return [
    span(isSelected ? glyphs.selected : ' ', 'focus'),
    span(fit(clockTime((state.messages?.epochMs ?? 0) + message.atMs), TIME_WIDTH), 'dim'),
    span(fit(`${from}${glyphs.arrow}${to}`, LINK_WIDTH), isSelected ? 'focus' : 'plain'),
    span(fit(kind, KIND_WIDTH), kindStyle(kind)),
    ...term,
    span(`${fit(messageText(message), Math.max(1, room))} `),
    span(mark + fit(fateText(message), FATE_WIDTH - 2), fateStyle(message)),
  ];
}

function emptyText({ state }: View): string {
  if (state.replay !== null) return 'a recording does not hold messages';
  if (state.messages === null) return 'reading …';
  if (state.messages.problem !== '') return state.messages.problem;
  const leader = state.status?.leader ?? null;
  const { from, to } = state.link;
  if (state.messageFilter === 'all' && leader !== null && leader !== from && leader !== to) {
    return 'no message so far: followers talk to the leader, and to each other only for elections';
  }
  return state.messageFilter === 'all'
    ? 'no message so far'
    : `no message so far that is ${state.messageFilter}`;
}

export const drawMessages: PanelDrawer = (view, width, height) => {
  const { state, glyphs } = view;
  const { from, to } = state.link;
  const shown = shownMessages(state);
  const title: Row = [
    span(PANEL_TITLES.messages, 'bold'),
    span(` ${from}${glyphs.arrow}${to} and ${to}${glyphs.arrow}${from}`, 'accent'),
    span(` ${state.messageFilter}`, 'dim'),
  ];
  if (shown.length === 0) return { title, rows: [[span(` ${emptyText(view)}`, 'dim')]] };
  const selected = selectedMessage(state);
  const at = shown.findIndex(({ sequence }) => sequence === selected?.sequence);
  const start =
    state.message === null ? Math.max(0, shown.length - height) : windowStart(at, shown.length, height);
  const note: Row = state.message === null ? [] : [span('held; G goes on with the newest', 'accent')];
  return {
    title,
    note,
    rows: shown.slice(start, start + height).map(message => messageRow(message, view, width)),
  };
};
