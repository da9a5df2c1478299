/**
 * What comes from the leader: entries, commit index, snapshots (paper, Figure 2, AppendEntries; section 7).
 * Followers and candidates handle it alike.
 *
 * @module
 */
import type { RaftId } from './ids.js';
import { restoreConfiguration } from './membership.js';
import type { AppendEntries, Heartbeat, InstallSnapshot } from './message.js';
import type { ConfState, Snapshot } from './snapshot.js';
import type { RaftState } from './state.js';

function accept(state: RaftState, to: RaftId, index: number): void {
  state.sendAfterAppend({
    type: 'AppendEntriesReply',
    from: state.id,
    to,
    term: state.term,
    index,
    reject: false,
    hintIndex: 0,
    hintTerm: 0,
  });
}

function handleAppend(state: RaftState, message: AppendEntries): void {
  const { log } = state;
  const { from, prevLogIndex, prevLogTerm, entries } = message;
  if (prevLogIndex < log.committed) {
    // What is committed matches for certain; there is no need to look.
    accept(state, from, log.committed);
    return;
  }
  if (log.tryAppend(prevLogIndex, prevLogTerm, entries, message.commit)) {
    accept(state, from, prevLogIndex + entries.length);
    return;
  }
  const hint = log.findConflict(Math.min(prevLogIndex, log.lastIndex), prevLogTerm);
  state.sendAfterAppend({
    type: 'AppendEntriesReply',
    from: state.id,
    to: from,
    term: state.term,
    index: prevLogIndex,
    reject: true,
    hintIndex: hint.index,
    hintTerm: hint.term,
  });
}

function handleHeartbeat(state: RaftState, message: Heartbeat): void {
  state.log.commitTo(message.commit);
  const { from, readSequence } = message;
  state.send({ type: 'HeartbeatReply', from: state.id, to: from, term: state.term, readSequence });
}

function handleSnapshot(state: RaftState, message: InstallSnapshot): void {
  const isInstalled = install(state, message.snapshot);
  accept(state, message.from, isInstalled ? state.log.lastIndex : state.log.committed);
}

const isMember = (configuration: ConfState, id: RaftId): boolean =>
  configuration.voters.includes(id) ||
  configuration.learners.includes(id) ||
  configuration.outgoing.includes(id);

/** @returns false if the snapshot is of no use here */
function install(state: RaftState, snapshot: Snapshot): boolean {
  const { log } = state;
  if (snapshot.index <= log.committed) return false;
  if (!isMember(snapshot.confState, state.id)) return false;
  if (log.matches(snapshot.index, snapshot.term)) {
    // The log has it all, and perhaps more than the snapshot: only the news of the commit is taken.
    log.commitTo(snapshot.index);
    return false;
  }
  log.restore(snapshot);
  restoreConfiguration(state, snapshot.confState);
  return true;
}

/** Shared with candidates: the leader of this term has spoken. */
export function handleFromLeader(
  state: RaftState,
  message: AppendEntries | Heartbeat | InstallSnapshot,
): void {
  switch (message.type) {
    case 'AppendEntries':
      handleAppend(state, message);
      return;
    case 'Heartbeat':
      handleHeartbeat(state, message);
      return;
    case 'InstallSnapshot':
      handleSnapshot(state, message);
      return;
  }
}
