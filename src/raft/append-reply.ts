/**
 * Leader: answers to AppendEntries move the progress of a member (paper 5.3).
 *
 * @module
 */
import { advanceCommit } from './commit.js';
import type { AppendEntriesReply } from './message.js';
import type { Progress } from './progress.js';
import { sendAppend, sendMissing } from './replication.js';
import type { RaftState } from './state.js';
import { endThrift } from './thrift.js';
import { continueTransfer } from './transfer.js';

export function handleAppendReply(state: RaftState, progress: Progress, reply: AppendEntriesReply): void {
  progress.heard();
  if (reply.reject) handleRejection(state, progress, reply);
  else handleAcceptance(state, progress, reply.index);
}

/** Both sides skip whole terms that cannot be common, so that probing takes one round per term at most. */
function handleRejection(state: RaftState, progress: Progress, reply: AppendEntriesReply): void {
  if (progress.state === 'replicate' && state.config.repeatBytes > 0) {
    if (progress.repair(reply.index)) sendMissing(state, progress);
    endThrift(state);
    return;
  }
  const hint =
    reply.hintTerm > 0 ? state.log.findConflict(reply.hintIndex, reply.hintTerm).index : reply.hintIndex;
  if (progress.backUp(reply.index, hint)) sendAppend(state, progress, true);
}

function handleAcceptance(state: RaftState, progress: Progress, index: number): void {
  const isNews = progress.advanceTo(index);
  // No news still ends a probe: a probe may find exactly what was known.
  if (!isNews && !(progress.state === 'probe' && progress.match === index)) return;
  adjustFlow(state, progress, index);
  const isOther = progress.id !== state.id;
  if (!advanceCommit(state) && isOther && progress.canLearnCommit(state.log.committed)) {
    if (state.config.deferCommitNotice) state.owesCommitNotice = true;
    else sendAppend(state, progress, true);
  }
  if (!isOther) return;
  if (!progress.isDeferred) sendMissing(state, progress);
  continueTransfer(state, progress);
}

function adjustFlow(state: RaftState, progress: Progress, index: number): void {
  switch (progress.state) {
    case 'probe':
      progress.becomeReplicate();
      break;
    case 'snapshot':
      // Whatever snapshot is on its way: the log from here on is at hand.
      if (progress.match + 1 < state.log.firstIndex) break;
      progress.becomeProbe();
      progress.becomeReplicate();
      break;
    case 'replicate':
      progress.inflights.freeTo(index);
      break;
  }
}
