/**
 * Keys that act on the selected node. What would cost the quorum is asked first, with the effect in numbers.
 *
 * @module
 */
import type { ClusterStatus, NodeStatus } from '../src/runtime/status.js';
import { rememberMatrix } from './matrix-undo.js';
import { effectOfLosing, type QuorumEffect } from './quorum-effect.js';
import { send } from './send.js';
import type { State } from './state.js';
import { type ActionHandler, only, type Step, type Surroundings } from './step.js';

interface Target {
  readonly node: NodeStatus;
  readonly status: ClusterStatus;
}

function targetOf(state: State): Target | null {
  const node = state.status?.nodes[state.node];
  return node === undefined || state.status === null ? null : { node, status: state.status };
}

function describeEffect(effect: QuorumEffect): string {
  return `leaves ${effect.after} of ${effect.quorum} needed: no write can commit`;
}

/** Sends the lines, after a question when they would lose the quorum. */
export function sendGuarded(
  state: State,
  lines: readonly string[],
  effect: QuorumEffect,
  around: Surroundings,
): Step {
  if (!effect.losesQuorum) return send(state, lines, around.nowMs);
  const question = `${lines[0] ?? ''}: ${describeEffect(effect)}. Do it?`;
  return only({ ...state, mode: { kind: 'confirm', question, lines } });
}

/** A harmless command about the selected node. */
export function onNode(line: (node: number) => string): ActionHandler {
  return (state, _key, around) => {
    const target = targetOf(state);
    if (target === null) return only(state);
    const text = line(target.node.node);
    return send(rememberMatrix(state, text), [text], around.nowMs);
  };
}

function losing(verb: string): ActionHandler {
  return (state, _key, around) => {
    const target = targetOf(state);
    if (target === null) return only(state);
    const { node } = target.node;
    const line = `${verb} ${node}`;
    const effect = effectOfLosing(target.status, [node]);
    return sendGuarded(effect.losesQuorum ? state : rememberMatrix(state, line), [line], effect, around);
  };
}

export const killNode = losing('kill');
export const isolateNode = losing('isolate');

export const pauseNode: ActionHandler = (state, key, around) => {
  const isPaused = targetOf(state)?.node.state === 'paused';
  return isPaused
    ? onNode(node => `resume ${node}`)(state, key, around)
    : losing('pause')(state, key, around);
};

/** Down: revive. Running: restart, which loses the node for a moment. */
export const reviveNode: ActionHandler = (state, key, around) => {
  const nodeState = targetOf(state)?.node.state;
  const isGone = nodeState === 'down' || nodeState === 'faulty';
  return isGone
    ? onNode(node => `revive ${node}`)(state, key, around)
    : losing('restart')(state, key, around);
};

export const killLeader: ActionHandler = (state, _key, around) => {
  const { status } = state;
  if (status === null) return only(state);
  if (status.leader === null)
    return only({ ...state, toast: { kind: 'note', line: '', text: 'there is no leader to kill' } });
  return sendGuarded(state, ['kill leader'], effectOfLosing(status, [status.leader]), around);
};

/** Healing throws away every link fault: asked first when there are some, since it cannot be undone. */
export const heal: ActionHandler = state => {
  const faulty = (state.status?.links ?? []).filter(
    ({ from, to, faults }) =>
      from !== to &&
      (faults.drop > 0 ||
        faults.delayMs + faults.jitterMs > 0 ||
        faults.duplicate > 0 ||
        faults.reorder > 0 ||
        faults.clogged ||
        faults.filtered.length > 0),
  );
  if (faulty.length === 0)
    return only({ ...state, toast: { kind: 'note', line: '', text: 'all links are perfect already' } });
  const question = `heal: takes the faults off ${faulty.length} links. Do it?`;
  return only({ ...state, mode: { kind: 'confirm', question, lines: ['heal'] } });
};
