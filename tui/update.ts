/**
 * The program as a function: a state and something that happened give the next state, and what is to be done outside.
 *
 * @module
 */
import type { CommandResult } from '../src/runtime/handle.js';
import type { ClusterStatus } from '../src/runtime/status.js';
import { ACTIONS } from './actions.js';
import type { CommandLanguage } from './command-language.js';
import { addClusterEvents, answerCommand, type EventLines, selectLines, shownLine } from './event-lines.js';
import { type EntryAt, type EntryKnowledge, explainEntry } from './explain-entry.js';
import { latency } from './format.js';
import type { InputEvent, KeyPress } from './input.js';
import { bindingOf } from './keys.js';
import { mouseInput } from './mouse-input.js';
import { nextPicture } from './picture.js';
import { pasteText, promptKey, reverseSearchKey } from './prompt-input.js';
import { searchKey } from './search-input.js';
import type { Activities, Phase, Picture, ReplayPosition, State, Toast } from './state.js';
import { only, type Step, type Surroundings } from './step.js';
import { printable } from './text.js';

export type Happening =
  | { readonly kind: 'input'; readonly event: InputEvent; readonly nowMs: number }
  | { readonly kind: 'status'; readonly status: ClusterStatus }
  | {
      readonly kind: 'answer';
      readonly id: number;
      readonly line: string;
      readonly result: CommandResult;
      readonly elapsedMs: number;
    }
  | { readonly kind: 'size'; readonly columns: number; readonly rows: number }
  | { readonly kind: 'phase'; readonly phase: Phase }
  | { readonly kind: 'toast'; readonly toast: Toast }
  | { readonly kind: 'activity'; readonly changed: Partial<Activities> }
  /** What an entry holds was read, or could not be. */
  | { readonly kind: 'entry'; readonly at: EntryAt; readonly knowledge: EntryKnowledge }
  /** Another moment of a recording. */
  | {
      readonly kind: 'replayed';
      readonly picture: Picture;
      readonly events: EventLines;
      readonly replay: ReplayPosition;
    };

/**
 * Keys that read an answer opened over the prompt. Any other key closes it and belongs to the prompt again, so that
 * typing ahead and pasting lose nothing.
 */
const READING_KEYS: readonly string[] = [
  'up',
  'down',
  'page-up',
  'page-down',
  'home',
  'end',
  'escape',
  'ctrl-l',
  'ctrl-z',
];

function keyPressed(state: State, key: KeyPress, around: Surroundings): Step {
  switch (state.mode.kind) {
    case 'prompt':
      return promptKey(state, key, around);
    case 'reverse-search':
      return reverseSearchKey(state, key, around);
    case 'search':
      return only(searchKey(state, state.mode.line, key));
    case 'text':
      return state.mode.fromPrompt && !READING_KEYS.includes(key.name)
        ? promptKey({ ...state, mode: { kind: 'prompt' } }, key, around)
        : boundKey(state, key, around);
    case 'panels':
    case 'help':
    case 'confirm':
      return boundKey(state, key, around);
  }
}

function boundKey(state: State, key: KeyPress, around: Surroundings): Step {
  const binding = bindingOf(key.name, state);
  return binding === null ? only(state) : ACTIONS[binding.action](state, key.name, around);
}

/** Takes a new snapshot in. While frozen the picture on the screen stays; events are collected all the same. */
function takeStatus(state: State, status: ClusterStatus): State {
  const phase: Phase = state.phase.kind === 'starting' ? { kind: 'running' } : state.phase;
  const live = nextPicture(state.live, status);
  const events = addClusterEvents(state.events, status);
  const { eventScroll } = state;
  const added =
    eventScroll === 0
      ? 0
      : selectLines(events.lines, state.query).filter(({ id }) => id >= state.events.nextId).length;
  const taken: State = { ...state, phase, live, events, eventScroll: eventScroll + added };
  if (state.frozen) return taken;
  return { ...taken, ...live, node: Math.min(state.node, Math.max(0, status.nodes.length - 1)) };
}

