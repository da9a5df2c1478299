/**
 * Elections (paper 5.2, 5.4.1) with the pre-vote phase (dissertation 9.6).
 *
 * @module
 */
import { NONE } from './ids.js';
import type { RequestVote, RequestVoteReply } from './message.js';
import { broadcastAppend } from './replication.js';
import { becomeCandidate, becomeFollower, becomeLeader, becomePreCandidate } from './roles.js';
import type { RaftState } from './state.js';

const SCAN_BYTES = 1 << 20;

/** A committed membership change that is not applied yet: this node may not know who votes. */
function hasUnappliedConfChange(state: RaftState): boolean {
  const { log } = state;
  let from = log.applied + 1;
  while (from <= log.committed) {
    const entries = log.entries(from, log.committed + 1, SCAN_BYTES);
    if (entries.some(entry => entry.type !== 'normal')) return true;
    from += entries.length;
  }
  return false;
}

/** `transfer`: a real election at once, whatever the others hear of the old leader. */
export type Campaign = 'usual' | 'transfer';

/** The election timer ran out, or somebody said so. */
export function startElection(state: RaftState, campaign: Campaign): void {
  if (state.role === 'leader' || !state.isPromotable || hasUnappliedConfChange(state)) return;
  if (campaign === 'usual' && state.config.preVote) requestPreVotes(state);
  else requestVotes(state, campaign);
}

function requestPreVotes(state: RaftState): void {
  becomePreCandidate(state);
  askVoters(state, 'PreVote', state.term + 1, false);
}

function requestVotes(state: RaftState, campaign: Campaign): void {
  becomeCandidate(state);
  askVoters(state, 'RequestVote', state.term, campaign === 'transfer');
}

function askVoters(state: RaftState, type: RequestVote['type'], term: number, forced: boolean): void {
  const lastLogIndex = state.log.lastIndex;
  const lastLogTerm = state.log.lastTerm;
  for (const to of state.tracker.voters) {
    // The own vote counts once it is durable.
    if (to === state.id) state.sendAfterAppend(reply(state, { type, from: to }, term, false));
    else state.send({ type, from: state.id, to, term, lastLogIndex, lastLogTerm, forced });
  }
}

function reply(
  state: RaftState,
  request: Pick<RequestVote, 'type' | 'from'>,
  term: number,
  reject: boolean,
): RequestVoteReply {
  const type = request.type === 'PreVote' ? 'PreVoteReply' : 'RequestVoteReply';
  return { type, from: state.id, to: request.from, term, reject };
}

/** Refusals carry the own term, so that the asker learns it. */
export function refuseVote(state: RaftState, request: RequestVote): void {
  state.sendAfterAppend(reply(state, request, state.term, true));
}

/**
 * Paper, Figure 2, RequestVote 2: one vote a term, and only for a log at least as up to date. Learners answer too: a
 * node that was promoted may not know it yet.
 */
export function answerVote(state: RaftState, request: RequestVote): void {
  const isFree = state.vote === NONE && state.leader === NONE;
  const asksForLaterTerm = request.type === 'PreVote' && request.term > state.term;
  const mayVote = state.vote === request.from || isFree || asksForLaterTerm;
  const isUpToDate = state.log.isUpToDate(request.lastLogIndex, request.lastLogTerm);
  if (!mayVote || !isUpToDate) {
    refuseVote(state, request);
    if (mayVote && request.type === 'PreVote') hastenCampaign(state);
    return;
  }
  state.sendAfterAppend(reply(state, request, request.term, false));
  if (request.type === 'RequestVote') {
    state.electionElapsed = 0;
    state.vote = request.from;
  }
}

/** Of what is left of the election timeout; several members may be asked at the same moment. */
const HASTE = 8;

/**
 * A member asks in vain because it has not got entries that this one got first (`thrift.ts`). This one misses the leader too, and
 * can win: the election is not to take longer because it drew the longer timeout.
 */
function hastenCampaign(state: RaftState): void {
  const { config, role, electionElapsed, electionTimeout } = state;
  if (config.thriftyBytes === 0 || role !== 'follower') return;
  const soon = electionElapsed + 1 + Math.floor(Math.max(0, electionTimeout - electionElapsed) / HASTE);
  state.electionTimeout = Math.min(electionTimeout, soon);
}

/** Candidate or pre-candidate: an answer of the phase it is in. */
export function countVote(state: RaftState, answer: RequestVoteReply): void {
  const outcome = state.tracker.recordVote(answer.from, !answer.reject);
  if (outcome === 'pending') return;
  if (outcome === 'lost') {
    becomeFollower(state, state.term, NONE);
  } else if (state.role === 'pre-candidate') {
    requestVotes(state, 'usual');
  } else {
    becomeLeader(state);
    broadcastAppend(state);
  }
}
