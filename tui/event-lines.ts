/**
 * The lines of the event panel: what the cluster reports, and what was asked of it from here with the answer.
 *
 * @module
 */
import type { ClusterEvent, ClusterEventKind, ClusterStatus } from '../src/runtime/status.js';
import type { State } from './state.js';
import { printable } from './text.js';

export type EventLineKind = ClusterEventKind | 'you';

export interface EventLine {
  readonly id: number;
  readonly atMs: number;
  readonly kind: EventLineKind;
  readonly node: number | null;
  /** Printable. */
  readonly text: string;
  /** Of a command from here: how it went; null while it runs, and for reports. */
  readonly outcome: 'done' | 'failed' | null;
  /** Of a command from here: the answer in one line. */
  readonly answer: string;
}

export interface EventLines {
  readonly lines: readonly EventLine[];
  readonly nextId: number;
  /** Sequence number of the newest cluster event taken in. */
  readonly seen: number;
}

/** Older lines are forgotten. */
export const MAX_EVENT_LINES = 1000;

export const NO_EVENTS: EventLines = { lines: [], nextId: 1, seen: 0 };

function keep(lines: readonly EventLine[]): readonly EventLine[] {
  return lines.length > MAX_EVENT_LINES ? lines.slice(-MAX_EVENT_LINES) : lines;
}

function oneLine(text: string): string {
  const [first = '', ...more] = text.split('\n');
  return printable(first) + (more.length > 0 ? ` (+${more.length} lines)` : '');
}

function lineOf(event: ClusterEvent, id: number): EventLine {
  return {
    id,
    atMs: event.atMs,
    kind: event.kind,
    node: event.node,
    text: oneLine(event.text),
    outcome: null,
    answer: '',
  };
}

/** True for an event that only repeats a command of this terminal, which has a line with its answer already. */
function isEcho(event: ClusterEvent): boolean {
  return (
    (event.kind === 'command' || event.kind === 'kv' || event.kind === 'fault') &&
    event.text.startsWith('tui: ')
  );
}

/** Takes in the events that are newer than those seen, and says when some were missed. */
export function addClusterEvents(events: EventLines, status: ClusterStatus): EventLines {
  const fresh = status.events.filter(event => event.sequence > events.seen);
  const [oldest] = fresh;
  const newest = fresh.at(-1);
  if (oldest === undefined || newest === undefined) return events;
  let { nextId } = events;
  const added: EventLine[] = [];
  const missed = events.seen > 0 ? oldest.sequence - events.seen - 1 : 0;
  if (missed > 0) {
    const text = `${missed} events were too many to show`;
    added.push({ ...lineOf(oldest, nextId++), kind: 'alarm', node: null, text });
  }
  for (const event of fresh) if (!isEcho(event)) added.push(lineOf(event, nextId++));
  return { lines: keep([...events.lines, ...added]), nextId, seen: newest.sequence };
}

/** More of a line is not kept: values may be long. */
const MAX_LINE_SHOWN = 300;

/** The beginning of a command line, printable. */
export function shownLine(line: string): string {
  return printable(line.slice(0, MAX_LINE_SHOWN)) + (line.length > MAX_LINE_SHOWN ? '…' : '');
}

/** The line of a command that was just sent. Its id is `nextId` of the events given. */
export function addCommand(events: EventLines, line: string, atMs: number): EventLines {
  const added: EventLine = {
    id: events.nextId,
    atMs,
    kind: 'you',
    node: null,
    text: shownLine(line),
    outcome: null,
    answer: '',
  };
  return { ...events, lines: keep([...events.lines, added]), nextId: events.nextId + 1 };
}

export function answerCommand(
  events: EventLines,
  id: number,
  outcome: 'done' | 'failed',
  answer: string,
): EventLines {
  const lines = events.lines.map(line =>
    line.id === id ? { ...line, outcome, answer: oneLine(answer) } : line,
  );
  return { ...events, lines };
}

export const EVENT_FILTERS = ['all', 'elections', 'faults', 'commands', 'trouble'] as const;
type EventFilter = (typeof EVENT_FILTERS)[number];

const FILTER_KINDS: Readonly<Record<Exclude<EventFilter, 'all'>, readonly EventLineKind[]>> = {
  elections: ['election', 'leader', 'step-down', 'vote', 'membership'],
  faults: ['crash', 'restart', 'fault', 'snapshot'],
  commands: ['you', 'command', 'kv'],
  trouble: ['crash', 'alarm', 'step-down'],
};

export interface EventQuery {
  readonly filter: EventFilter;
  /** Shown are lines that contain this, or with a leading `!` those that do not; case does not matter. */
  readonly text: string;
  /** Only lines of this node; null: all. */
  readonly node: number | null;
}

export function searchText(line: EventLine): string {
  return `${line.node === null ? '' : `n${line.node} `}${line.kind} ${line.text} ${line.answer}`.toLowerCase();
}

export function selectLines(lines: readonly EventLine[], query: EventQuery): readonly EventLine[] {
  const inverted = query.text.startsWith('!');
  const wanted = (inverted ? query.text.slice(1) : query.text).toLowerCase();
  if (query.filter === 'all' && wanted === '' && query.node === null) return lines;
  return lines.filter(line => {
    if (query.filter !== 'all') {
      const isWanted = FILTER_KINDS[query.filter].includes(line.kind);
      if (!isWanted && !(query.filter === 'trouble' && line.outcome === 'failed')) return false;
    }
    if (query.node !== null && line.node !== query.node) return false;
    return wanted === '' || searchText(line).includes(wanted) !== inverted;
  });
}

/** The line the search has found, or the one the panel has selected; null: there is none. */
export function selectedEvent({
  events,
  query,
  eventScroll,
  foundEvent,
}: Pick<State, 'events' | 'query' | 'eventScroll' | 'foundEvent'>): EventLine | null {
  const lines = selectLines(events.lines, query);
  return lines.find(line => line.id === foundEvent) ?? lines.at(-1 - eventScroll) ?? null;
}
