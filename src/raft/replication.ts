/**
 * Leader: AppendEntries, snapshots and heartbeats to the others (paper 5.3, section 7).
 *
 * @module
 */
import type { Entry } from './entry.js';
import { payloadBytes } from './entry-size.js';
import { NONE } from './ids.js';
import type { Progress } from './progress.js';
import type { RaftState } from './state.js';

const NO_ENTRIES: readonly Entry[] = [];

/** Told by the code: storage has error classes of its own. */
const isCompacted = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'log-compacted';

/** Entries for `progress`; undefined when compaction has taken them. */
function entriesFor(state: RaftState, progress: Progress): readonly Entry[] | undefined {
  if (progress.state === 'replicate' && progress.inflights.isFull) return NO_ENTRIES;
  const { log, config } = state;
  try {
    return log.entries(progress.next, log.lastIndex + 1, config.maxSizePerMessageBytes);
  } catch (error) {
    if (isCompacted(error)) return undefined;
    throw error;
  }
}

/** Only to a member that was heard from: the others would not get it. */
function sendSnapshot(state: RaftState, progress: Progress): boolean {
  if (!progress.recentActive) return false;
  const snapshot = state.log.snapshot();
  if (snapshot === null) return false;
  progress.becomeSnapshot(snapshot.index);
  const { id, term } = state;
  state.send({ type: 'InstallSnapshot', from: id, to: progress.id, term, snapshot });
  return true;
}

/** @returns whether something was sent */
export function sendAppend(state: RaftState, progress: Progress, allowEmpty: boolean): boolean {
  if (progress.isPaused) return false;
  const { log } = state;
  const prevLogIndex = progress.next - 1;
  const prevLogTerm = log.term(prevLogIndex);
  if (prevLogTerm === undefined) return sendSnapshot(state, progress);
  const entries = entriesFor(state, progress);
  if (entries === undefined) return sendSnapshot(state, progress);
  if (entries.length === 0 && !allowEmpty) return false;
  state.send({
    type: 'AppendEntries',
    from: state.id,
    to: progress.id,
    term: state.term,
    prevLogIndex,
    prevLogTerm,
    entries,
    commit: log.committed,
  });
  progress.sent(entries.length, payloadBytes(entries));
  progress.sentCommit = log.committed;
  return true;
}

/** AppendEntries, empty if need be, to everyone else. */
export function broadcastAppend(state: RaftState): void {
  for (const progress of state.tracker.members) {
    if (progress.id !== state.id) sendAppend(state, progress, true);
  }
}

/** What everyone else lacks, and nothing to those who lack nothing. */
export function broadcastMissing(state: RaftState): void {
  for (const progress of state.tracker.members) {
    if (progress.id !== state.id) sendAppend(state, progress, false);
  }
}

/** And said so since the last quorum check. */
function hasEverything({ log, transferee }: RaftState, progress: Progress): boolean {
  const { recentActive, state, match, sentCommit } = progress;
  const knowsLog = state === 'replicate' && match === log.lastIndex && sentCommit === log.committed;
  return knowsLog && log.committed === log.lastIndex && recentActive && transferee === NONE;
}

/** Heartbeats ignore flow control; they never tell a member to commit what it may not have. */
export function broadcastHeartbeat(state: RaftState): void {
  const { reads, config } = state;
  if (config.readOnly === 'lease-based') reads.beat(state.now, state.id);
  const readSequence = reads.heartbeatPosition;
  for (const progress of state.tracker.members) {
    if (progress.id === state.id) continue;
    const commit = Math.min(progress.match, state.log.committed);
    const { id, term } = state;
    const heartbeat = { type: 'Heartbeat', from: id, to: progress.id, term, commit, readSequence } as const;
    const quiet = readSequence === 0 && hasEverything(state, progress);
    progress.sentCommit = commit;
    state.send(quiet ? { ...heartbeat, quiet } : heartbeat);
  }
}
