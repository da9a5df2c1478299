/**
 * Whether a condition holds now, and what was seen.
 *
 * @module
 */
import { ControlError, type KvResult } from '../runtime/control.js';
import type { ClusterStatus, NodeStatus } from '../runtime/status.js';
import { type Condition, compare, type Measure, ROLE_WORDS } from './condition.js';
import type { ExecutionContext } from './execution-context.js';
import { quoteBytes } from './quote.js';
import { resolvePick } from './resolve-nodes.js';

export interface Observation {
  readonly holds: boolean;
  /** In words, for the message when it was expected otherwise. */
  readonly seen: string;
}

/** A key nobody has: deleting it goes through the log as any write and changes nothing. */
const PROBE_KEY = 'raftkv:probe';

/** @throws ControlError when the condition names a node that does not exist or is not known now */
export const checkCondition = async (
  condition: Condition,
  context: ExecutionContext,
): Promise<Observation> => {
  const status = context.control.status();
  switch (condition.kind) {
    case 'leader-exists':
      return { holds: status.leader !== null, seen: leaderSeen(status) };
    case 'no-leader':
      return { holds: status.leader === null, seen: leaderSeen(status) };
    case 'leader-is': {
      const node = resolvePick(condition.node, context);
      const is = status.leader === node;
      const holds = condition.negated ? status.leader !== null && !is : is;
      return { holds, seen: leaderSeen(status) };
    }
    case 'node-is':
      return nodeIs(condition, context);
    case 'compare':
      return comparison(condition, context);
    case 'converged':
      return converged(status);
    case 'hashes-equal':
      return hashesEqual(status.nodes.filter(node => node.state === 'up'));
    case 'available':
    case 'unavailable':
      return availability(condition, context);
    case 'value':
      return value(condition, context);
    case 'linearizable':
      return (await context.existingWorkload()).checkLinearizable();
    case 'nothing-lost':
      return (await context.existingWorkload()).checkNothingLost();
  }
};

type Of<K extends Condition['kind']> = Extract<Condition, { readonly kind: K }>;

const leaderSeen = ({ leader, term }: ClusterStatus): string =>
  leader === null ? `no leader, term ${term}` : `leader ${leader}, term ${term}`;

const nodeIs = (condition: Of<'node-is'>, context: ExecutionContext): Observation => {
  const node = resolvePick(condition.node, context);
  const status = statusOf(node, context.control.status());
  const role = status.state === 'up' ? (status.raft?.role ?? null) : null;
  const isRole = ROLE_WORDS.some(word => word === condition.word);
  const is = isRole ? role === condition.word : status.state === condition.word;
  const seen = `node ${node} is ${role === null ? status.state : `${status.state}, ${role}`}`;
  return { holds: is !== condition.negated, seen };
};

const statusOf = (node: number, status: ClusterStatus): NodeStatus => {
  const found = status.nodes.find(candidate => candidate.node === node);
  if (found === undefined) throw new ControlError('bad-node', `there is no node ${node}`);
  return found;
};

const comparison = (condition: Of<'compare'>, context: ExecutionContext): Observation => {
  const { measure, node: pick, operator, operand } = condition;
  const status = context.control.status();
  const node = pick === null ? null : resolvePick(pick, context);
  const actual =
    node === null ? clusterMeasure(measure, status) : nodeMeasure(measure, statusOf(node, status));
  const wanted = typeof operand === 'number' ? operand : context.valueOf(operand.name);
  const of = node === null ? '' : ` of ${node}`;
  return { holds: compare(actual, operator, wanted), seen: `${measure}${of} is ${actual}` };
};

const nodeMeasure = (measure: Measure, node: NodeStatus): number => {
  switch (measure) {
    case 'term':
      return node.raft?.term ?? 0;
    case 'commit':
      return node.raft?.commit ?? 0;
    case 'applied':
      return node.raft?.applied ?? 0;
    case 'last':
      return node.raft?.lastIndex ?? 0;
    case 'snapshot':
      return node.raft?.snapshotIndex ?? 0;
    case 'keys':
      return node.keys;
    case 'up':
      return node.state === 'up' ? 1 : 0;
  }
};

