/**
 * Who the members of a cluster are by what one of its nodes has stored: the snapshot, or the beginning of the log, and every
 * change of the membership in the log since. `cluster.json` only says which nodes ever lived in a directory.
 *
 * @module
 */
import { nodeOf } from '../node/peer-id.js';
import { decodeConfChange } from '../raft/conf-change.js';
import { RaftError } from '../raft/errors.js';
import type { RaftId } from '../raft/ids.js';
import { Raft } from '../raft/raft.js';
import type { ConfState } from '../raft/snapshot.js';
import type { NodeStorage } from '../storage/node-storage.js';

export interface StoredMembership {
  /** Term and index of the last entry: how new the knowledge is. */
  readonly lastTerm: number;
  readonly lastIndex: number;
  /** The membership as committed, then after each change that is stored behind it and may have been committed too. */
  readonly configurations: readonly ConfState[];
}

const READ_BYTES = 1024 * 1024;

/** @throws StorageError when the log cannot be read */
export function storedMembership(id: RaftId, storage: NodeStorage): StoredMembership {
  const { hardState, confState } = storage.initialState();
  const commit = hardState?.commit ?? 0;
  const lastIndex = storage.lastIndex();
  const raft = new Raft(
    { id, electionTicks: 10, heartbeatTicks: 1, drawElectionTimeout: () => 10, asyncStorageWrites: true },
    storage,
  );
  let configurations: ConfState[] = [confState];
  let next = Math.max(storage.firstIndex(), (storage.snapshot()?.index ?? 0) + 1);
  while (next <= lastIndex) {
    const entries = storage.entries(next, lastIndex + 1, READ_BYTES);
    for (const entry of entries) {
      if (entry.type === 'normal') continue;
      const changed = applied(raft, entry);
      if (changed !== null) configurations = [...(entry.index <= commit ? [] : configurations), changed];
    }
    next += entries.length;
  }
  return { lastTerm: storage.term(lastIndex) ?? 0, lastIndex, configurations };
}

/** Null: the change is not possible, and was without effect. */
function applied(raft: Raft, entry: Parameters<typeof decodeConfChange>[0]): ConfState | null {
  try {
    return raft.applyConfChange(decodeConfChange(entry));
  } catch (error) {
    if (error instanceof RaftError) return null;
    throw error;
  }
}

export const isNewer = (one: StoredMembership, other: StoredMembership): boolean =>
  one.lastTerm > other.lastTerm || (one.lastTerm === other.lastTerm && one.lastIndex > other.lastIndex);

/** The groups of voters of which each must have a majority: two during joint consensus. */
export const voterGroups = ({ voters, outgoing }: ConfState): readonly (readonly RaftId[])[] =>
  outgoing.length === 0 ? [voters] : [voters, outgoing];

export const majorityOf = (voters: readonly RaftId[]): number => Math.floor(voters.length / 2) + 1;

export const nodesOf = (ids: readonly RaftId[]): readonly number[] =>
  ids.map(nodeOf).toSorted((a, b) => a - b);
