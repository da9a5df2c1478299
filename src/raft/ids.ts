/**
 * Raft ids: the identity of a member of the group, 1 or more.
 *
 * @module
 */
export type RaftId = number & { readonly __brand: 'RaftId' };

/** No member: no leader known, no vote given. */
export const NONE = 0 as RaftId;

/** Sender or receiver of storage messages in asynchronous mode; never a member. */
export const APPEND_THREAD = -1 as RaftId;
export const APPLY_THREAD = -2 as RaftId;

export const raftId = (id: number): RaftId => id as RaftId;