/** The furthest of all nodes, except `up`, which is counted. */
const clusterMeasure = (measure: Measure, status: ClusterStatus): number => {
  switch (measure) {
    case 'term':
      return status.term;
    case 'commit':
      return status.commit;
    case 'up':
      return status.nodes.filter(node => node.state === 'up').length;
    case 'applied':
    case 'last':
    case 'snapshot':
    case 'keys':
      return Math.max(0, ...status.nodes.map(node => nodeMeasure(measure, node)));
  }
};

/** Every node that is up follows one leader and has applied all that is committed, to the same state. */
const converged = (status: ClusterStatus): Observation => {
  const up = status.nodes.filter(node => node.state === 'up');
  if (status.leader === null) return { holds: false, seen: leaderSeen(status) };
  const commit = Math.max(...up.map(node => node.raft?.commit ?? 0));
  const behind = up.filter(node => {
    const { raft } = node;
    return raft === null || raft.applied !== commit || raft.leader !== status.leader;
  });
  if (behind.length === 0) {
    const unhashed = up.find(({ hashedIndex }) => hashedIndex !== commit);
    if (unhashed === undefined) return hashesEqual(up);
    const { node, hashedIndex } = unhashed;
    return { holds: false, seen: `the state of node ${node} is hashed up to index ${hashedIndex}` };
  }
  const seen = behind.map(
    ({ node, raft }) => `node ${node} applied ${raft?.applied ?? 0}, leader ${raft?.leader ?? '-'}`,
  );
  return { holds: false, seen: `commit ${commit}; ${seen.join('; ')}` };
};

/** Nodes that applied the same entries must be in the same state; others cannot be compared. */
const hashesEqual = (up: readonly NodeStatus[]): Observation => {
  const byIndex = new Map<number, NodeStatus[]>();
  for (const node of up) {
    byIndex.set(node.hashedIndex, [...(byIndex.get(node.hashedIndex) ?? []), node]);
  }
  for (const [index, nodes] of byIndex) {
    const hashes = new Set(nodes.map(node => node.stateHash));
    if (hashes.size > 1) {
      const seen = nodes.map(node => `node ${node.node} has ${node.stateHash}`).join(', ');
      return { holds: false, seen: `at index ${index}: ${seen}` };
    }
  }
  const compared = [...byIndex.values()].some(nodes => nodes.length > 1);
  if (!compared && up.length > 1) return { holds: false, seen: 'no two nodes applied equally far' };
  return { holds: true, seen: 'state hashes are equal' };
};

const availability = async (
  condition: Of<'available' | 'unavailable'>,
  context: ExecutionContext,
): Promise<Observation> => {
  const node = condition.via === null ? undefined : resolvePick(condition.via, context);
  const result = await tryKv(['DEL', PROBE_KEY], context, node);
  const seen = result.ok ? 'a write was acknowledged' : `a write failed: ${result.text}`;
  return { holds: result.ok === (condition.kind === 'available'), seen };
};

const value = async (condition: Of<'value'>, context: ExecutionContext): Promise<Observation> => {
  const result = await tryKv(['GET', condition.key], context);
  if (!result.ok) return { holds: false, seen: `the read failed: ${result.text}` };
  const actual = result.value;
  const key = quoteBytes(condition.key);
  const seen = `${key} is ${actual === null ? 'missing' : quoteBytes(actual)}`;
  return { holds: (actual === condition.value) !== condition.negated, seen };
};

/** A store that refuses to answer is an answer here. */
const tryKv = async (
  args: readonly string[],
  { control }: ExecutionContext,
  node?: number,
): Promise<Pick<KvResult, 'ok' | 'text' | 'value'>> => {
  try {
    return await control.kv(args, node);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { ok: false, text, value: null };
  }
};
