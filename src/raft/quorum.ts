/**
 * Majorities, alone and joint (paper, section 6: decisions need a majority of both halves).
 *
 * @module
 */
import type { RaftId } from './ids.js';

export type VoteOutcome = 'won' | 'lost' | 'pending';

/** Index acknowledged by a member, undefined if nothing is known. */
export interface AckedIndexes {
  ackedIndex(id: RaftId): number | undefined;
}

/** Members in both halves of a joint configuration; `outgoing` is empty outside of joint consensus. */
export interface VoterHalves {
  readonly voters: readonly RaftId[];
  readonly outgoing: readonly RaftId[];
}

export const majorityOf = (count: number): number => Math.floor(count / 2) + 1;

// Reused by every call: the commit index is computed for every acknowledgement. Never held across calls.
const scratch: number[] = [];

/** Highest index acknowledged by a majority of `voters`; infinity for the empty half, which agrees to everything. */
export function majorityCommitted(voters: readonly RaftId[], acked: AckedIndexes): number {
  const count = voters.length;
  if (count === 0) return Number.POSITIVE_INFINITY;
  for (let filled = 0; filled < count; filled += 1) {
    const index = acked.ackedIndex(voters[filled] as RaftId) ?? 0;
    let at = filled;
    for (; at > 0 && (scratch[at - 1] as number) > index; at -= 1) scratch[at] = scratch[at - 1] as number;
    scratch[at] = index;
  }
  return scratch[count - majorityOf(count)] as number;
}

export function jointCommitted(halves: VoterHalves, acked: AckedIndexes): number {
  const incoming = majorityCommitted(halves.voters, acked);
  if (halves.outgoing.length === 0) return incoming;
  return Math.min(incoming, majorityCommitted(halves.outgoing, acked));
}

/** Outcome of a vote among `voters`; `voteOf` gives undefined for those who have not answered. */
export function majorityVote(
  voters: readonly RaftId[],
  voteOf: (id: RaftId) => boolean | undefined,
): VoteOutcome {
  if (voters.length === 0) return 'won';
  const needed = majorityOf(voters.length);
  let granted = 0;
  let missing = 0;
  for (const id of voters) {
    const vote = voteOf(id);
    if (vote === undefined) missing += 1;
    else if (vote) granted += 1;
  }
  if (granted >= needed) return 'won';
  return granted + missing >= needed ? 'pending' : 'lost';
}

export function jointVote(halves: VoterHalves, voteOf: (id: RaftId) => boolean | undefined): VoteOutcome {
  const incoming = majorityVote(halves.voters, voteOf);
  const outgoing = majorityVote(halves.outgoing, voteOf);
  if (incoming === outgoing) return incoming;
  return incoming === 'lost' || outgoing === 'lost' ? 'lost' : 'pending';
}
