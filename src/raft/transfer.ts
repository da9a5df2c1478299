/**
 * Leadership transfer (dissertation 3.10): bring the target up to date, then tell it to campaign at once.
 *
 * @module
 */
import { NONE } from './ids.js';
import type { Progress } from './progress.js';
import { sendAppend } from './replication.js';
import type { RaftState } from './state.js';
import { endDeferral } from './thrift.js';

function sendTimeoutNow(state: RaftState, target: Progress): void {
  state.leaseGivenUp = true;
  state.send({ type: 'TimeoutNow', from: state.id, to: target.id, term: state.term });
}

/** Leader: starts a transfer to `target`, in place of another one. Proposals are refused until it ends. */
export function startTransfer(state: RaftState, target: Progress): void {
  if (target.isLearner || target.id === state.transferee) return;
  state.transferee = NONE;
  if (target.id === state.id) return;
  // The transfer has one election timeout to succeed.
  state.electionElapsed = 0;
  state.transferee = target.id;
  endDeferral(state, target);
  if (target.match === state.log.lastIndex) sendTimeoutNow(state, target);
  else sendAppend(state, target, true);
}

/** `progress` has caught up by an acknowledgement: if it is the target, its time has come. */
export function continueTransfer(state: RaftState, progress: Progress): void {
  if (progress.id !== state.transferee || progress.match !== state.log.lastIndex) return;
  sendTimeoutNow(state, progress);
}
