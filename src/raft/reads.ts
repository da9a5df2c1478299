/**
 * Leader: answers to ReadIndex requests (dissertation 6.4).
 *
 * @module
 */
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
}

/** Takes a request of this node or of a follower. */
export function readIndex(state: RaftState, request: ReadRequest): void {
  // Before that, entries acknowledged by earlier leaders may lie above the commit index.
  if (!state.hasCommittedInTerm) {
    state.reads.defer(request);
    return;
  }
  const hasLease = state.config.readOnly === 'lease-based' && !state.leaseGivenUp;
  if (hasLease || state.tracker.isSoleVoter) {
    answer(state, request.from, state.log.committed, request.context);
    return;
  }
  state.reads.add(request, state.log.committed, state.id);
  broadcastHeartbeat(state);
}

/** The first entry of the term is committed: requests that waited for it go on. */
export function releaseDeferredReads(state: RaftState): void {
  if (!state.hasCommittedInTerm) return;
  for (const request of state.reads.takeDeferred()) readIndex(state, request);
}

/** The echo of a heartbeat confirms the reads that were taken before it was sent. */
export function confirmReads(state: RaftState, reply: HeartbeatReply): void {
  const { reads, tracker } = state;
  const confirmed = reads.acknowledge(reply.from, reply.readSequence, tracker.configuration);
  for (const read of confirmed) answer(state, read.from, read.index, read.context);
}
