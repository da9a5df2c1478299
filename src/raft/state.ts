/**
 * Everything one node knows, and the two queues of what it says. The rules work on it; it has none of its own.
 *
 * @module
 */
import type { ChangeContext } from './changer.js';
import type { ResolvedConfig } from './config.js';
import { NONE, type RaftId } from './ids.js';
import type { RaftLog } from './log.js';
import type { HardState, PeerMessage } from './message.js';
import { ReadOnly } from './read-only.js';
import type { ReadState, Role } from './ready.js';
import { Tracker } from './tracker.js';

export class RaftState {
  readonly id: RaftId;
  readonly config: ResolvedConfig;
  readonly log: RaftLog;
  readonly tracker: Tracker;
  readonly reads = new ReadOnly();

  term = 0;
  vote: RaftId = NONE;
  leader: RaftId = NONE;
  role: Role = 'follower';

  /** Ticks since the leader was heard or the election began; on a leader since the last quorum check. */
  electionElapsed = 0;
  heartbeatElapsed = 0;
  /** Election timeout in ticks, drawn anew at every change of role. */
  electionTimeout = 0;

  /** Ticks since this node started. */
  now = 0;

  /** Target of a leadership transfer under way. */
  transferee: RaftId = NONE;
  /** This leader told somebody to campaign at once: stickiness protects its lease no longer. */
  leaseGivenUp = false;
  /** No membership change may be proposed until this index is applied. */
  pendingConfIndex = 0;
  /** Payload bytes appended by this leader and not applied. */
  uncommittedBytes = 0;

  /** Followers may not know the commit index yet (`deferCommitNotice`). */
  owesCommitNotice = false;
  /** Members that wait for a commit, so that they are to be told at once (`lazyCommitNotice`). */
  readonly awaitingCommit = new Set<RaftId>();

  /** May leave at once. */
  #outbox: PeerMessage[] = [];
  /** May leave, or count here, only when everything appended so far is durable. */
  #afterAppend: PeerMessage[] = [];
  readStates: ReadState[] = [];

  constructor(config: ResolvedConfig, log: RaftLog) {
    this.id = config.id;
    this.config = config;
    this.log = log;
    this.tracker = new Tracker(config.id);
  }

  send(message: PeerMessage): void {
    this.#outbox.push(message);
  }

  /** For answers that promise something; to others and to this node itself alike. */
  sendAfterAppend(message: PeerMessage): void {
    this.#afterAppend.push(message);
  }

  get hasMessages(): boolean {
    return this.#outbox.length > 0 || this.#afterAppend.length > 0;
  }

  get hasAfterAppend(): boolean {
    return this.#afterAppend.length > 0;
  }

  /** Hands the queue over: the array is the caller's from now on, even when it is empty. */
  takeOutbox(): PeerMessage[] {
    const taken = this.#outbox;
    this.#outbox = [];
    return taken;
  }

  takeAfterAppend(): PeerMessage[] {
    const taken = this.#afterAppend;
    this.#afterAppend = [];
    return taken;
  }

  hardState(): HardState {
    return { term: this.term, vote: this.vote, commit: this.log.committed };
  }

  changeContext(): ChangeContext {
    const { maxInflightMessages, maxInflightBytes } = this.config;
    return { lastIndex: this.log.lastIndex, maxInflightMessages, maxInflightBytes };
  }

  /** May this node campaign? Not as a learner or stranger, nor while a snapshot is being stored. */
  get isPromotable(): boolean {
    const { self } = this.tracker;
    return self !== undefined && !self.isLearner && this.log.unstable.snapshot === null;
  }

  /** Something of the current term is committed: only then is the commit index known to be current (paper, section 8). */
  get hasCommittedInTerm(): boolean {
    return this.log.matches(this.log.committed, this.term);
  }
}
