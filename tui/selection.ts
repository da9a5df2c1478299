/**
 * Moving what the focused panel selects.
 *
 * @module
 */
import { selectLines } from './event-lines.js';
import type { EntryAt } from './explain-entry.js';
import { longestLog, oldestReported } from './log-terms.js';
import { selectedMessage, shownMessages } from './messages.js';
import type { LinkAt, State } from './state.js';

/** Further than any list is long: to the first or the last. */
export const FAR = 100_000;

function clamp(value: number, most: number): number {
  return Math.max(0, Math.min(most, value));
}

/** The entry the log panel has selected; null: the panel is not focused, or there is no log. */
export function entryCursor({ focus, status, node, entry }: State): EntryAt | null {
  if (focus !== 'log' || status === null) return null;
  const end = status.nodes[node]?.raft?.lastIndex ?? 0;
  const index = entry === null ? end : Math.min(Math.max(entry, oldestReported(status)), longestLog(status));
  return index < 1 ? null : { node, index };
}

function moveEntry(state: State, right: number): State {
  const at = entryCursor(state);
  if (at === null || state.status === null) return state;
  const last = longestLog(state.status);
  const index = Math.max(oldestReported(state.status), at.index + right);
  // At the end of the node's own log the cursor goes with it.
  const end = state.status.nodes[state.node]?.raft?.lastIndex ?? last;
  return {
    ...state,
    entry: right > 0 && index >= Math.min(last, end) && index <= end ? null : Math.min(index, last),
  };
}

/** Other receivers than the sender itself. */
function moveReceiver({ from, to }: LinkAt, right: number, last: number): LinkAt {
  const next = clamp(to + right, last);
  if (next !== from) return { from, to: next };
  const beyond = next + Math.sign(right);
  return beyond < 0 || beyond > last ? { from, to } : { from, to: beyond };
}

function moveMessage(state: State, down: number): State {
  const shown = shownMessages(state);
  const selected = selectedMessage(state);
  const at = shown.findIndex(({ sequence }) => sequence === selected?.sequence);
  const next = clamp(at + down, Math.max(0, shown.length - 1));
  // At the newest the list goes on by itself.
  const message = next >= shown.length - 1 && down > 0 ? null : (shown[next]?.sequence ?? null);
  return { ...state, message };
}

/** Moves by so many lines and columns. */
export function moveSelection(state: State, down: number, right: number): State {
  if (state.mode.kind === 'help' || state.mode.kind === 'text') {
    return { ...state, mode: { ...state.mode, scroll: Math.max(0, state.mode.scroll + down) } };
  }
  const last = (state.status?.nodes.length ?? 1) - 1;
  switch (state.focus) {
    case 'links': {
      const link = { from: clamp(state.link.from + down, last), to: clamp(state.link.to + right, last) };
      return { ...state, link };
    }
    case 'messages':
      if (right === 0) return moveMessage(state, down);
      return { ...state, link: moveReceiver(state.link, right, last), message: null };
    case 'events': {
      const most = Math.max(0, selectLines(state.events.lines, state.query).length - 1);
      return { ...state, eventScroll: clamp(state.eventScroll - down, most), foundEvent: null };
    }
    case 'store': {
      const most = Math.max(0, (state.store?.keys.length ?? 1) - 1);
      return { ...state, storeScroll: clamp(state.storeScroll + down, most) };
    }
    case 'log':
      if (Math.abs(down) === FAR) return moveEntry(state, down);
      return right === 0 ? { ...state, node: clamp(state.node + down, last) } : moveEntry(state, right);
    case 'nodes':
    case 'roles':
    case 'load':
    case 'session':
      return { ...state, node: clamp(state.node + down, last) };
  }
}
