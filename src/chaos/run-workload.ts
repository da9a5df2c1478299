/**
 * Starts and ends the clients that call the store beside the commands.
 *
 * @module
 */
import { ControlError } from '../runtime/control.js';
import type { Answer } from './answer.js';
import type { ExecutionContext } from './execution-context.js';
import type { WorkloadSettings } from './workload.js';

/** @throws ControlError `refused` while clients are running */
export const startWorkload = async (
  settings: WorkloadSettings,
  context: ExecutionContext,
): Promise<Answer> => {
  const runner = await context.workload();
  if (runner.isRunning) throw new ControlError('refused', 'a workload is running: workload stop ends it');
  await runner.start(settings);
  const { workloads, clients, rate } = settings;
  const pace = rate === null ? '' : `, ${rate} calls a second`;
  return { text: `${clients} clients: ${workloads.join(', ')}${pace}`, data: runner.history };
};

/** @throws ControlError `refused` when none is running */
export const stopWorkload = async (context: ExecutionContext): Promise<Answer> => {
  const runner = await context.existingWorkload();
  if (!runner.isRunning) throw new ControlError('refused', 'no workload is running');
  const counts = await runner.stop();
  const { ok, failed, unknown } = counts;
  return { text: `${ok} calls acknowledged, ${failed} refused, ${unknown} unknown`, data: counts };
};
