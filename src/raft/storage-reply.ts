/**
 * What storage and state machine report: entries and snapshots that are durable, entries that are applied.
 *
 * @module
 */
import { entriesBytes } from './entry-size.js';
import { releaseUncommitted } from './leader-append.js';
import { leaveJointIfDue } from './membership.js';
import type { StorageAppendReply, StorageApplyReply } from './message.js';
import type { RaftState } from './state.js';

function appliedTo(state: RaftState, index: number, bytes: number): void {
  state.log.appliedTo(Math.max(index, state.log.applied), bytes);
  leaveJointIfDue(state);
}

/** A durable snapshot is applied as well: installing it is both. */
export function acknowledgeSnapshot(state: RaftState, reply: StorageAppendReply): void {
  if (reply.snapshot === null) return;
  state.log.unstable.stableSnapshotTo(reply.snapshot.index);
  appliedTo(state, reply.snapshot.index, 0);
}

export function acknowledgeAppend(state: RaftState, reply: StorageAppendReply): void {
  if (reply.index !== 0) state.log.unstable.stableTo(reply.index, reply.logTerm);
  acknowledgeSnapshot(state, reply);
}

export function acknowledgeApply(state: RaftState, reply: StorageApplyReply): void {
  const last = reply.entries.at(-1);
  if (last === undefined) return;
  appliedTo(state, last.index, entriesBytes(reply.entries));
  releaseUncommitted(state, reply.entries);
}
