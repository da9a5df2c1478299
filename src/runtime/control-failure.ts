/**
 * What a node or the control plane threw, under the codes that callers of `ClusterControl` know.
 *
 * @module
 */
import { ControlError, type ControlErrorCode } from './control.js';
import { describeError } from './rpc.js';

const CONTROL_CODES: ReadonlySet<string> = new Set<ControlErrorCode>([
  'bad-node',
  'bad-matrix',
  'bad-value',
  'node-down',
  'node-up',
  'no-leader',
  'no-quorum',
  'timeout',
  'refused',
  'unsupported',
  'hosts-missed',
]);

const isControlCode = (code: string): code is ControlErrorCode => CONTROL_CODES.has(code);

/** @throws ControlError instead of whatever the promise rejects with */
export async function asControlError<Result>(result: Promise<Result>): Promise<Result> {
  try {
    return await result;
  } catch (error) {
    throw toControlError(error);
  }
}

function toControlError(error: unknown): ControlError {
  const { code, message } = describeError(error);
  if (isControlCode(code)) return new ControlError(code, message);
  if (code === 'rpc-timeout') return new ControlError('timeout', message);
  if (code === 'node-gone') return new ControlError('node-down', message);
  return new ControlError('refused', message);
}
