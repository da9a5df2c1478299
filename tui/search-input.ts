/**
 * Searching the events: `/` opens the line, matches are shown while typing, `n` and `N` go on.
 *
 * @module
 */
import { searchText, selectLines } from './event-lines.js';
import type { KeyPress } from './input.js';
import { EMPTY_LINE, edit, type Line } from './line-editor.js';
import type { State } from './state.js';

/** Shows the next match older (-1) or newer (+1) than the one shown; the newest one first. */
export function findEvent(state: State, step: -1 | 1, from: number | null): State {
  const wanted = state.search.toLowerCase();
  if (wanted === '') return state;
  const lines = selectLines(state.events.lines, state.query);
  const start = from === null ? lines.length : lines.findIndex(line => line.id === from);
  for (let at = start + step; at >= 0 && at < lines.length; at += step) {
    const line = lines[at];
    if (line === undefined || !searchText(line).includes(wanted)) continue;
    return { ...state, foundEvent: line.id, eventScroll: Math.max(0, lines.length - 1 - at - 1) };
  }
  const direction = step === -1 ? 'older' : 'newer';
  return {
    ...state,
    toast: {
      kind: 'note',
      line: '',
      text: `no ${from === null ? '' : `${direction} `}event with "${state.search}"`,
    },
  };
}

export function openSearch(state: State): State {
  return { ...state, focus: 'events', mode: { kind: 'search', line: EMPTY_LINE } };
}

export function searchKey(state: State, line: Line, key: KeyPress): State {
  const panels: State = { ...state, mode: { kind: 'panels' } };
  switch (key.name) {
    case 'enter':
      return panels;
    case 'escape':
    case 'ctrl-c':
      return { ...panels, search: '', foundEvent: null, eventScroll: 0 };
    case 'up':
      return findEvent(state, -1, state.foundEvent);
    case 'down':
      return findEvent(state, 1, state.foundEvent);
  }
  const edited = edit(line, key);
  if (edited === null) return state;
  const typed: State = {
    ...state,
    search: edited.text,
    mode: { kind: 'search', line: edited },
    foundEvent: null,
  };
  return findEvent(typed, -1, null);
}
