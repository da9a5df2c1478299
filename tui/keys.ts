/**
 * The one table of keys: it dispatches, and help, footer and manual are written from it.
 *
 * @module
 */
import { ACTIVITY_KEYS } from './activity-keys.js';
import type { KeyBinding, KeyScope } from './key-binding.js';
import type { PanelId, State } from './state.js';

export type { ActionName, KeyBinding, KeyScope } from './key-binding.js';

const NODE_PANELS = ['nodes', 'log', 'roles'] as const;

export const KEYS: readonly KeyBinding[] = [
  ...ACTIVITY_KEYS,
  { keys: ['?'], scopes: ['panels'], action: 'help', summary: 'this help', footer: 'help' },
  { keys: [':'], scopes: ['panels'], action: 'prompt', summary: 'type a command', footer: 'command' },
  { keys: ['tab'], scopes: ['panels'], action: 'focus-next', summary: 'next panel', footer: 'panel' },
  { keys: ['shift-tab'], scopes: ['panels'], action: 'focus-previous', summary: 'previous panel' },
  {
    keys: ['x'],
    scopes: NODE_PANELS,
    action: 'kill',
    summary: 'kill the node: its thread ends at once, as in a crash',
    footer: 'kill',
  },
  {
    keys: ['r'],
    scopes: NODE_PANELS,
    action: 'revive',
    summary: 'start the node again from its disk; a running one is restarted',
    footer: 'revive',
  },
  {
    keys: ['p'],
    scopes: NODE_PANELS,
    action: 'pause',
    summary: 'pause the node, or resume it',
    footer: 'pause',
  },
  {
    keys: ['i'],
    scopes: NODE_PANELS,
    action: 'isolate',
    summary: 'cut all links of the node',
    footer: 'isolate',
  },
  { keys: ['I'], scopes: NODE_PANELS, action: 'rejoin', summary: 'heal all links of the node' },
  { keys: ['t'], scopes: NODE_PANELS, action: 'transfer', summary: 'hand leadership to the node' },
  { keys: ['s'], scopes: NODE_PANELS, action: 'snapshot', summary: 'let the node take a snapshot' },
  {
    keys: ['+', '='],
    scopes: ['links'],
    action: 'loss-more',
    summary: 'lose 0.1 more of the messages',
    footer: 'loss',
    shown: '+ / -',
  },
  { keys: ['-', '_'], scopes: ['links'], action: 'loss-less', summary: 'lose 0.1 fewer' },
  {
    keys: ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
    scopes: ['links'],
    action: 'loss-set',
    summary: 'lose 0.1 … 0.9 of the messages',
    footer: 'set',
    shown: '1–9',
  },
  { keys: ['0', 'backspace', 'delete'], scopes: ['links'], action: 'loss-none', summary: 'lose none' },
  { keys: ['X', 'x'], scopes: ['links'], action: 'loss-cut', summary: 'cut the link', footer: 'cut' },
  {
    keys: ['s'],
    scopes: ['links'],
    action: 'symmetric',
    summary: 'edit both directions at once, on and off',
    footer: 'both',
  },
  {
    keys: ['u'],
    scopes: ['links'],
    action: 'undo',
    summary: 'undo the last change of the matrix made from here, by key or by command',
    footer: 'undo',
  },
  {
    keys: ['v'],
    scopes: ['links'],
    action: 'messages',
    summary: 'show the messages of the link as they pass, both ways',
    footer: 'messages',
  },
  {
    keys: ['m'],
    scopes: ['links'],
    action: 'metric',
    summary: 'show loss, delay, drops/s, messages/s',
    footer: 'metric',
  },
  {
    keys: ['/'],
    scopes: ['panels'],
    action: 'search',
    summary: 'search the events; while typing, the match is shown',
  },
  { keys: ['n'], scopes: ['events'], action: 'search-next', summary: 'older match', footer: 'next match' },
  { keys: ['N'], scopes: ['events'], action: 'search-previous', summary: 'newer match' },
  {
    keys: ['e'],
    scopes: ['events'],
    action: 'filter-kind',
    summary: 'show all, elections, faults, commands, trouble',
    footer: 'filter',
  },
  {
    keys: ['F'],
    scopes: ['events'],
    action: 'filter-text',
    summary: 'keep only the lines with the text searched for; again: all',
    footer: 'only matches',
  },
  {
    keys: ['o'],
    scopes: ['events'],
    action: 'filter-node',
    summary: 'only the selected node, or all',
    footer: 'only node',
  },
  { keys: ['up', 'k'], scopes: ['panels', 'overlay'], action: 'up', summary: 'up', shown: '↑ k' },
  { keys: ['down', 'j'], scopes: ['panels', 'overlay'], action: 'down', summary: 'down', shown: '↓ j' },
  { keys: ['left', 'h'], scopes: ['panels'], action: 'left', summary: 'left', shown: '← h' },
  { keys: ['right', 'l'], scopes: ['panels'], action: 'right', summary: 'right', shown: '→ l' },
  {
    keys: ['page-up', 'ctrl-u', 'ctrl-b'],
    scopes: ['panels', 'overlay'],
    action: 'page-up',
    summary: 'half a page up',
    shown: 'pgup ctrl-u',
  },
  {
    keys: ['page-down', 'ctrl-d', 'ctrl-f', 'space'],
    scopes: ['panels', 'overlay'],
    action: 'page-down',
    summary: 'half a page down',
    shown: 'pgdn ctrl-d space',
  },
  { keys: ['home', 'g'], scopes: ['panels', 'overlay'], action: 'first', summary: 'first, oldest' },
  {
    keys: ['end', 'G'],
    scopes: ['panels', 'overlay'],
    action: 'last',
    summary: 'last; events: follow the newest',
  },
  {
    keys: ['enter'],
    scopes: ['panels'],
    action: 'explain',
    summary: 'say in words what is selected and why',
    footer: 'explain',
  },
  { keys: ['z'], scopes: ['panels'], action: 'zoom', summary: 'the panel alone, or all', footer: 'zoom' },
  { keys: ['f'], scopes: ['panels'], action: 'freeze', summary: 'freeze the view; the cluster goes on' },
  { keys: ['K'], scopes: ['panels'], action: 'kill-leader', summary: 'kill the leader' },
  { keys: ['H'], scopes: ['panels'], action: 'heal', summary: 'heal all links', footer: 'heal' },
  {
    keys: ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
    scopes: ['panels'],
    action: 'focus-panel',
    summary: 'focus a panel (in the links, digits set the loss: use alt)',
    shown: '1–9',
  },
  {
    keys: ['alt-1', 'alt-2', 'alt-3', 'alt-4', 'alt-5', 'alt-6', 'alt-7', 'alt-8', 'alt-9'],
    scopes: ['panels'],
    action: 'focus-panel',
    summary: 'focus a panel, from anywhere',
    shown: 'alt-1–9',
  },
  {
    keys: ['M', 'm'],
    scopes: ['panels'],
    action: 'mouse',
    summary: 'mouse on and off (in the links only M): a click selects, the wheel scrolls',
  },
  { keys: ['S'], scopes: ['panels'], action: 'screenshot', summary: 'write the screen to a text file' },
  { keys: ['escape'], scopes: ['panels'], action: 'back', summary: 'leave zoom, search and filters' },
  { keys: ['ctrl-l'], scopes: ['panels', 'overlay'], action: 'repaint', summary: 'draw the screen again' },
  { keys: ['ctrl-z'], scopes: ['panels', 'overlay'], action: 'suspend', summary: 'suspend; fg comes back' },
  { keys: ['ctrl-c'], scopes: ['panels', 'overlay', 'confirm'], action: 'interrupt', summary: 'quit' },
  { keys: ['q'], scopes: ['panels'], action: 'quit', summary: 'quit', footer: 'quit' },
  {
    keys: ['escape', 'q', '?', 'enter'],
    scopes: ['overlay'],
    action: 'close',
    summary: 'close',
    footer: 'close',
    shown: 'esc',
  },
  { keys: ['y', 'Y'], scopes: ['confirm'], action: 'yes', summary: 'yes, do it', footer: 'yes', shown: 'y' },
  {
    keys: ['n', 'N', 'escape', 'enter', 'q'],
    scopes: ['confirm'],
    action: 'no',
    summary: 'no',
    footer: 'no',
    shown: 'n',
  },
];

