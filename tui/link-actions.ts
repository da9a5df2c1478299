/**
 * Keys that edit the matrix: each edit is one `edit FROM TO P`, or two when both directions are edited.
 *
 * @module
 */
import { sendGuarded } from './node-actions.js';
import { effectOfCutting } from './quorum-effect.js';
import { send } from './send.js';
import type { LinkAt, State } from './state.js';
import { type ActionHandler, only, type Step, type Surroundings } from './step.js';

/** Edits that can be undone; older ones are forgotten. */
const MAX_UNDO = 100;

function dropOf(state: State, { from, to }: LinkAt): number {
  const { status } = state;
  return status === null ? 0 : (status.links[from * status.nodes.length + to]?.faults.drop ?? 0);
}

/** `0.3` even where binary fractions say 0.30000000000000004. */
function rounded(drop: number): number {
  return Math.max(0, Math.min(1, Math.round(drop * 100) / 100));
}

function editLine({ from, to }: LinkAt, drop: number): string {
  return `edit ${from} ${to} ${drop}`;
}

function selectedLinks({ link, symmetric }: State): readonly LinkAt[] {
  return symmetric ? [link, { from: link.to, to: link.from }] : [link];
}

function setLoss(state: State, drop: number, around: Surroundings): Step {
  const { status, link } = state;
  if (status === null) return only(state);
  if (link.from === link.to) {
    return only({ ...state, toast: { kind: 'note', line: '', text: 'a node has no link to itself' } });
  }
  const links = selectedLinks(state).filter(one => dropOf(state, one) !== drop);
  if (links.length === 0) return only(state);
  const undo = links.map(one => editLine(one, dropOf(state, one)));
  const edited: State = { ...withDrop(state, links, drop), undo: [...state.undo, undo].slice(-MAX_UNDO) };
  const lines = links.map(one => editLine(one, drop));
  if (drop < 1) return send(edited, lines, around.nowMs);
  const effect = effectOfCutting(status, links);
  return sendGuarded(effect.losesQuorum ? state : edited, lines, effect, around);
}

/** Shows the edit before the next snapshot does, so that `+ + +` adds up. */
function withDrop(state: State, links: readonly LinkAt[], drop: number): State {
  const { status } = state;
  if (status === null) return state;
  const changed = status.links.map(one =>
    links.some(({ from, to }) => one.from === from && one.to === to)
      ? { ...one, faults: { ...one.faults, drop } }
      : one,
  );
  return { ...state, status: { ...status, links: changed } };
}

export function changeLoss(change: (drop: number) => number): ActionHandler {
  return (state, _key, around) => setLoss(state, rounded(change(dropOf(state, state.link))), around);
}

export const cutLink: ActionHandler = (state, _key, around) => setLoss(state, 1, around);

export const toggleSymmetric: ActionHandler = state => {
  const symmetric = !state.symmetric;
  const text = symmetric ? 'edits go to both directions' : 'edits go to one direction';
  return only({ ...state, symmetric, toast: { kind: 'note', line: '', text } });
};

export const undoEdit: ActionHandler = (state, _key, around) => {
  const last = state.undo.at(-1);
  if (last === undefined)
    return only({ ...state, toast: { kind: 'note', line: '', text: 'nothing to undo' } });
  return send({ ...state, undo: state.undo.slice(0, -1) }, last, around.nowMs);
};
