/**
 * Gives the network the shape a command asks for.
 *
 * @module
 */
import { ControlError } from '../runtime/control.js';
import { type LinkFaults, PERFECT_LINK } from '../runtime/link.js';
import type { Group, PartitionShape, ShapeAction } from './action.js';
import type { ExecutionContext } from './execution-context.js';
import { isMember, leaderOf, resolvePick, resolveSet } from './resolve-nodes.js';
import { bridgeMatrix, partitionMatrix, ringMatrix, SMALLEST_RING } from './shapes.js';

/** @throws ControlError */
export const executeShape = async (action: ShapeAction, context: ExecutionContext): Promise<string> => {
  const { control } = context;
  const size = control.matrix().length;
  const members = membersOf(context);
  switch (action.kind) {
    case 'partition': {
      const groups = groupsOf(action.shape, context, members);
      await control.setMatrix(partitionMatrix(size, groups));
      return `partitioned: ${groups.map(group => group.join(',')).join(' | ')}`;
    }
    case 'isolate': {
      const nodes = resolveSet(action.nodes, context, isMember);
      await onEveryLink(nodes, { drop: 1 }, context);
      return `isolated: ${nodes.join(',')}`;
    }
    case 'bridge': {
      if (members.length < 3) throw needs('a bridge', 3);
      const middle = members[Math.floor(members.length / 2)] ?? 0;
      const bridge = action.node === null ? middle : resolvePick(action.node, context, isMember);
      await control.setMatrix(bridgeMatrix(size, members, bridge));
      return `two halves see each other only through node ${bridge}`;
    }
    case 'ring':
      if (members.length < SMALLEST_RING) throw needs('a ring', SMALLEST_RING);
      await control.setMatrix(ringMatrix(size, members));
      return 'every node sees only its nearest neighbours';
    case 'heal':
      return heal(action.nodes === null ? null : resolveSet(action.nodes, context), context);
  }
};

const heal = async (nodes: readonly number[] | null, context: ExecutionContext): Promise<string> => {
  if (nodes === null) {
    await context.control.healLinks();
    return 'all links are perfect';
  }
  await onEveryLink(nodes, PERFECT_LINK, context);
  return `links of ${nodes.join(',')} are perfect`;
};

/** Those that begin and those that end at the nodes. */
const onEveryLink = async (
  nodes: readonly number[],
  faults: Partial<LinkFaults>,
  { control }: ExecutionContext,
): Promise<void> => {
  const changes = nodes.flatMap(node => [
    control.setLink(node, null, faults),
    control.setLink(null, node, faults),
  ]);
  await Promise.all(changes.map(change => Promise.resolve(change)));
};

/** Ascending. */
const membersOf = (context: ExecutionContext): readonly number[] =>
  context.control
    .status()
    .nodes.filter(isMember)
    .map(node => node.node);

const needs = (what: string, nodes: number): ControlError =>
  new ControlError('bad-value', `${what} needs at least ${nodes} nodes`);

const groupsOf = (
  shape: PartitionShape,
  context: ExecutionContext,
  members: readonly number[],
): readonly (readonly number[])[] => {
  switch (shape.kind) {
    case 'groups':
      return resolveGroups(shape.groups, context, members);
    case 'random':
      return randomHalves(context, members);
    case 'leader':
      return withLeader(1, context, members);
    case 'majority':
      return withLeader(majorityOf(members), context, members);
    case 'minority':
      if (members.length < 3) throw needs('a minority', 3);
      return withLeader(members.length - majorityOf(members), context, members);
    case 'count':
      return withLeader(shape.nodes, context, members);
  }
};

const majorityOf = (members: readonly number[]): number => Math.floor(members.length / 2) + 1;

/** The leader and the first others on one side, `count` in all; the rest on the other. */
const withLeader = (
  count: number,
  context: ExecutionContext,
  members: readonly number[],
): readonly (readonly number[])[] => {
  if (count > members.length) {
    throw new ControlError('bad-value', `there are only ${members.length} nodes`);
  }
  const leader = leaderOf(context);
  const others = members.filter(node => node !== leader);
  const inside = [leader, ...others.slice(0, count - 1)].toSorted((one, other) => one - other);
  return [inside, others.slice(count - 1)].filter(group => group.length > 0);
};

const randomHalves = (
  context: ExecutionContext,
  members: readonly number[],
): readonly (readonly number[])[] => {
  if (members.length < 2) throw needs('a partition', 2);
  const count = 1 + context.random.below(members.length - 1);
  const inside = new Set(context.draw(members, count));
  return [members.filter(node => inside.has(node)), members.filter(node => !inside.has(node))];
};

const resolveGroups = (
  groups: readonly Group[],
  context: ExecutionContext,
  members: readonly number[],
): readonly (readonly number[])[] => {
  const resolved = groups.map(group => [...new Set(group.map(pick => resolvePick(pick, context, isMember)))]);
  const taken = new Set<number>();
  for (const node of resolved.flat()) {
    if (taken.has(node)) throw new ControlError('bad-value', `node ${node} is in two groups`);
    taken.add(node);
  }
  const rest = members.filter(node => !taken.has(node));
  const [first] = rest;
  if (first === undefined) return resolved;
  if (resolved.length === 1) return [...resolved, rest];
  throw new ControlError('bad-value', `node ${first} is in no group`);
};
