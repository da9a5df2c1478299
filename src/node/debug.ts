/**
 * Variables of a node by name, as JSON-able data: those of the original program, and ours.
 *
 * @module
 */
import type { Entry } from '../raft/entry.js';
import type { Raft } from '../raft/raft.js';
import type { NodeStorage } from '../storage/node-storage.js';
import type { DriverStatus } from './driver-status.js';
import { nodeOf } from './peer-id.js';

const LOG_ENTRIES_SHOWN = 100;
const LOG_BYTES_SHOWN = 1024 * 1024;

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
    default:
      return fieldOf(status(), variable);
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

function describeEntry({ index, term, type, data }: Entry): unknown {
  return { index, term, type, bytes: data.length };
}
