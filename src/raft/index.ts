/**
 * The Raft core: a pure state machine without I/O.
 *
 * @module
 */
export {
  type ConfChange,
  type ConfChangeKind,
  type ConfChangeOperation,
  decodeConfChange,
  encodeConfChange,
  encodeSimpleConfChange,
  LEAVE_JOINT,
  type Transition,
} from './conf-change.js';
export type { RaftConfig } from './config.js';
export { EMPTY_DATA, type Entry, type EntryType } from './entry.js';
export { entriesBytes, entryBytes, payloadBytes, prefixWithin } from './entry-size.js';
export { RaftError, type RaftErrorCode } from './errors.js';
export { APPEND_THREAD, APPLY_THREAD, NONE, type RaftId, raftId } from './ids.js';
export type { LogReader } from './log-reader.js';
export type * from './message.js';
export type { ProgressState } from './progress.js';
export { Raft } from './raft.js';
export type { ReadState, Ready, Role, SoftState } from './ready.js';
export type { ConfState, Snapshot } from './snapshot.js';
export type { ProgressStatus, RaftStatus } from './status.js';
