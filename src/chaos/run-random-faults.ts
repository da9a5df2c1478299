/**
 * `random FAULTS every T for T`: one fault after the other, drawn from the seed, each lifted before the
 * next.
 *
 * @module
 */
import { ControlError } from '../runtime/control.js';
import type { LinkFaults } from '../runtime/link.js';
import type { TimedAction } from './action.js';
import { executeShape } from './execute-shapes.js';
import type { ExecutionContext } from './execution-context.js';
import type { FaultKind } from './random-fault.js';
import { isUp } from './resolve-nodes.js';

type Lift = () => void | Promise<void>;

/** @throws what lifting a fault throws; a fault that cannot be applied now is left out */
export const runRandomFaults = async (
  action: Extract<TimedAction, { kind: 'random' }>,
  context: ExecutionContext,
): Promise<string> => {
  const startedAt = context.now();
  const left = () => action.forMs - (context.now() - startedAt);
  let applied = 0;
  while (left() > 0) {
    const kind = action.faults[context.random.below(action.faults.length)] ?? 'drop';
    const lift = await tryApply(kind, context);
    if (lift !== null) applied++;
    await context.sleep(Math.max(1, Math.min(action.everyMs, left())));
    await lift?.();
  }
  return `${applied} random faults, all lifted`;
};

const tryApply = async (kind: FaultKind, context: ExecutionContext): Promise<Lift | null> => {
  try {
    return await applyFault(kind, context);
  } catch (error) {
    if (error instanceof ControlError) return null;
    throw error;
  }
};

const applyFault = async (kind: FaultKind, context: ExecutionContext): Promise<Lift> => {
  const { control } = context;
  switch (kind) {
    case 'kill': {
      const node = drawUp(context);
      control.note('fault', `random: kill ${node}`, node);
      await control.kill(node);
      return () => reviveUnlessUp(node, context);
    }
    case 'pause': {
      const node = drawUp(context);
      control.note('fault', `random: pause ${node}`, node);
      await control.pause(node);
      return () => resumeIfPaused(node, context);
    }
    case 'isolate':
    case 'partition': {
      const lift = keepLinks(context);
      const shape = executeShape(
        kind === 'partition'
          ? { kind, shape: { kind: 'random' } }
          : { kind, nodes: oneNode(drawUp(context)) },
        context,
      );
      control.note('fault', `random: ${await whereReached(shape, kind)}`);
      return lift;
    }
    case 'drop':
    case 'delay':
    case 'duplicate':
    case 'reorder':
    case 'clog': {
      const lift = keepLinks(context);
      const node = drawUp(context);
      const faults = drawLinkFaults(kind, context);
      control.note('fault', `random: ${kind} from ${node}: ${JSON.stringify(faults)}`, node);
      await whereReached(control.setLink(node, null, faults), undefined);
      return lift;
    }
  }
};

/** A host that is not reached now follows when it is: no reason to end. @returns `otherwise` then */
const whereReached = async <T>(change: T | Promise<T>, otherwise: T): Promise<T> => {
  try {
    return await change;
  } catch (error) {
    if (error instanceof ControlError && error.code === 'hosts-missed') return otherwise;
    throw error;
  }
};

const oneNode = (node: number) => ({ kind: 'picks', picks: [{ kind: 'node', node }] }) as const;

const drawUp = (context: ExecutionContext): number => {
  const [node] = context.draw(context.control.status().nodes.filter(isUp), 1);
  if (node === undefined) throw new ControlError('node-down', 'no node is up');
  return node.node;
};

const drawLinkFaults = (
  kind: 'drop' | 'delay' | 'duplicate' | 'reorder' | 'clog',
  { random }: ExecutionContext,
): Partial<LinkFaults> => {
  switch (kind) {
    case 'drop':
      return { drop: (1 + random.below(9)) / 10 };
    case 'delay':
      return { delayMs: 10 + random.below(190), jitterMs: random.below(100) };
    case 'duplicate':
      return { duplicate: (1 + random.below(5)) / 10 };
    case 'reorder':
      return { reorder: (1 + random.below(5)) / 10 };
    case 'clog':
      return { clogged: true };
  }
};

/** Remembers all link faults; the lift puts back those that differ. */
const keepLinks = ({ control }: ExecutionContext): Lift => {
  const before = control.status().links;
  return async () => {
    const changes = before
      .filter(({ from, to }) => from !== to)
      .map(({ from, to, faults }) => Promise.resolve(control.setLink(from, to, faults)));
    await whereReached(Promise.all(changes), []);
  };
};

const stateOf = (node: number, { control }: ExecutionContext) =>
  control.status().nodes.find(status => status.node === node)?.state;

/** Someone else may have revived it meanwhile. */
const reviveUnlessUp = async (node: number, context: ExecutionContext): Promise<void> => {
  const state = stateOf(node, context);
  if (state === 'down' || state === 'faulty') await context.control.revive(node);
};

const resumeIfPaused = async (node: number, context: ExecutionContext): Promise<void> => {
  if (stateOf(node, context) === 'paused') await context.control.resume(node);
};
