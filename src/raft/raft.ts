/**
 * One node of a Raft group: give it ticks and messages, take out `Ready`s. No clock, no I/O, no randomness of its own:
 * the same calls always have the same results.
 *
 * @module
 */
import { awaitCommit, tellsCommitOnTick } from './commit-notice.js';
import {
  type ConfChange,
  type ConfChangeOperation,
  encodeConfChange,
  encodeSimpleConfChange,
} from './conf-change.js';
import { type RaftConfig, resolveConfig } from './config.js';
import { RaftError } from './errors.js';
import { tickElection } from './follower.js';
import { NONE, type RaftId } from './ids.js';
import { tickLeader } from './leader.js';
import { RaftLog } from './log.js';
import type { LogReader } from './log-reader.js';
import { applyConfChange, restoreConfiguration } from './membership.js';
import type { Message } from './message.js';
import type { Ready, Role } from './ready.js';
import { ReadyBuilder } from './ready-builder.js';
import { resend } from './replication.js';
import { becomeFollower } from './roles.js';
import type { ConfState } from './snapshot.js';
import { RaftState } from './state.js';
import { type RaftStatus, statusOf } from './status.js';
import { checkOrigin, stepMessage } from './step.js';
import { hasDeferredEntries } from './thrift.js';

export class Raft {
  readonly #state: RaftState;
  readonly #readies: ReadyBuilder;

  /**
   * Starts from what storage holds.
   * @throws RaftError `invalid-config`
   */
  constructor(config: RaftConfig, reader: LogReader) {
    const resolved = resolveConfig(config);
    const log = new RaftLog(reader, {
      maxApplyingBytes: resolved.maxCommittedBytesPerReady,
      applyUnstable: !resolved.asyncStorageWrites,
    });
    const state = new RaftState(resolved, log);
    const { hardState, confState } = reader.initialState();
    restoreConfiguration(state, confState);
    if (hardState !== null) {
      log.commitTo(hardState.commit);
      state.term = hardState.term;
      state.vote = hardState.vote;
    }
    if (resolved.applied > 0) log.appliedTo(resolved.applied, 0);
    becomeFollower(state, state.term, NONE);
    this.#state = state;
    this.#readies = new ReadyBuilder(state);
  }

  get id(): RaftId {
    return this.#state.id;
  }

  get role(): Role {
    return this.#state.role;
  }

  get term(): number {
    return this.#state.term;
  }

  /** Leader of the current term, `NONE` if unknown. */
  get leader(): RaftId {
    return this.#state.leader;
  }

  get commitIndex(): number {
    return this.#state.log.committed;
  }

  get appliedIndex(): number {
    return this.#state.log.applied;
  }

  get firstIndex(): number {
    return this.#state.log.firstIndex;
  }

  get lastIndex(): number {
    return this.#state.log.lastIndex;
  }

  get configuration(): ConfState {
    return this.#state.tracker.configuration;
  }

