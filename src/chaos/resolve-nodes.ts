/**
 * Which nodes a selector means at this moment.
 *
 * @module
 */
import { ControlError } from '../runtime/control.js';
import type { NodeStatus } from '../runtime/status.js';
import type { ExecutionContext } from './execution-context.js';
import type { NodePick, NodeSet } from './selector.js';

export type Applies = (node: NodeStatus) => boolean;

export const isUp: Applies = node => node.state === 'up';
export const isMember: Applies = node => node.state !== 'removed';

/** @throws ControlError `no-leader` */
export const leaderOf = (context: ExecutionContext): number => {
  const { leader } = context.control.status();
  if (leader === null) throw new ControlError('no-leader', 'there is no leader');
  return leader;
};

/**
 * @param applies - the nodes `random` and `follower` draw from; a node named otherwise is taken as it is
 * @throws ControlError `bad-node`, `no-leader`, `bad-value`
 */
export const resolvePick = (pick: NodePick, context: ExecutionContext, applies: Applies = isUp): number => {
  const { nodes, leader } = context.control.status();
  switch (pick.kind) {
    case 'node':
      return existing(pick.node, nodes);
    case 'name':
      return existing(context.valueOf(pick.name), nodes);
    case 'leader':
      return leaderOf(context);
    case 'random':
      return drawn(context, nodes.filter(applies));
    case 'follower':
      return drawn(
        context,
        nodes.filter(node => applies(node) && node.node !== leader),
      );
  }
};

/** Null stays null: every node. */
export const resolveEnd = (end: NodePick | null, context: ExecutionContext): number | null =>
  end === null ? null : resolvePick(end, context);

/** Ascending where the command names a group, in the order given where it lists nodes. */
export const resolveSet = (
  set: NodeSet,
  context: ExecutionContext,
  applies: Applies = isUp,
): readonly number[] => {
  const { nodes, leader } = context.control.status();
  const fitting = nodes.filter(applies);
  switch (set.kind) {
    case 'picks':
      return [...new Set(set.picks.map(pick => resolvePick(pick, context, applies)))];
    case 'all':
      return fitting.map(node => node.node);
    case 'followers':
      return fitting.map(node => node.node).filter(node => node !== leader);
    case 'random-count': {
      if (fitting.length < set.count) {
        const found = `only ${fitting.length} of the ${set.count} nodes asked for`;
        throw new ControlError('bad-value', `this applies to ${found}`);
      }
      return context.draw(fitting, set.count).map(node => node.node);
    }
  }
};

const existing = (node: number, nodes: readonly NodeStatus[]): number => {
  if (nodes.some(status => status.node === node)) return node;
  throw new ControlError('bad-node', `there is no node ${node}`);
};

const drawn = (context: ExecutionContext, nodes: readonly NodeStatus[]): number => {
  const [node] = context.draw(nodes, 1);
  if (node === undefined) throw new ControlError('bad-node', 'there is no node this applies to');
  return node.node;
};
