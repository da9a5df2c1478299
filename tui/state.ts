/**
 * Everything the screen depends on, as one immutable value.
 *
 * @module
 */
import type { ClusterStatus } from '../src/runtime/status.js';
import { type CommandHistory, historyOf } from './command-history.js';
import { type EventLines, type EventQuery, NO_EVENTS } from './event-lines.js';
import type { EntryAt } from './explain-entry.js';
import { EMPTY_LINE, type Line } from './line-editor.js';
import type { LinkRates } from './link-rates.js';
import type { LiveView } from './live/live-check.js';
import type { LinkMessages, MessageFilter } from './messages.js';
import { NO_PICTURE } from './picture.js';
import type { ReplayView } from './replay/replay.js';
import type { Sample } from './samples.js';
import type { ScriptView } from './script-session.js';
import type { StoreView } from './store-browser.js';
import type { TourView } from './tour/tour.js';

/** In the order of the digits that focus them. */
export const PANELS = [
  'nodes',
  'links',
  'events',
  'log',
  'roles',
  'load',
  'store',
  'session',
  'messages',
] as const;
export type PanelId = (typeof PANELS)[number];

export const LINK_METRICS = ['loss', 'delay', 'drops', 'messages'] as const;
export type LinkMetric = (typeof LINK_METRICS)[number];

export interface LinkAt {
  readonly from: number;
  readonly to: number;
}

export type Phase =
  | { readonly kind: 'starting' }
  | { readonly kind: 'running' }
  | { readonly kind: 'stopping' }
  | { readonly kind: 'failed'; readonly reason: string };

/** What the next keys go to. */
export type Mode =
  | { readonly kind: 'panels' }
  | { readonly kind: 'prompt' }
  /** Backward search in the history; `position` is the match shown, in the history's lines. */
  | { readonly kind: 'reverse-search'; readonly query: string; readonly position: number }
  | { readonly kind: 'search'; readonly line: Line }
  /** Waits for `y`; `lines` are the commands that `y` sends, none of them: quit. */
  | { readonly kind: 'confirm'; readonly question: string; readonly lines: readonly string[] }
  | { readonly kind: 'help'; readonly scroll: number }
  | {
      readonly kind: 'text';
      readonly title: string;
      readonly lines: readonly string[];
      readonly scroll: number;
      readonly fromPrompt: boolean;
      /** The entry it explains: what it holds is told later. */
      readonly entry?: EntryAt;
    };

export interface Toast {
  readonly kind: 'good' | 'bad' | 'note';
  /** The command it answers; empty: none. */
  readonly line: string;
  readonly text: string;
}

interface Completing {
  readonly start: number;
  readonly words: readonly string[];
  readonly at: number;
  readonly line: Line;
}

/** What opened the program, for the header. */
export interface SessionFacts {
  /** `memory`, a data directory, or the address of the cluster attached to. */
  readonly store: string;
  readonly nodes: number;
  readonly version: string;
}

/** What the snapshots have brought, apart from events. */
export interface Picture {
  /** The newest snapshot; null before the first. */
  readonly status: ClusterStatus | null;
  readonly samples: readonly Sample[];
  readonly rates: LinkRates | null;
  /** When the leader took over, or when there was none any more; milliseconds since the epoch. */
  readonly leaderSinceMs: number;
}

/** What goes on beside the cluster itself. */
export interface Activities {
  readonly tour: TourView | null;
  /** The background load that is checked. */
  readonly check: LiveView | null;
  readonly script: ScriptView | null;
  /** What the key browser shows; null: it has not been looked at. */
  readonly store: StoreView | null;
  /** Those of the link whose messages are looked at; null: they have not been. */
  readonly messages: LinkMessages | null;
  /** Where in a recording; null: this is a live cluster. */
  readonly replay: ReplayPosition | null;
}

export interface ReplayPosition extends ReplayView {
  /** Seconds of the recording in a second. */
  readonly speed: number;
}

const NO_ACTIVITIES: Activities = {
  tour: null,
  check: null,
  script: null,
  store: null,
  messages: null,
  replay: null,
};

export interface State extends Picture, Activities {
  readonly facts: SessionFacts;
  readonly columns: number;
  readonly rows: number;
  readonly phase: Phase;
  /** While frozen the picture shown stays and `live` goes on; otherwise they are the same. */
  readonly frozen: boolean;
  readonly live: Picture;
  readonly events: EventLines;

  readonly mode: Mode;
  readonly focus: PanelId;
  readonly zoomed: boolean;
  readonly node: number;
  /** The selected line of the key browser. */
  readonly storeScroll: number;
  readonly link: LinkAt;
  /** The selected column of the log panel; null: the end of the selected node's log. */
  readonly entry: number | null;
  /** The selected message, by its sequence; null: the newest. */
  readonly message: number | null;
  readonly messageFilter: MessageFilter;
  readonly metric: LinkMetric;
  readonly mouse: boolean;
  /** Edits in the matrix go to both directions. */
  readonly symmetric: boolean;
  /** Commands that undo the edits made with keys, newest last, one entry an edit. */
  readonly undo: readonly (readonly string[])[];
  readonly query: EventQuery;
  /** Lines above the newest one shown in the event panel; 0 follows. */
  readonly eventScroll: number;
  /** The line the last search found; null: none. */
  readonly foundEvent: number | null;
  readonly search: string;
  readonly line: Line;
  /** While Tab goes through possibilities: which one stands in `line`; another line means that it is over. */
  readonly completion: Completing | null;
  readonly history: CommandHistory;
  readonly toast: Toast | null;
  /** Commands sent and not answered yet. */
  readonly running: number;
}

export interface InitialState {
  readonly facts: SessionFacts;
  readonly columns: number;
  readonly rows: number;
  readonly history?: readonly string[];
}

export function initialState({ facts, columns, rows, history = [] }: InitialState): State {
  return {
    facts,
    columns,
    rows,
    phase: { kind: 'starting' },
    ...NO_PICTURE,
    ...NO_ACTIVITIES,
    frozen: false,
    live: NO_PICTURE,
    events: NO_EVENTS,
    mode: { kind: 'panels' },
    focus: 'nodes',
    zoomed: false,
    node: 0,
    storeScroll: 0,
    link: { from: 0, to: 1 },
    entry: null,
    message: null,
    messageFilter: 'all',
    metric: 'loss',
    mouse: false,
    symmetric: false,
    undo: [],
    query: { filter: 'all', text: '', node: null },
    eventScroll: 0,
    foundEvent: null,
    search: '',
    line: EMPTY_LINE,
    completion: null,
    history: historyOf(history),
    toast: null,
    running: 0,
  };
}
