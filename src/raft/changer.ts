/**
 * Arithmetic of membership: a change applied to a configuration and the progress of its members.
 *
 * Pure: what goes in stays as it was, what comes out is new (but for `Progress.isLearner`, which the caller sets
 * through `Membership.adopt` once it takes the result).
 *
 * @module
 */
import type { ConfChange, ConfChangeOperation } from './conf-change.js';
import { RaftError } from './errors.js';
import { NONE, type RaftId } from './ids.js';
import { Progress, type WindowLimits } from './progress.js';
import type { ConfState } from './snapshot.js';

export const EMPTY_CONFIGURATION: ConfState = {
  voters: [],
  outgoing: [],
  learners: [],
  learnersNext: [],
  autoLeave: false,
};

export const isJoint = (configuration: ConfState): boolean => configuration.outgoing.length > 0;

/** A configuration and the progress of everyone in it. */
export interface Membership {
  readonly configuration: ConfState;
  readonly progress: ReadonlyMap<RaftId, Progress>;
}

export interface ChangeContext extends WindowLimits {
  /** Last index of the log: where replication to a new member begins. */
  readonly lastIndex: number;
}

const ascending = (ids: Iterable<RaftId>): readonly RaftId[] => [...ids].sort((a, b) => a - b);

/** A membership under change. */
class Draft {
  readonly voters: Set<RaftId>;
  outgoing: Set<RaftId>;
  readonly learners: Set<RaftId>;
  readonly learnersNext: Set<RaftId>;
  autoLeave: boolean;
  readonly progress: Map<RaftId, Progress>;
  readonly #context: ChangeContext;

  constructor(membership: Membership, context: ChangeContext) {
    const { configuration } = membership;
    this.voters = new Set(configuration.voters);
    this.outgoing = new Set(configuration.outgoing);
    this.learners = new Set(configuration.learners);
    this.learnersNext = new Set(configuration.learnersNext);
    this.autoLeave = configuration.autoLeave;
    this.progress = new Map(membership.progress);
    this.#context = context;
  }

  run(operations: readonly ConfChangeOperation[]): void {
    for (const { kind, id } of operations) {
      if (id === NONE) continue;
      if (kind === 'add-voter') this.#addVoter(id);
      else if (kind === 'add-learner') this.#addLearner(id);
      else if (kind === 'remove') this.#remove(id);
    }
    if (this.voters.size === 0) throw new RaftError('invalid-conf-change', 'removed all voters');
  }

  track(id: RaftId): void {
    if (this.progress.has(id)) return;
    const next = Math.max(this.#context.lastIndex, 1);
    const progress = new Progress(id, next, this.#context);
    // A newcomer has the benefit of the doubt, or the next quorum check would count it as dead.
    progress.recentActive = true;
    this.progress.set(id, progress);
  }

  #addVoter(id: RaftId): void {
    this.track(id);
    this.learners.delete(id);
    this.learnersNext.delete(id);
    this.voters.add(id);
  }

  #addLearner(id: RaftId): void {
    if (this.learners.has(id)) return;
    this.track(id);
    this.voters.delete(id);
    // Still a voter of the outgoing half: it becomes a learner when that half goes.
    if (this.outgoing.has(id)) this.learnersNext.add(id);
    else this.learners.add(id);
  }

  #remove(id: RaftId): void {
    this.voters.delete(id);
    this.learners.delete(id);
    this.learnersNext.delete(id);
    if (!this.outgoing.has(id)) this.progress.delete(id);
  }

  finish(): Membership {
    const configuration: ConfState = {
      voters: ascending(this.voters),
      outgoing: ascending(this.outgoing),
      learners: ascending(this.learners),
      learnersNext: ascending(this.learnersNext),
      autoLeave: this.autoLeave,
    };
    return { configuration, progress: this.progress };
  }
}

function differences(before: readonly RaftId[], after: ReadonlySet<RaftId>): number {
  const kept = before.filter(id => after.has(id)).length;
  return before.length - kept + (after.size - kept);
}

/**
 * A change of at most one voter, without joint consensus.
 * @throws RaftError `invalid-conf-change`, as the others here
 */
export function changeSimply(
  membership: Membership,
  operations: readonly ConfChangeOperation[],
  context: ChangeContext,
): Membership {
  if (isJoint(membership.configuration)) {
    throw new RaftError('invalid-conf-change', "can't apply simple config change in joint config");
  }
  const draft = new Draft(membership, context);
  draft.run(operations);
  if (differences(membership.configuration.voters, draft.voters) > 1) {
    const message = 'more than one voter changed without entering joint config';
    throw new RaftError('invalid-conf-change', message);
  }
  return draft.finish();
}

/** Paper, section 6: from now on decisions need both the old and the new majority. */
export function enterJoint(
  membership: Membership,
  operations: readonly ConfChangeOperation[],
  autoLeave: boolean,
  context: ChangeContext,
): Membership {
  if (isJoint(membership.configuration)) {
    throw new RaftError('invalid-conf-change', 'config is already joint');
  }
  if (membership.configuration.voters.length === 0) {
    throw new RaftError('invalid-conf-change', "can't make a zero-voter config joint");
  }
  const draft = new Draft(membership, context);
  draft.outgoing = new Set(draft.voters);
  draft.run(operations);
  draft.autoLeave = autoLeave;
  return draft.finish();
}

/** Only the new majority counts from now on. */
export function leaveJoint(membership: Membership, context: ChangeContext): Membership {
  if (!isJoint(membership.configuration)) {
    throw new RaftError('invalid-conf-change', "can't leave a non-joint config");
  }
  const draft = new Draft(membership, context);
  for (const id of draft.learnersNext) draft.learners.add(id);
  draft.learnersNext.clear();
  for (const id of draft.outgoing) {
    if (!draft.voters.has(id) && !draft.learners.has(id)) draft.progress.delete(id);
  }
  draft.outgoing.clear();
  draft.autoLeave = false;
  return draft.finish();
}

/** Applies a committed change in the way its transition and its number of operations ask for. */
export function applyChange(membership: Membership, change: ConfChange, context: ChangeContext): Membership {
  const { transition, operations } = change;
  if (transition === 'auto' && operations.length === 0) return leaveJoint(membership, context);
  if (transition !== 'auto' || operations.length > 1) {
    return enterJoint(membership, operations, transition !== 'explicit', context);
  }
  return changeSimply(membership, operations, context);
}

/** Exactly the given configuration, everyone in it with fresh progress. */
export function restoreMembership(configuration: ConfState, context: ChangeContext): Membership {
  const draft = new Draft({ configuration, progress: new Map() }, context);
  for (const ids of [configuration.voters, configuration.outgoing, configuration.learners]) {
    for (const id of ids) draft.track(id);
  }
  return draft.finish();
}
