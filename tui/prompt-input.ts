/**
 * Keys and pastes of the command line.
 *
 * @module
 */
import { remember, searchBack, walk } from './command-history.js';
import type { KeyPress } from './input.js';
import { EMPTY_LINE, edit, insert, type Line, setLine } from './line-editor.js';
import { type LocalParse, parseLocal } from './local-commands.js';
import { rememberMatrix } from './matrix-undo.js';
import { send } from './send.js';
import type { State } from './state.js';
import { type Effect, only, type Step, type Surroundings } from './step.js';

function nodeCount(state: State): number {
  return state.status?.nodes.length ?? state.facts.nodes;
}

function withLine(state: State, line: Line): State {
  return { ...state, line };
}

/**
 * Runs the line and leaves the prompt open: keys that follow, typed ahead or pasted, must not act on the panels. An
 * empty line leaves it.
 */
function submit(state: State, around: Surroundings): Step {
  const text = state.line.text.trim().replace(/^:+\s*/, '');
  const cleared = withLine(state, { ...EMPTY_LINE, killed: state.line.killed });
  if (text === '') return only({ ...cleared, mode: { kind: 'panels' } });
  const history = remember(state.history, text);
  const next: State = { ...cleared, history, mode: { kind: 'prompt' } };
  const local = parseLocal(text);
  if (local !== null) return submitLocal(next, text, local);
  const sent = send(rememberMatrix(next, text), [text], around.nowMs);
  return { state: sent.state, effects: [{ kind: 'remember', line: text }, ...sent.effects] };
}

function submitLocal(state: State, line: string, parsed: LocalParse): Step {
  const remember: Effect = { kind: 'remember', line };
  if (parsed.kind === 'invalid') {
    return { state: { ...state, toast: { kind: 'bad', line, text: parsed.text } }, effects: [remember] };
  }
  const { command } = parsed;
  if (command.kind === 'quit') return { state, effects: [remember, { kind: 'quit' }] };
  if (command.kind === 'keys') {
    return { state: { ...state, mode: { kind: 'help', scroll: 0 } }, effects: [remember] };
  }
  const isTour = command.kind === 'tour';
  // The keys of the tour are those of the panels.
  const ready: State = isTour ? { ...state, mode: { kind: 'panels' }, toast: null } : state;
  return { state: ready, effects: [remember, { kind: 'local', command }] };
}

/** The line with a word put in place of what stands from `start` to the cursor. */
function withWord(line: Line, start: number, word: string): Line {
  const text = line.text.slice(0, start) + word + line.text.slice(line.cursor).replace(/^ +/, '');
  return setLine(line, text, start + word.length);
}

/**
 * The only possibility with a space after it; of several the part they share, then one after the other.
 */
function complete(state: State, around: Surroundings): State {
  const { line, completion } = state;
  if (completion !== null && completion.line === line) {
    const at = (completion.at + 1) % completion.words.length;
    const next = withWord(line, completion.start, completion.words[at] ?? '');
    return { ...state, line: next, completion: { ...completion, at, line: next } };
  }
  const { start, words } = around.language.complete(line.text, line.cursor, nodeCount(state));
  const [first] = words;
  if (first === undefined) return state;
  if (words.length === 1) return withLine(state, withWord(line, start, `${first} `));
  const typed = line.text.slice(start, line.cursor);
  const shared = words.reduce(commonPrefix);
  const isLonger = shared.length > typed.length && shared.startsWith(typed);
  const next = withWord(line, start, isLonger ? shared : first);
  return { ...state, line: next, completion: { start, words, at: isLonger ? -1 : 0, line: next } };
}

function commonPrefix(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return a.slice(0, length);
}

/** The rest of the newest line of the history that begins like this one; empty: none. */
export function suggestionFor(state: State): string {
  const { text, cursor } = state.line;
  if (text === '' || cursor < text.length) return '';
  const { line } = walk(state.history, -1, text);
  return line === null || !line.startsWith(text) ? '' : line.slice(text.length);
}