/** Keys of the command line, which the line editor and the prompt know by themselves. */
export const PROMPT_KEYS: readonly { readonly keys: string; readonly summary: string }[] = [
  { keys: 'enter', summary: 'run the line' },
  { keys: 'tab', summary: 'complete; again: the next possibility' },
  { keys: '→ or end', summary: 'at the end of the line: take the grey suggestion' },
  { keys: '↑ ↓', summary: 'earlier lines that begin like this one' },
  { keys: 'ctrl-r', summary: 'search earlier lines backwards; again: the next older one' },
  { keys: 'ctrl-a ctrl-e', summary: 'start, end of the line' },
  { keys: 'alt-b alt-f', summary: 'a word left, right' },
  { keys: 'ctrl-w ctrl-u ctrl-k', summary: 'cut the word before, all before, all after the cursor' },
  { keys: 'ctrl-y', summary: 'put back what was cut' },
  { keys: 'ctrl-c', summary: 'clear the line; on an empty line: leave' },
  { keys: 'esc', summary: 'leave; the line is kept' },
];

function isNodePanel(panel: PanelId): boolean {
  return (NODE_PANELS as readonly PanelId[]).includes(panel);
}

/** What decides which keys hold. */
export type KeyContext = Pick<State, 'mode' | 'focus' | 'tour' | 'replay'>;

function scopesOf({ mode, focus, tour, replay }: KeyContext): readonly KeyScope[] {
  switch (mode.kind) {
    case 'panels':
      // What acts on nodes means nothing in a recording.
      if (replay !== null) return ['replay', ...(isNodePanel(focus) ? [] : [focus]), 'panels'];
      return tour === null ? [focus, 'panels'] : ['tour', focus, 'panels'];
    case 'help':
    case 'text':
      return ['overlay'];
    case 'confirm':
      return ['confirm'];
    case 'prompt':
    case 'reverse-search':
    case 'search':
      return [];
  }
}

/** The binding a key has now: that of the focused panel before that of all panels. */
export function bindingOf(name: string, context: KeyContext): KeyBinding | null {
  for (const scope of scopesOf(context)) {
    const found = KEYS.find(binding => binding.scopes.includes(scope) && binding.keys.includes(name));
    if (found !== undefined) return found;
  }
  return null;
}

/** What the footer offers now, the keys of the focused panel first. */
export function footerBindings(context: KeyContext): readonly KeyBinding[] {
  const scopes = scopesOf(context);
  return scopes.flatMap(scope =>
    KEYS.filter(
      binding =>
        binding.footer !== undefined &&
        binding.scopes.includes(scope) &&
        bindingOf(binding.keys[0] ?? '', context) === binding,
    ),
  );
}

export function shownKeys(binding: KeyBinding): string {
  return binding.shown ?? binding.keys.join(' ');
}
