/**
 * Variables of a node by name, as JSON-able data: those of the original program, and ours.
 *
 * @module
 */
import { describeBatch } from '../kv/describe-batch.js';
import { decodeConfChange } from '../raft/conf-change.js';
import type { Entry } from '../raft/entry.js';
import { raftId } from '../raft/ids.js';
import type { Raft } from '../raft/raft.js';
import type { NodeStorage } from '../storage/node-storage.js';
import type { DriverStatus } from './driver-status.js';
import { nodeOf } from './peer-id.js';

const LOG_ENTRIES_SHOWN = 100;
const LOG_BYTES_SHOWN = 1024 * 1024;

/** `entry:1284`: one entry with its commands in words. */
const ENTRY_VARIABLE = /^entry:(\d{1,15})$/;

/** Names that `describeVariable` knows, beside the fields of `DriverStatus` and of its `raft`. */
export const DEBUG_VARIABLES = [
  'all',
  'matchIndex',
  'nextIndex',
  'log',
  'currentTerm',
  'votedFor',
  'commitIndex',
  'lastApplied',
  'state',
  'leader',
  'members',
  'entry:INDEX',
] as const;

/** Undefined: no variable has this name. */
export function describeVariable(
  variable: string,
  raft: Raft,
  storage: NodeStorage,
  status: () => DriverStatus,
): unknown {
  switch (variable) {
    case 'matchIndex':
      return byNode(raft, 'match');
    case 'nextIndex':
      return byNode(raft, 'next');
    case 'log':
      return logTail(storage);
    case 'currentTerm':
      return raft.term;
    case 'votedFor':
      return status().raft.vote;
    case 'commitIndex':
      return raft.commitIndex;
    case 'lastApplied':
      return status().raft.applied;
    case 'state':
      return raft.role;
    case 'members':
      return raft.configuration;
    case 'all':
      return {
        ...status(),
        matchIndex: byNode(raft, 'match'),
        nextIndex: byNode(raft, 'next'),
        log: logTail(storage),
      };
    default: {
      const [, index] = ENTRY_VARIABLE.exec(variable) ?? [];
      return index === undefined ? fieldOf(status(), variable) : entryAt(storage, Number(index));
    }
  }
}

function fieldOf(status: DriverStatus, name: string): unknown {
  const fields: Readonly<Record<string, unknown>> = { ...status, ...status.raft, raft: status.raft };
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/** Only a leader knows; empty elsewhere. */
function byNode(raft: Raft, field: 'match' | 'next'): Readonly<Record<string, number>> {
  const { progress } = raft.status();
  return Object.fromEntries(progress.map(follower => [String(nodeOf(follower.id)), follower[field]]));
}

/** The newest entries, oldest first. */
function logTail(storage: NodeStorage): readonly unknown[] {
  const last = storage.lastIndex();
  const from = Math.max(storage.firstIndex(), last - LOG_ENTRIES_SHOWN + 1);
  if (from > last) return [];
  return storage.entries(from, last + 1, LOG_BYTES_SHOWN).map(describeEntry);
}

/** Null: the log does not hold it (any more, or yet). */
function entryAt(storage: NodeStorage, index: number): unknown {
  if (index < storage.firstIndex() || index > storage.lastIndex()) return null;
  const [entry] = storage.entries(index, index + 1, LOG_BYTES_SHOWN);
  if (entry === undefined) return null;
  return { ...describeEntry(entry), ...contentOf(entry) };
}

function contentOf({ type, data }: Entry): object {
  if (type !== 'normal') {
    const { operations } = decodeConfChange({ type, data });
    return { operations: operations.map(({ kind, id }) => ({ kind, node: nodeOf(id) })) };
  }
  const batch = data.length === 0 ? null : describeBatch(data);
  if (batch === null) return {};
  const { origin, sequence, timeMs, commands, more } = batch;
  return { origin: nodeOf(raftId(origin)), sequence, timeMs, commands, more };
}

function describeEntry({ index, term, type, data }: Entry): object {
  return { index, term, type, bytes: data.length };
}
