/**
 * Commands that change the matrix can be undone: the way back is written down before they are sent.
 *
 * @module
 */
import type { State } from './state.js';

/** Edits that can be undone; older ones are forgotten. */
const MAX_UNDO = 100;

const CHANGING = [
  'edit',
  'upload',
  'matrix',
  'reset',
  'partition',
  'isolate',
  'bridge',
  'ring',
  'heal',
] as const;

/** The command that sets the matrix to what it is now; null: it is not known, or there is none. */
function presentMatrix({ status }: State): string | null {
  const size = status?.nodes.length ?? 0;
  if (status === null || size < 2) return null;
  const rows = Array.from({ length: size }, (_, from) =>
    status.links
      .slice(from * size, (from + 1) * size)
      .map(link => (link.from === link.to ? 0 : link.faults.drop))
      .join(' '),
  );
  return `matrix ${rows.join('; ')}`;
}

/** The state with the way back from this line, if the line changes the matrix. */
export function rememberMatrix(state: State, line: string): State {
  const [name = '', rest] = line.trim().split(/\s+/, 2);
  if (!(CHANGING as readonly string[]).includes(name) || (name === 'matrix' && rest === undefined))
    return state;
  const back = presentMatrix(state);
  return back === null ? state : { ...state, undo: [...state.undo, [back]].slice(-MAX_UNDO) };
}
