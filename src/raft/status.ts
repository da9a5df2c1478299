/**
 * A picture of one node for people and metrics.
 *
 * @module
 */
import type { RaftId } from './ids.js';
import type { Progress, ProgressState } from './progress.js';
import type { Role } from './ready.js';
import type { ConfState } from './snapshot.js';
import type { RaftState } from './state.js';

export interface ProgressStatus {
  readonly id: RaftId;
  readonly state: ProgressState;
  readonly match: number;
  readonly next: number;
  readonly isLearner: boolean;
  readonly isPaused: boolean;
  readonly pendingSnapshot: number;
  readonly recentActive: boolean;
  readonly isSpared: boolean;
  readonly inflightMessages: number;
  readonly isInflightFull: boolean;
}

export interface RaftStatus {
  readonly id: RaftId;
  readonly role: Role;
  readonly term: number;
  readonly vote: RaftId;
  readonly leader: RaftId;
  readonly transferee: RaftId;
  readonly commitIndex: number;
  readonly appliedIndex: number;
  readonly firstIndex: number;
  readonly lastIndex: number;
  readonly configuration: ConfState;
  /** Of everyone, ascending ids; empty unless this node leads. */
  readonly progress: readonly ProgressStatus[];
}

export function statusOf(state: RaftState): RaftStatus {
  const { log, tracker } = state;
  return {
    id: state.id,
    role: state.role,
    term: state.term,
    vote: state.vote,
    leader: state.leader,
    transferee: state.transferee,
    commitIndex: log.committed,
    appliedIndex: log.applied,
    firstIndex: log.firstIndex,
    lastIndex: log.lastIndex,
    configuration: tracker.configuration,
    progress: state.role === 'leader' ? tracker.members.map(progressStatusOf) : [],
  };
}

/** Also for membership arithmetic shown without a leader. */
export function progressStatusOf(progress: Progress): ProgressStatus {
  return {
    id: progress.id,
    state: progress.state,
    match: progress.match,
    next: progress.next,
    isLearner: progress.isLearner,
    isPaused: progress.isPaused,
    pendingSnapshot: progress.pendingSnapshot,
    recentActive: progress.recentActive,
    isSpared: progress.isSpared,
    inflightMessages: progress.inflights.count,
    isInflightFull: progress.inflights.isFull,
  };
}
