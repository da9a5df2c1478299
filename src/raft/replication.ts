/**
 * Leader: AppendEntries, snapshots and heartbeats to the others (paper 5.3, section 7).
 *
 * @module
 */
import type { Entry } from './entry.js';
import { payloadBytes } from './entry-size.js';
import { NONE, type RaftId } from './ids.js';
import type { Progress } from './progress.js';
import type { RaftState } from './state.js';

const NO_ENTRIES: readonly Entry[] = [];

/** Told by the code: storage has error classes of its own. */
const isCompacted = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'log-compacted';

/** Entries in `[from, to)`, as many as fit; undefined when compaction has taken them. */
function entriesFrom(
  { log }: RaftState,
  from: number,
  to: number,
  maxBytes: number,
): readonly Entry[] | undefined {
  try {
    return log.entries(from, to, maxBytes);
  } catch (error) {
    if (isCompacted(error)) return undefined;
    throw error;
  }
}

/** Entries for `progress`; undefined when compaction has taken them. */
function entriesFor(state: RaftState, progress: Progress): readonly Entry[] | undefined {
  if (progress.state === 'replicate' && progress.inflights.isFull) return NO_ENTRIES;
  return entriesFrom(state, progress.next, state.log.lastIndex + 1, state.config.maxSizePerMessageBytes);
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

function send(state: RaftState, to: RaftId, prevLogIndex: number, entries: readonly Entry[]): boolean {
  const { id, term, log } = state;
  const prevLogTerm = log.term(prevLogIndex);
  if (prevLogTerm === undefined) return false;
  const { committed: commit } = log;
  state.send({ type: 'AppendEntries', from: id, to, term, prevLogIndex, prevLogTerm, entries, commit });
  return true;
}

/** @returns whether something was sent */
export function sendAppend(state: RaftState, progress: Progress, allowEmpty: boolean): boolean {
  if (progress.isPaused) return false;
  if (!allowEmpty && progress.state === 'replicate' && progress.next > state.log.lastIndex) return false;
  if (progress.repeats > 0 && sendRepeating(state, progress)) return true;
  const entries = entriesFor(state, progress);
  if (entries === undefined) return sendSnapshot(state, progress);
  if (entries.length === 0 && !allowEmpty) return false;
  if (!send(state, progress.id, progress.next - 1, entries)) return sendSnapshot(state, progress);
  progress.sent(entries.length, payloadBytes(entries));
  progress.sentCommit = state.log.committed;
  return true;
}

/**
 * Along with the next entries, if there are any, everything that is not acknowledged: it follows what the member has for certain, so
 * whichever of these messages arrives is of use. Nothing is repeated when it is too much.
 */
function sendRepeating(state: RaftState, progress: Progress): boolean {
  const { id, match, next, inflights } = progress;
  const { log, config } = state;
  if (progress.state !== 'replicate' || inflights.count === 0) return false;
  if (inflights.bytes > config.repeatBytes) return false;
  const end = inflights.isFull ? next : log.lastIndex + 1;
  const entries = entriesFrom(state, match + 1, end, config.maxSizePerMessageBytes);
  const repeated = next - match - 1;
  if (entries === undefined || entries.length < repeated) return false;
  if (!send(state, id, match, entries)) return false;
  progress.sent(entries.length - repeated, payloadBytes(entries.slice(repeated)));
  progress.sentCommit = log.committed;
  progress.repeats -= 1;
  return true;
}

/** As many messages as the window takes. */
export function sendMissing(state: RaftState, progress: Progress): void {
  while (sendAppend(state, progress, false)) {
    // Until there is nothing more to send, or no room.
  }
}

/** A member that has not answered so many times is left to the heartbeats. */
const RESENDS_UNANSWERED = 8;

/**
 * Time has passed without a commit: what should have been acknowledged by now is sent once more, to whoever lacks what is to be
 * committed next. At most `repeatBytes` each.
 */
export function resend(state: RaftState): void {
  const { log } = state;
  if (state.config.repeatBytes === 0 || log.committed === log.lastIndex) return;
  const lacking = state.tracker.members.filter(({ id, match }) => id !== state.id && match <= log.committed);
  // Those who were to make the majority are silent: the others are needed until the next quorum check.
  const isThriftOver = lacking.some(({ isDeferred, unanswered }) => !isDeferred && unanswered > 0);
  for (const progress of lacking) {
    if (isThriftOver) progress.isDeferred = false;
    if (progress.unanswered >= RESENDS_UNANSWERED) continue;
    progress.unanswered += 1;
    resendTo(state, progress);
  }
}

function resendTo(state: RaftState, progress: Progress): void {
  const { id, match, next } = progress;
  switch (progress.state) {
    case 'probe':
      progress.flowPaused = false;
      sendAppend(state, progress, true);
      return;
    case 'replicate':
      if (next > match + 1) {
        const entries = entriesFrom(state, match + 1, next, state.config.repeatBytes);
        if (entries !== undefined) send(state, id, match, entries);
      }
      // Deferred members have not been sent everything yet.
      sendMissing(state, progress);
      return;
    case 'snapshot':
      return;
  }
}

/** AppendEntries, empty if need be, to everyone else. */
export function broadcastAppend(state: RaftState): void {
  for (const progress of state.tracker.members) {
    if (progress.id !== state.id) sendAppend(state, progress, true);
  }
}

/** What everyone else lacks, and nothing to those who lack nothing, or whose time has not come (`thrift.ts`). */
export function broadcastMissing(state: RaftState): void {
  for (const progress of state.tracker.members) {
    if (progress.id !== state.id && !progress.isDeferred) sendAppend(state, progress, false);
  }
}

/** And said so since the last quorum check, or in the window before it, if it is spared in this one. */
function hasEverything({ log, transferee }: RaftState, progress: Progress): boolean {
  const { recentActive, isSpared, state, match, sentCommit } = progress;
  const knowsLog = state === 'replicate' && match === log.lastIndex && sentCommit === log.committed;
  return knowsLog && log.committed === log.lastIndex && (recentActive || isSpared) && transferee === NONE;
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
