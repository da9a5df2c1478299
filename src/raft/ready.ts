/**
 * What the core wants done: store, send, apply, answer. Dissertation 10.2.1; etcd-io/raft `Ready`.
 *
 * In asynchronous mode (`asyncStorageWrites`, the driver's mode) `messages` may all leave at once: storage work is in
 * it, as `StorageAppend` to `APPEND_THREAD` and `StorageApply` to `APPLY_THREAD`, and what depends on durability rides in
 * their `responses`. In synchronous mode the caller stores `hardState`, `entries` and `snapshot`, then sends
 * `messages`, applies `committedEntries`, and calls `advance()`.
 *
 * @module
 */
import type { Entry } from './entry.js';
import type { RaftId } from './ids.js';
import type { HardState, Message } from './message.js';
import type { Snapshot } from './snapshot.js';

export type Role = 'follower' | 'pre-candidate' | 'candidate' | 'leader';

export interface SoftState {
  readonly leader: RaftId;
  readonly role: Role;
}

/** The read `context` may be served once everything up to `index` is applied. */
export interface ReadState {
  readonly index: number;
  readonly context: string;
}

export interface Ready {
  /** Null when unchanged since the last Ready. */
  readonly softState: SoftState | null;
  readonly hardState: HardState | null;
  readonly readStates: readonly ReadState[];
  readonly entries: readonly Entry[];
  readonly snapshot: Snapshot | null;
  readonly committedEntries: readonly Entry[];
  readonly messages: readonly Message[];
  /** Entries to store, or term or vote changed: the write must be synced before anything depends on it. */
  readonly mustSync: boolean;
}
