/**
 * An operator's request to one node, with its failures under the codes of `ClusterControl`.
 *
 * @module
 */
import type { ControlFailure, ControlRequest } from '../node/control.js';
import type { RunningNode } from './cluster-runtime.js';
import { ControlError, type ControlErrorCode } from './control.js';
import { asControlError } from './control-failure.js';

/** The node's own time limit lies below: this one only ends a wait for a node that hangs. */
const TIME_LIMIT_MS = 60_000;

const CODES: Readonly<Record<ControlFailure, ControlErrorCode>> = {
  'bad-node': 'bad-node',
  'not-leader': 'no-leader',
  refused: 'refused',
  stopping: 'node-down',
  timeout: 'timeout',
};

/** Returns the log index at which it was done. @throws ControlError */
export async function askNode(process: RunningNode, request: ControlRequest): Promise<number> {
  const result = await asControlError(process.rpc.call('control', [request], TIME_LIMIT_MS));
  if (result.ok) return result.index;
  throw new ControlError(CODES[result.code], result.message);
}
