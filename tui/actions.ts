/**
 * What each key does. What changes the cluster goes out as a line of the command language, as if it had been typed.
 *
 * @module
 */
import { EVENT_FILTERS } from './event-lines.js';
import { explainSelection } from './explain.js';
import { entryHolders } from './explain-entry.js';
import { layoutFor } from './frame.js';
import type { ActionName } from './keys.js';
import { changeLoss, cutLink, toggleSymmetric, undoEdit } from './link-actions.js';
import { rememberMatrix } from './matrix-undo.js';
import { MESSAGE_FILTERS } from './messages.js';
import { heal, isolateNode, killLeader, killNode, onNode, pauseNode, reviveNode } from './node-actions.js';
import { findEvent, openSearch } from './search-input.js';
import { FAR, moveSelection } from './selection.js';
import { send } from './send.js';
import { LINK_METRICS, type Mode, PANELS, type State } from './state.js';
import { type ActionHandler, type Effect, only, type ReplayMove, type Step } from './step.js';

function withEffect(state: State, effect: Effect): Step {
  return { state, effects: [effect] };
}

/** The entry after (or before) the current one, round and round. */
function cycle<Item>(items: readonly Item[], current: Item, step: number): Item {
  const next = items[(items.indexOf(current) + step + items.length) % items.length];
  return next ?? current;
}

/** Panels on the screen, in their order; Tab goes only to these. */
function visiblePanels(state: State): readonly State['focus'][] {
  const { focus } = state;
  const layout = layoutFor({ ...state, focus: 'nodes', zoomed: false });
  if (layout.kind === 'too-small') return [focus];
  const placed = layout.bands.flatMap(band => (band.kind === 'panels' ? band.panels : []));
  return PANELS.filter(panel => placed.some(one => one.panel === panel));
}

function focusStep(step: 1 | -1): ActionHandler {
  return state => {
    const panels = state.zoomed ? PANELS : visiblePanels(state);
    return only({
      ...state,
      focus: panels.includes(state.focus) ? cycle(panels, state.focus, step) : (panels[0] ?? 'nodes'),
    });
  };
}

function move(down: number, right: number): ActionHandler {
  return state => only(moveSelection(state, down, right));
}

const HALF_PAGE = 8;

function closeOverlay(state: State): State {
  const isOverPrompt = state.mode.kind === 'text' && state.mode.fromPrompt;
  return { ...state, mode: { kind: isOverPrompt ? 'prompt' : 'panels' } };
}

const back: ActionHandler = state =>
  only({
    ...state,
    zoomed: false,
    search: '',
    foundEvent: null,
    eventScroll: 0,
    query: { filter: 'all', text: '', node: null },
  });

const freeze: ActionHandler = state =>
  only(state.frozen ? { ...state, ...state.live, frozen: false } : { ...state, frozen: true });

/** What an entry holds is asked for while the rest can be read already. */
const explain: ActionHandler = state => {
  const text = explainSelection(state);
  if (text === null) return only(state);
  const { entry, ...explanation } = text;
  const mode: Mode = {
    kind: 'text',
    ...explanation,
    scroll: 0,
    fromPrompt: false,
    ...(entry ? { entry } : {}),
  };
  const explained: State = { ...state, mode };
  if (entry === undefined || state.status === null) return only(explained);
  const nodes = entryHolders(entry, state.status);
  return withEffect(explained, { kind: 'read-entry', at: entry, nodes });
};

const answerYes: ActionHandler = (state, _key, around) => {
  if (state.mode.kind !== 'confirm') return only(state);
  const { lines } = state.mode;
  return lines.length === 0
    ? withEffect(closeOverlay(state), { kind: 'quit' })
    : send(lines.reduce(rememberMatrix, closeOverlay(state)), lines, around.nowMs);
};

/** Quitting ends the cluster: with commands still running it is asked first. */
const quit: ActionHandler = state => {
  if (state.running === 0) return withEffect(state, { kind: 'quit' });
  const question = `${state.running} commands still run. Quit and stop the cluster?`;
  return only({ ...state, mode: { kind: 'confirm', question, lines: [] } });
};

function replayMove(move: ReplayMove): ActionHandler {
  return state => withEffect(state, { kind: 'replay', move });
}

