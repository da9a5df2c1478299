/**
 * Description of a snapshot: where it stands in the log and who was a member there. The bytes are the driver's.
 *
 * @module
 */
import type { RaftId } from './ids.js';

/** Membership as it is stored in snapshots. `outgoing` is non-empty only in joint consensus. */
export interface ConfState {
  readonly voters: readonly RaftId[];
  readonly outgoing: readonly RaftId[];
  readonly learners: readonly RaftId[];
  readonly learnersNext: readonly RaftId[];
  readonly autoLeave: boolean;
}

export interface Snapshot {
  readonly index: number;
  readonly term: number;
  readonly confState: ConfState;
}
