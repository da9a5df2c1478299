/**
 * Leader: answers to ReadIndex requests (dissertation 6.4).
 *
 * @module
 */
import { awaitCommit } from './commit-notice.js';
import { NONE, type RaftId } from './ids.js';
import type { HeartbeatReply } from './message.js';
import type { ReadRequest } from './read-only.js';
import { broadcastHeartbeat } from './replication.js';
import type { RaftState } from './state.js';

function answer(state: RaftState, to: RaftId, index: number, context: string): void {
  if (to === NONE || to === state.id) {
    state.readStates.push({ index, context });
    return;
  }
  state.send({ type: 'ReadIndexReply', from: state.id, to, term: state.term, index, context });
  awaitCommit(state, to);
}

/**
 * Lease (dissertation 6.4.1): others stick to the leader for an election timeout after they heard it, hence at least for
 * that long after the heartbeat was *sent* that a quorum has echoed. Two ticks less because ticks here and there are
 * not in step, and a tenth less because clocks run apart. A node that was just told to campaign sticks to nobody.
 */
function hasLease(state: RaftState): boolean {
  const { readOnly, electionTicks } = state.config;
  if (readOnly !== 'lease-based' || state.leaseGivenUp) return false;
  const lengthTicks = electionTicks - 2 - Math.floor(electionTicks / 10);
  return state.now - state.reads.confirmedAt <= lengthTicks;
}

/** Takes a request of this node or of a follower. */
export function readIndex(state: RaftState, request: ReadRequest): void {
  if (state.reads.isFull) return;
  // Before that, entries acknowledged by earlier leaders may lie above the commit index.
  if (!state.hasCommittedInTerm) state.reads.defer(request);
  else if (needsConfirmation(state, request)) broadcastHeartbeat(state);
}

/** @returns false if the request could be answered at once */
function needsConfirmation(state: RaftState, request: ReadRequest): boolean {
  if (hasLease(state) || state.tracker.isSoleVoter) {
    answer(state, request.from, state.log.committed, request.context);
    return false;
  }
  state.reads.add(request, state.log.committed, state.id);
  return true;
}

/** The first entry of the term is committed: requests that waited for it go on, with one heartbeat for all. */
export function releaseDeferredReads(state: RaftState): void {
  let isAsking = false;
  for (const request of state.reads.takeDeferred()) {
    if (needsConfirmation(state, request)) isAsking = true;
  }
  if (isAsking) broadcastHeartbeat(state);
}

/** The echo of a heartbeat confirms the reads that were taken before it was sent. */
export function confirmReads(state: RaftState, reply: HeartbeatReply): void {
  const { reads, tracker } = state;
  const confirmed = reads.acknowledge(reply.from, reply.readSequence, tracker.configuration);
  for (const read of confirmed) answer(state, read.from, read.index, read.context);
}
