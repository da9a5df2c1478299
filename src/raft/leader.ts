/**
 * What a leader does with messages and ticks (paper, Figure 2, Leaders).
 *
 * @module
 */
import { handleAppendReply } from './append-reply.js';
import { tellCommitOnTick } from './commit-notice.js';
import { NONE } from './ids.js';
import type { HeartbeatReply, Message } from './message.js';
import type { Progress } from './progress.js';
import { proposeAsLeader } from './proposal.js';
import { askEveryoneIfNeeded, checkQuorum } from './quorum-check.js';
import { confirmReads, readIndex } from './reads.js';
import { broadcastHeartbeat, sendAppend } from './replication.js';
import type { RaftState } from './state.js';
import { endThrift, sendDeferred } from './thrift.js';
import { startTransfer } from './transfer.js';

export function tickLeader(state: RaftState): void {
  state.heartbeatElapsed += 1;
  state.electionElapsed += 1;
  if (state.electionElapsed >= state.config.electionTicks) {
    state.electionElapsed = 0;
    if (state.config.checkQuorum) checkQuorum(state);
    state.transferee = NONE;
  } else askEveryoneIfNeeded(state);
  if (state.role !== 'leader') return;
  if (state.heartbeatElapsed >= state.config.heartbeatTicks) {
    state.heartbeatElapsed = 0;
    broadcastHeartbeat(state);
  }
  sendDeferred(state);
  tellCommitOnTick(state);
}

export function stepLeader(state: RaftState, message: Message): void {
  switch (message.type) {
    case 'Beat':
      broadcastHeartbeat(state);
      return;
    case 'CheckQuorum':
      checkQuorum(state);
      return;
    case 'Propose':
      proposeAsLeader(state, message.entries);
      return;
    case 'ReadIndex':
      readIndex(state, message);
      return;
    default:
      stepForMember(state, message);
  }
}

/** Messages about one member; from or about strangers they mean nothing. */
function stepForMember(state: RaftState, message: Message): void {
  const progress = state.tracker.get(message.from);
  if (progress === undefined) return;
  switch (message.type) {
    case 'AppendEntriesReply':
      handleAppendReply(state, progress, message);
      return;
    case 'HeartbeatReply':
      handleHeartbeatReply(state, progress, message);
      return;
    case 'SnapshotStatus':
      handleSnapshotStatus(progress, message.reject);
      return;
    case 'Unreachable':
      // Pipelined messages are probably lost.
      if (progress.state === 'replicate') progress.becomeProbe();
      endThrift(state);
      return;
    case 'TransferLeader':
      startTransfer(state, progress);
      return;
    default:
  }
}

/** A sign of life restarts a flow that lost messages have stopped. */
function handleHeartbeatReply(state: RaftState, progress: Progress, reply: HeartbeatReply): void {
  progress.heard();
  progress.flowPaused = false;
  progress.endRepair();
  if (progress.match < state.log.lastIndex || progress.state === 'probe') {
    sendAppend(state, progress, true);
  }
  confirmReads(state, reply);
}

/** Sent or not: wait for the member's answer, or the next heartbeat, before anything else goes out. */
function handleSnapshotStatus(progress: Progress, failed: boolean): void {
  if (progress.state !== 'snapshot') return;
  if (failed) progress.pendingSnapshot = 0;
  progress.becomeProbe();
  progress.flowPaused = true;
}