/** Where a write or read stands in the log, for what `raftkv` answers about the store. */
function logPosition(result: CommandResult): string {
  if (result.kind !== 'done' || typeof result.data !== 'object' || result.data === null) return '';
  const { index, term, elapsedMs } = result.data as Readonly<Record<string, unknown>>;
  if (typeof elapsedMs !== 'number') return '';
  const parts = [
    typeof index === 'number' ? `index ${index}` : '',
    typeof term === 'number' ? `term ${term}` : '',
  ];
  return parts.map(part => (part === '' ? '' : `, ${part}`)).join('');
}

/** Long answers open in a window of their own, short ones stand in the result line. */
function takeAnswer(state: State, happening: Extract<Happening, { kind: 'answer' }>): State {
  const { result, line, id, elapsedMs } = happening;
  const isDone = result.kind === 'done';
  const text = result.text || (isDone ? 'ok' : 'failed');
  const lines = text.split('\n').map(printable);
  const more = lines.length > 1 ? ` (+${lines.length - 1} lines)` : '';
  const answer = `${lines[0] ?? ''}${more}${logPosition(result)}, ${latency(elapsedMs)}`;
  const toast: Toast = { kind: isDone ? 'good' : 'bad', line: shownLine(line), text: answer };
  const answered: State = {
    ...state,
    events: answerCommand(state.events, id, isDone ? 'done' : 'failed', answer),
    toast,
    running: Math.max(0, state.running - 1),
  };
  const { kind } = state.mode;
  const isIdle = kind === 'panels' || (kind === 'prompt' && state.line.text === '');
  if (lines.length === 1 || !isIdle || answered.running > 0) return answered;
  return {
    ...answered,
    mode: { kind: 'text', title: shownLine(line), lines, scroll: 0, fromPrompt: kind === 'prompt' },
  };
}

/** The window that waits for it may have been closed, or be another, by now. */
function takeEntry(state: State, at: EntryAt, knowledge: EntryKnowledge): State {
  const { mode, status } = state;
  if (mode.kind !== 'text' || status === null) return state;
  if (mode.entry?.node !== at.node || mode.entry.index !== at.index) return state;
  const text = explainEntry(at, status, knowledge);
  return text === null ? state : { ...state, mode: { ...mode, ...text } };
}

/** A scene that begins brings the panel it is seen in to the front. */
function takeActivity(state: State, changed: Partial<Activities>): State {
  const { tour } = changed;
  const begins =
    tour != null && tour.step === 1 && tour.state === 'acting' && tour.scene !== state.tour?.scene;
  if (changed.check?.verdict === 'not-linearizable' && state.check?.verdict !== 'not-linearizable') {
    const { proof, checked } = changed.check;
    const title = `Not linearizable: seen after ${checked} operations; the view is frozen`;
    return {
      ...state,
      ...changed,
      frozen: true,
      mode: { kind: 'text', title, lines: proof, scroll: 0, fromPrompt: false },
    };
  }
  // While a message is selected the list stands still.
  const isOther =
    changed.messages?.link.from !== state.messages?.link.from ||
    changed.messages?.link.to !== state.messages?.link.to;
  if (changed.messages != null && state.message !== null && !isOther) return state;
  return { ...state, ...changed, ...(begins ? { focus: tour.panel, zoomed: false } : {}) };
}

export function update(state: State, happening: Happening, language: CommandLanguage): Step {
  switch (happening.kind) {
    case 'input': {
      const around: Surroundings = { language, nowMs: happening.nowMs };
      const { event } = happening;
      if (event.kind === 'paste') return pasteText(state, event.text, around);
      return event.kind === 'mouse' ? mouseInput(state, event, around) : keyPressed(state, event, around);
    }
    case 'status':
      return only(takeStatus(state, happening.status));
    case 'answer':
      return only(takeAnswer(state, happening));
    case 'size':
      return only({ ...state, columns: happening.columns, rows: happening.rows });
    case 'phase':
      return only({ ...state, phase: happening.phase });
    case 'toast':
      return only({ ...state, toast: happening.toast });
    case 'replayed': {
      const { picture, events, replay } = happening;
      const phase: Phase = { kind: 'running' };
      return only({ ...state, ...picture, live: picture, events, replay, phase });
    }
    case 'activity':
      return only(takeActivity(state, happening.changed));
    case 'entry':
      return only(takeEntry(state, happening.at, happening.knowledge));
  }
}
