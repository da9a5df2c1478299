/**
 * Leader: telling the followers a new commit index when no message tells it anyway (`deferCommitNotice`, `lazyCommitNotice`).
 *
 * @module
 */
import { NONE, type RaftId } from './ids.js';
import type { Progress } from './progress.js';
import { sendAppend } from './replication.js';
import type { RaftState } from './state.js';
import { endDeferral } from './thrift.js';

/**
 * Is a message due that only tells the commit index? Not while later entries are on their way: the next append or commit tells
 * it as well. A membership change is told at once, since it may end this leader.
 */
export function mustTellCommit(state: RaftState): boolean {
  if (!state.owesCommitNotice) return false;
  const { log, pendingConfIndex, config, awaitingCommit, transferee } = state;
  if (pendingConfIndex > log.applied) return true;
  if (log.committed !== log.lastIndex) return false;
  return !config.lazyCommitNotice || awaitingCommit.size > 0 || transferee !== NONE;
}

/** To those who have not learned it with entries meanwhile; of them only those who wait for it, if that is enough. */
export function tellCommit(state: RaftState): void {
  const { log, config, pendingConfIndex, transferee } = state;
  const isLazy = config.lazyCommitNotice && pendingConfIndex <= log.applied && transferee === NONE;
  if (isLazy) tell(state, ({ id }) => state.awaitingCommit.has(id));
  else tellEveryone(state);
  // Who waits for entries that are still on their way waits on.
  if (log.committed === log.lastIndex) state.awaitingCommit.clear();
}

/** Will the next tick tell the commit? When no later entries are on their way, which tell it as well. */
export const tellsCommitOnTick = ({ owesCommitNotice, log }: RaftState): boolean =>
  owesCommitNotice && log.committed === log.lastIndex;

export function tellCommitOnTick(state: RaftState): void {
  if (tellsCommitOnTick(state)) tellEveryone(state);
}

/** `id` waits for what is committed, or will be next. */
export function awaitCommit(state: RaftState, id: RaftId): void {
  if (!state.config.lazyCommitNotice || id === state.id) return;
  const progress = state.tracker.get(id);
  if (progress === undefined) return;
  endDeferral(state, progress);
  state.awaitingCommit.add(id);
  if (progress.canLearnCommit(state.log.committed)) state.owesCommitNotice = true;
}

function tellEveryone(state: RaftState): void {
  state.owesCommitNotice = false;
  tell(state, () => true);
}

function tell(state: RaftState, isMeant: (progress: Progress) => boolean): void {
  const { committed } = state.log;
  for (const progress of state.tracker.members) {
    if (progress.id === state.id || !isMeant(progress)) continue;
    if (progress.canLearnCommit(committed)) sendAppend(state, progress, true);
  }
}