export const ACTIONS: Readonly<Record<ActionName, ActionHandler>> = {
  quit,
  interrupt: state => withEffect(state, { kind: 'quit' }),
  suspend: state => withEffect(state, { kind: 'suspend' }),
  repaint: state => withEffect(state, { kind: 'repaint' }),
  screenshot: state => withEffect(state, { kind: 'screenshot' }),
  help: state => only({ ...state, mode: { kind: 'help', scroll: 0 } }),
  prompt: state => only({ ...state, mode: { kind: 'prompt' } }),
  'focus-next': focusStep(1),
  'focus-previous': focusStep(-1),
  'focus-panel': (state, key) => only({ ...state, focus: PANELS[Number(key.slice(-1)) - 1] ?? state.focus }),
  zoom: state => only({ ...state, zoomed: !state.zoomed }),
  back,
  explain,
  freeze,
  up: move(-1, 0),
  down: move(1, 0),
  left: move(0, -1),
  right: move(0, 1),
  'page-up': move(-HALF_PAGE, 0),
  'page-down': move(HALF_PAGE, 0),
  first: move(-FAR, 0),
  last: move(FAR, 0),
  kill: killNode,
  revive: reviveNode,
  pause: pauseNode,
  isolate: isolateNode,
  rejoin: onNode(node => `heal ${node}`),
  transfer: onNode(node => `transfer ${node}`),
  snapshot: onNode(node => `snapshot ${node}`),
  'kill-leader': killLeader,
  heal,
  'loss-more': changeLoss(drop => drop + 0.1),
  'loss-less': changeLoss(drop => drop - 0.1),
  'loss-set': (state, key, around) => changeLoss(() => Number(key) / 10)(state, key, around),
  'loss-none': changeLoss(() => 0),
  'loss-cut': cutLink,
  symmetric: toggleSymmetric,
  metric: state => only({ ...state, metric: cycle(LINK_METRICS, state.metric, 1) }),
  undo: undoEdit,
  search: state => only(openSearch(state)),
  'search-next': state => only(findEvent(state, -1, state.foundEvent)),
  'search-previous': state => only(findEvent(state, 1, state.foundEvent)),
  'filter-kind': state => {
    const filter = cycle(EVENT_FILTERS, state.query.filter, 1);
    return only({ ...state, query: { ...state.query, filter }, eventScroll: 0 });
  },
  'filter-text': state => {
    const text = state.query.text === '' ? state.search : '';
    return only({ ...state, query: { ...state.query, text }, eventScroll: 0 });
  },
  'filter-node': state => {
    const node = state.query.node === null ? state.node : null;
    return only({ ...state, query: { ...state.query, node }, eventScroll: 0 });
  },
  'tour-next': state => withEffect(state, { kind: 'tour', move: 'next' }),
  'tour-back': state => withEffect(state, { kind: 'tour', move: 'back' }),
  'tour-auto': state => withEffect(state, { kind: 'tour', move: 'auto' }),
  'tour-stop': state => withEffect(state, { kind: 'tour', move: 'stop' }),
  mouse: state => {
    const on = !state.mouse;
    const text = on ? 'mouse on; hold shift to select text' : 'mouse off';
    return {
      state: { ...state, mouse: on, toast: { kind: 'note', line: '', text } },
      effects: [{ kind: 'mouse', on }],
    };
  },
  watch: state => {
    const key = state.store?.keys[state.storeScroll]?.key;
    const isSame = key === undefined || key === state.store?.watch?.key;
    return withEffect(state, { kind: 'local', command: { kind: 'watch', key: isSame ? null : key } });
  },
  messages: state => {
    const { from, to } = state.link;
    const text = 'a node does not send messages to itself';
    return only(
      from === to
        ? { ...state, toast: { kind: 'note', line: '', text } }
        : { ...state, focus: 'messages', message: null },
    );
  },
  'messages-filter': state =>
    only({ ...state, messageFilter: cycle(MESSAGE_FILTERS, state.messageFilter, 1), message: null }),
  'messages-leave': state => only({ ...state, focus: 'links', zoomed: false, message: null }),
  'script-pause': state => withEffect(state, { kind: 'script', move: 'pause' }),
  'script-step': state => withEffect(state, { kind: 'script', move: 'step' }),
  'script-stop': state => withEffect(state, { kind: 'script', move: 'stop' }),
  'replay-play': replayMove('play'),
  'replay-event-on': replayMove('event-on'),
  'replay-event-back': replayMove('event-back'),
  'replay-told-on': replayMove('told-on'),
  'replay-told-back': replayMove('told-back'),
  'replay-second-on': replayMove('second-on'),
  'replay-second-back': replayMove('second-back'),
  'replay-far-on': replayMove('far-on'),
  'replay-far-back': replayMove('far-back'),
  'replay-begin': replayMove('begin'),
  'replay-end': replayMove('end'),
  'replay-faster': replayMove('faster'),
  'replay-slower': replayMove('slower'),
  close: state => only(closeOverlay(state)),
  yes: answerYes,
  no: state => only(closeOverlay(state)),
};
