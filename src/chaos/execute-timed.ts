/**
 * Waits, and checks what is expected.
 *
 * @module
 */
import { ControlError } from '../runtime/control.js';
import type { TimedAction } from './action.js';
import { printDuration } from './argument-reader.js';
import { checkCondition } from './check-condition.js';
import type { Condition } from './condition.js';
import { printCondition } from './condition.js';
import type { ExecutionContext } from './execution-context.js';
import { poll } from './poll.js';
import { runRandomFaults } from './run-random-faults.js';

/** Thrown when an `expect` does not hold. */
export class ExpectationFailure extends Error {
  override readonly name = 'ExpectationFailure';
  readonly code = 'expectation-failed';
}

/** @throws ControlError, ExpectationFailure */
export const executeTimed = async (action: TimedAction, context: ExecutionContext): Promise<string> => {
  switch (action.kind) {
    case 'wait':
      await context.sleep(action.durationMs);
      return `waited ${printDuration(action.durationMs)}`;
    case 'wait-until': {
      const { condition, withinMs } = action;
      const result = await pollFor(condition, withinMs, 'holds', context);
      if (result.holds) return `${result.seen} after ${Math.round(result.elapsedMs)} ms`;
      const wanted = `${printCondition(condition)} within ${printDuration(withinMs)}`;
      throw new ControlError('timeout', `waited for ${wanted}; seen: ${result.seen}`);
    }
    case 'expect':
      return expect(action, context);
    case 'random':
      return runRandomFaults(action, context);
  }
};

const expect = async (
  { condition, limit }: Extract<TimedAction, { kind: 'expect' }>,
  context: ExecutionContext,
): Promise<string> => {
  const observation =
    limit === null
      ? await checkCondition(condition, context)
      : await pollFor(condition, limit.ms, limit.kind === 'within' ? 'holds' : 'fails', context);
  if (observation.holds) return observation.seen;
  const tail = limit === null ? '' : ` ${limit.kind} ${printDuration(limit.ms)}`;
  throw new ExpectationFailure(`expected ${printCondition(condition)}${tail}; seen: ${observation.seen}`);
};

const pollFor = (condition: Condition, ms: number, until: 'holds' | 'fails', context: ExecutionContext) =>
  poll({ check: () => checkCondition(condition, context), ms, until, clock: context });
