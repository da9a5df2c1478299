/**
 * Puts together what a member says of itself and what was seen of it on its links, in the shape of a node's report.
 *
 * @module
 */
import type { NodeReport } from '../runtime/node-protocol.js';
import type { FollowerProgress, RaftStatus } from '../runtime/status.js';
import type { MemberMetrics, MemberStatus } from './member-status.js';
import type { PeerMessage } from './peer-message.js';

/** What the messages of one member gave away. */
export class MemberSightings {
  /** The last term it asked for votes in. */
  campaignTerm = 0;
  #vote: { readonly term: number; readonly node: number } | null = null;
  /** Up to where its log is known to match, by its answers. */
  matchIndex = 0;

  /** @returns the term of a campaign that was not known, or null */
  see(to: number, { name, term, index, reject }: PeerMessage): number | null {
    if (name === 'RequestVote' && term > this.campaignTerm) {
      this.campaignTerm = term;
      return term;
    }
    if (name === 'RequestVoteReply' && !reject) this.#vote = { term, node: to };
    if (name === 'AppendEntriesReply' && !reject) this.matchIndex = Math.max(this.matchIndex, index);
    return null;
  }

  /** Whom it voted for in the term, as far as that was sent; itself when it campaigned. */
  voteIn(term: number, self: number): number | null {
    if (this.campaignTerm === term) return self;
    return this.#vote?.term === term ? this.#vote.node : null;
  }
}

export interface ReportParts {
  readonly node: number;
  readonly status: MemberStatus;
  /** Null: not asked yet. */
  readonly metrics: MemberMetrics | null;
  readonly syncMs: { readonly p50: number; readonly p99: number };
  readonly busy: number;
  /** Node of a member's id; null: of a member that has not answered yet. */
  readonly nodeOf: (id: string) => number | null;
  readonly sightings: readonly MemberSightings[];
  readonly electionTimeoutMs: number;
  /** Of the gateway in front of the member. */
  readonly front: Pick<NodeReport, 'clients' | 'writes' | 'reads' | 'writeLatency' | 'gateway'>;
}

export function reportOf(parts: ReportParts): NodeReport {
  const { status, metrics, syncMs, busy, front } = parts;
  return {
    raft: raftStatus(parts),
    heapBytes: metrics?.residentBytes ?? 0,
    busy,
    mailboxDepth: 0,
    keys: metrics?.keys ?? 0,
    dataBytes: status.dataBytes,
    stateHash: '',
    hashedIndex: 0,
    syncMsP50: syncMs.p50,
    syncMsP99: syncMs.p99,
    ...front,
  };
}

/** What etcd tells nobody (the first index, the log behind the committed part) is left at what is certain. */
function raftStatus({ node, status, nodeOf, sightings, electionTimeoutMs }: ReportParts): RaftStatus {
  const { term, committed, applied, leaderId } = status;
  const leader = nodeOf(leaderId);
  const campaigns = leader === null && sightings[node]?.campaignTerm === term;
  const voters = sightings.map((_, index) => index);
  return {
    role: leader === node ? 'leader' : campaigns ? 'candidate' : 'follower',
    term,
    vote: sightings[node]?.voteIn(term, node) ?? null,
    leader,
    firstIndex: 1,
    lastIndex: committed,
    lastTerm: term,
    commit: committed,
    applied,
    snapshotIndex: 0,
    electionElapsedMs: 0,
    electionTimeoutMs,
    voters,
    learners: [],
    joint: false,
    progress: leader === node ? voters.filter(other => other !== node).map(progressOf(sightings)) : [],
    tailTerms: [],
    votesGranted: [],
  };
}

const progressOf =
  (sightings: readonly MemberSightings[]) =>
  (node: number): FollowerProgress => {
    const match = sightings[node]?.matchIndex ?? 0;
    return { node, state: 'replicate', match, next: match + 1, inflight: 0, active: true, learner: false };
  };
