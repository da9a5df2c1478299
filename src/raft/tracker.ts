/**
 * The members as this node knows them: configuration, progress of each, and the votes of a running election.
 *
 * @module
 */
import { EMPTY_CONFIGURATION, type Membership } from './changer.js';
import type { RaftId } from './ids.js';
import type { Progress } from './progress.js';
import { type AckedIndexes, jointCommitted, jointVote, type VoteOutcome } from './quorum.js';
import type { ConfState } from './snapshot.js';

export class Tracker implements AckedIndexes {
  readonly #self: RaftId;
  #byId: ReadonlyMap<RaftId, Progress> = new Map();
  readonly #votes = new Map<RaftId, boolean>();
  configuration: ConfState = EMPTY_CONFIGURATION;
  /** Everyone, this node included, by ascending id. */
  members: readonly Progress[] = [];
  /** Voters of both halves by ascending id. */
  voters: readonly RaftId[] = [];
  /** This node's own progress; undefined when it is no member. */
  self: Progress | undefined;

  constructor(self: RaftId) {
    this.#self = self;
  }

  /** Takes over a new membership. */
  adopt(membership: Membership): void {
    const { configuration } = membership;
    this.configuration = configuration;
    this.#byId = membership.progress;
    this.members = [...membership.progress.values()].sort((a, b) => a.id - b.id);
    for (const progress of this.members) {
      progress.isLearner = configuration.learners.includes(progress.id);
    }
    const voters = new Set([...configuration.voters, ...configuration.outgoing]);
    this.voters = [...voters].sort((a, b) => a - b);
    this.self = membership.progress.get(this.#self);
  }

  get membership(): Membership {
    return { configuration: this.configuration, progress: this.#byId };
  }

  get(id: RaftId): Progress | undefined {
    return this.#byId.get(id);
  }

  isVoter(id: RaftId): boolean {
    return this.voters.includes(id);
  }

  /** Nobody else has a say: the only voter is this node, and there is no outgoing half. */
  get isSoleVoter(): boolean {
    const { voters, outgoing } = this.configuration;
    return voters.length === 1 && voters[0] === this.#self && outgoing.length === 0;
  }

  ackedIndex(id: RaftId): number | undefined {
    return this.#byId.get(id)?.match;
  }

  /** Highest index that a quorum has. */
  committedIndex(): number {
    return jointCommitted(this.configuration, this);
  }

  /** Were enough voters heard from since the last check? Learners do not count. */
  isQuorumActive(): boolean {
    const isActive = (id: RaftId): boolean => this.#byId.get(id)?.recentActive === true;
    return jointVote(this.configuration, isActive) === 'won';
  }

  forgetVotes(): void {
    this.#votes.clear();
  }

  /** The first answer of each member counts. @returns the outcome so far */
  recordVote(id: RaftId, granted: boolean): VoteOutcome {
    if (!this.#votes.has(id)) this.#votes.set(id, granted);
    return jointVote(this.configuration, voter => this.#votes.get(voter));
  }
}