  /** Which of the coming ticks is the next that may do something: a heartbeat, a quorum check, an election. At least 1. */
  get ticksUntilDue(): number {
    const { role, config, heartbeatElapsed, electionElapsed, electionTimeout } = this.#state;
    if (role === 'leader' && (tellsCommitOnTick(this.#state) || hasDeferredEntries(this.#state))) return 1;
    const due =
      role === 'leader'
        ? Math.min(config.heartbeatTicks - heartbeatElapsed, config.electionTicks - electionElapsed)
        : electionTimeout - electionElapsed;
    return Math.max(1, due);
  }

  /** One unit of the clock has passed. */
  tick(): void {
    this.#state.now += 1;
    if (this.#state.role === 'leader') tickLeader(this.#state);
    else tickElection(this.#state);
  }

  /**
   * The leader of `term` lives: what a quiet heartbeat says.
   * @returns false when this node does not follow it; then it has to get the heartbeat
   */
  hearLeader(leader: RaftId, term: number): boolean {
    const state = this.#state;
    if (state.role !== 'follower' || state.leader !== leader || state.term !== term) return false;
    state.electionElapsed = 0;
    return true;
  }

  /**
   * A message came from a peer, or a response from the node's own storage.
   * @throws RaftError `local-message`, `peer-not-found`, `proposal-dropped`
   */
  step(message: Message): void {
    checkOrigin(this.#state, message);
    stepMessage(this.#state, message);
  }

  /**
   * Appends `data` as one entry, here or (forwarded) at the leader. Forwarding is no promise.
   * @throws RaftError `proposal-dropped`
   */
  propose(data: Uint8Array): void {
    this.#propose('normal', data);
  }

  /** @throws RaftError `proposal-dropped` */
  proposeConfChange(change: ConfChange): void {
    this.#propose('conf-change-v2', encodeConfChange(change));
  }

  /** A change of one member in the older entry format. @throws RaftError `proposal-dropped` */
  proposeSimpleConfChange(operation: ConfChangeOperation): void {
    this.#propose('conf-change', encodeSimpleConfChange(operation));
  }

  #propose(type: 'normal' | 'conf-change' | 'conf-change-v2', data: Uint8Array): void {
    const { id } = this.#state;
    const entries = [{ index: 0, term: 0, type, data }];
    stepMessage(this.#state, { type: 'Propose', from: id, to: id, term: 0, entries });
  }

  /** Starts an election as if the timer had run out. */
  campaign(): void {
    const { id } = this.#state;
    stepMessage(this.#state, { type: 'Hup', from: id, to: id, term: 0 });
  }

  /**
   * Asks for a linearizable read point; a `ReadState` with this context comes in a later Ready, or never (no leader,
   * leadership lost, message lost, too many waiting). A context must not be used twice.
   */
  readIndex(context: string): void {
    const { id } = this.#state;
    stepMessage(this.#state, { type: 'ReadIndex', from: id, to: id, term: 0, context });
  }

  /** Asks the leader to hand over to `to`. Tried for one election timeout; proposals are refused meanwhile. */
  transferLeadership(to: RaftId): void {
    stepMessage(this.#state, { type: 'TransferLeader', from: to, to: this.#state.id, term: 0 });
  }

  /** A follower stops to remember its leader, so that it may vote for others at once. */
  forgetLeader(): void {
    const { id } = this.#state;
    stepMessage(this.#state, { type: 'ForgetLeader', from: id, to: id, term: 0 });
  }

  /** Leader: `id` waits for the commit of what is in the log by now, and is to be told at once (`lazyCommitNotice`). */
  awaitsCommit(id: RaftId): void {
    if (this.#state.role === 'leader') awaitCommit(this.#state, id);
  }

  /** Leader: entries have been waiting for their commit for so long that messages were probably lost (`repeatBytes`). */
  resend(): void {
    if (this.#state.role === 'leader') resend(this.#state);
  }

  /** The last message to `id` was probably lost. */
  reportUnreachable(id: RaftId): void {
    stepMessage(this.#state, { type: 'Unreachable', from: id, to: this.#state.id, term: 0 });
  }

  /** The snapshot to `id` was sent (`ok`) or not. Without a report replication to `id` would wait for ever. */
  reportSnapshot(id: RaftId, ok: boolean): void {
    const to = this.#state.id;
    stepMessage(this.#state, { type: 'SnapshotStatus', from: id, to, term: 0, reject: !ok });
  }

  /** Is there anything in a Ready? Constant time. */
  hasReady(): boolean {
    return this.#readies.hasReady;
  }

  /** Takes everything there is to do; the caller is bound to do it, in order. */
  ready(): Ready {
    return this.#readies.take();
  }

  /** Synchronous mode: the last Ready is stored, sent and applied. */
  advance(): void {
    for (const message of this.#readies.takeOnAdvance()) {
      try {
        stepMessage(this.#state, message);
      } catch (error) {
        // A dropped proposal is no failure of the storage work.
        if (!(error instanceof RaftError) || error.code !== 'proposal-dropped') throw error;
      }
    }
  }

  /**
   * A committed membership change is applied: call it for each such entry, in log order, before the apply response.
   * @param index of the entry. A change that a snapshot, received while it waited for application, contains already is
   *   skipped. Left out: the change is never skipped.
   * @returns the membership from now on, to be stored with snapshots
   * @throws RaftError `invalid-conf-change`
   */
  applyConfChange(change: ConfChange, index: number = Number.POSITIVE_INFINITY): ConfState {
    if (index < this.#state.log.firstIndex) return this.configuration;
    return applyConfChange(this.#state, change);
  }

  status(): RaftStatus {
    return statusOf(this.#state);
  }

  /** Election timeout in ticks in place of the drawn one, until the next draw. For tests and simulations. */
  overrideElectionTimeout(ticks: number): void {
    this.#state.electionTimeout = ticks;
  }
}