function walkHistory(state: State, step: -1 | 1): State {
  const { history, line } = walk(state.history, step, state.line.text);
  if (line === null) return state;
  return { ...state, history, line: setLine(state.line, line) };
}

export function promptKey(state: State, key: KeyPress, around: Surroundings): Step {
  const suggestion = suggestionFor(state);
  switch (key.name) {
    case 'enter':
      return submit(state, around);
    case 'tab':
      return only(complete(state, around));
    case 'escape':
      return only({ ...state, mode: { kind: 'panels' } });
    case 'ctrl-c': {
      if (state.line.text === '') return only({ ...state, mode: { kind: 'panels' } });
      return only({ ...withLine(state, setLine(state.line, '')), history: remember(state.history, '') });
    }
    case 'ctrl-d':
      if (state.line.text === '') return only({ ...state, mode: { kind: 'panels' } });
      break;
    case 'ctrl-z':
      return { state, effects: [{ kind: 'suspend' }] };
    case 'ctrl-l':
      return { state, effects: [{ kind: 'repaint' }] };
    case 'ctrl-r': {
      const position = state.history.lines.length;
      return only({ ...state, mode: { kind: 'reverse-search', query: '', position } });
    }
    case 'up':
    case 'ctrl-p':
      return only(walkHistory(state, -1));
    case 'down':
    case 'ctrl-n':
      return only(walkHistory(state, 1));
    case 'right':
    case 'end':
    case 'ctrl-e':
    case 'ctrl-f':
      if (suggestion !== '') return only(withLine(state, insert(state.line, suggestion)));
      break;
    case 'backspace':
      if (state.line.text === '') return only({ ...state, mode: { kind: 'panels' } });
      break;
  }
  const edited = edit(state.line, key);
  return only(edited === null ? state : withLine(state, edited));
}

/** Backward search: every character narrows it, Ctrl-R goes on, Enter runs, other keys take the line for editing. */
export function reverseSearchKey(state: State, key: KeyPress, around: Surroundings): Step {
  if (state.mode.kind !== 'reverse-search') return only(state);
  const { query, position } = state.mode;
  const search = (text: string, from: number): Step => {
    const found = text === '' ? null : searchBack(state.history, text, from);
    const at = found?.position ?? position;
    const line = found === null ? state.line : setLine(state.line, found.line);
    return only({ ...state, line, mode: { kind: 'reverse-search', query: text, position: at } });
  };
  if (key.name === 'ctrl-r') return search(query, position);
  if (key.name === 'backspace') return search(query.slice(0, -1), state.history.lines.length);
  if (key.text !== '') return search(query + key.text, Math.min(position + 1, state.history.lines.length));
  const editing: State = { ...state, mode: { kind: 'prompt' } };
  if (key.name === 'ctrl-c' || key.name === 'ctrl-g') return only(withLine(editing, setLine(state.line, '')));
  return key.name === 'escape' ? only(editing) : promptKey(editing, key, around);
}

/**
 * Pasted text goes to the command line whatever had the keys. Each whole line of it runs, the unfinished last one
 * stays for editing.
 */
export function pasteText(state: State, text: string, around: Surroundings): Step {
  if (state.mode.kind === 'search') {
    const first = text.split(/[\r\n]/, 1)[0] ?? '';
    return only({ ...state, mode: { kind: 'search', line: insert(state.mode.line, first) } });
  }
  const [first = '', ...others] = text.split(/\r\n|\r|\n/);
  const opened: State = { ...state, mode: { kind: 'prompt' } };
  let step = only(withLine(opened, insert(opened.line, first)));
  for (const line of others) {
    const submitted = submit(step.state, around);
    const next = withLine(
      { ...submitted.state, mode: { kind: 'prompt' } },
      insert(submitted.state.line, line),
    );
    step = { state: next, effects: [...step.effects, ...submitted.effects] };
  }
  return step;
}
