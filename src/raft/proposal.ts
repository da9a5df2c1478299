/**
 * Leader: proposals (paper 5.3) and the rules for proposing membership changes (section 6).
 *
 * @module
 */
import { applyChange, isJoint } from './changer.js';
import { decodeConfChange } from './conf-change.js';
import { payloadBytes, REFUSED_CHANGE_DATA } from './entry-size.js';
import { RaftError } from './errors.js';
import { NONE } from './ids.js';
import { appendToOwnLog, type EntryDraft } from './leader-append.js';
import type { RaftState } from './state.js';
import { replicate } from './thrift.js';

const REFUSED_CHANGE: EntryDraft = { type: 'normal', data: REFUSED_CHANGE_DATA };

/**
 * One change at a time; while joint only to leave, otherwise never to leave. And only what can be applied: a committed
 * change that cannot would stop every node. As no other change is under way, the membership it meets is that of now.
 */
function mayChange(state: RaftState, draft: EntryDraft, pendingIndex: number): boolean {
  if (state.config.disableConfChangeValidation) return true;
  if (pendingIndex > state.log.applied) return false;
  const { membership, configuration } = state.tracker;
  try {
    const change = decodeConfChange(draft);
    applyChange(membership, change, state.changeContext());
    return isJoint(configuration) === (change.operations.length === 0);
  } catch (error) {
    if (error instanceof RaftError) return false;
    throw error;
  }
}

/**
 * Appends and replicates `drafts`. A membership change that may not be made now becomes an empty entry.
 * @throws RaftError `proposal-dropped`: nothing was appended
 */
export function proposeAsLeader(state: RaftState, drafts: readonly EntryDraft[]): void {
  if (state.tracker.self === undefined || state.transferee !== NONE) {
    throw new RaftError('proposal-dropped');
  }
  let pendingIndex = state.pendingConfIndex;
  const nextIndex = state.log.lastIndex + 1;
  const checked = drafts.map((draft, at) => {
    if (draft.type === 'normal') return draft;
    if (!mayChange(state, draft, pendingIndex)) return REFUSED_CHANGE;
    pendingIndex = nextIndex + at;
    return draft;
  });
  if (!appendToOwnLog(state, checked)) throw new RaftError('proposal-dropped');
  state.pendingConfIndex = pendingIndex;
  replicate(state, payloadBytes(checked));
}
