/**
 * Kills, revives, pauses and resumes nodes, and bends their clocks and disks.
 *
 * @module
 */
import { ControlError, type ControlErrorCode } from '../runtime/control.js';
import type { NodeState } from '../runtime/status.js';
import type { NodeAction } from './action.js';
import type { ExecutionContext } from './execution-context.js';
import { isMember, resolvePick, resolveSet } from './resolve-nodes.js';

type Verb = 'kill' | 'revive' | 'pause' | 'resume';

interface VerbRule {
  /** States of a node in which the verb means something. */
  readonly from: readonly NodeState[];
  readonly otherwise: ControlErrorCode;
  readonly done: string;
}

const VERBS: Readonly<Record<Verb, VerbRule>> = {
  kill: { from: ['up', 'starting', 'paused'], otherwise: 'node-down', done: 'killed' },
  revive: { from: ['down', 'faulty'], otherwise: 'node-up', done: 'revived' },
  pause: { from: ['up'], otherwise: 'node-down', done: 'paused' },
  resume: { from: ['paused'], otherwise: 'node-up', done: 'resumed' },
};

/** @throws ControlError */
export const executeNode = async (action: NodeAction, context: ExecutionContext): Promise<string> => {
  const { control } = context;
  switch (action.kind) {
    case 'kill':
    case 'revive':
    case 'pause':
    case 'resume': {
      const { from, done } = VERBS[action.kind];
      const nodes = resolveSet(action.nodes, context, node => from.includes(node.state));
      if (nodes.length === 0) return `no node to ${action.kind}`;
      await applyVerb(action.kind, nodes, context);
      return `${done}: ${nodes.join(',')}`;
    }
    case 'restart': {
      const nodes = resolveSet(action.nodes, context);
      for (const node of nodes) {
        await applyVerb('kill', [node], context);
        await control.revive(node);
      }
      return `restarted: ${nodes.join(',')}`;
    }
    case 'clock': {
      const node = resolvePick(action.node, context, isMember);
      await control.setClock(node, action.offsetMs, action.rate);
      return `clock of ${node}: offset ${action.offsetMs} ms, rate ${action.rate}`;
    }
    case 'disk': {
      const node = resolvePick(action.node, context, isMember);
      await control.setDisk(node, action.fault);
      const slow = action.fault.kind === 'slow' ? ` ${action.fault.delayMs} ms` : '';
      return `disk of ${node}: ${action.fault.kind}${slow}`;
    }
  }
};

/** All nodes are looked at before the first is touched. */
const applyVerb = async (
  verb: Verb,
  nodes: readonly number[],
  { control }: ExecutionContext,
): Promise<void> => {
  const { from, otherwise } = VERBS[verb];
  const statuses = control.status().nodes;
  for (const node of nodes) {
    const state = statuses.find(status => status.node === node)?.state ?? 'removed';
    if (!from.includes(state)) {
      throw new ControlError(otherwise, `cannot ${verb} node ${node}: it is ${state}`);
    }
  }
  const outcomes = await Promise.allSettled(nodes.map(node => control[verb](node)));
  const failed = outcomes.find(outcome => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
};
