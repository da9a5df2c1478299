/**
 * What a start of each node would find in its directory, tried without changing anything.
 *
 * @module
 */
import { existsSync, readdirSync } from 'node:fs';
import { KvError } from '../kv/kv-error.js';
import { loadMachine } from '../node/load-machine.js';
import { nodeIndex, raftIdOf } from '../node/peer-id.js';
import { DiskError } from '../storage/disk.js';
import { DryRunDisk } from '../storage/dry-run-disk.js';
import { type Explanation, explain } from '../storage/explain.js';
import { NodeStorage } from '../storage/node-storage.js';
import { StorageError } from '../storage/storage-error.js';
import type { DataDirectory, NodeRecord } from './data-directory.js';
import { type StoredMembership, storedMembership } from './stored-membership.js';

/** `whole`: it starts. `missing`: its files are gone. `unused`: it never took part. `refused`: it does not start. */
export type NodeCondition = 'whole' | 'missing' | 'unused' | 'refused';

export interface NodeDiagnosis {
  readonly node: number;
  readonly condition: NodeCondition;
  /** Of what was found wrong; null when `condition` is not `refused`. */
  readonly code: string | null;
  readonly message: string;
  /** What that means and what helps; null where there is nothing to explain. */
  readonly explanation: Explanation | null;
  /** What recovery would put right by itself. */
  readonly repairs: readonly string[];
}

export interface ExaminedNode {
  readonly diagnosis: NodeDiagnosis;
  /** Who the members are by what it has stored; null unless it is whole. */
  readonly membership: StoredMembership | null;
}

const MISSING: Explanation = {
  meaning: 'Everything this node had promised is gone with its files.',
  advice: 'Start the cluster: the node joins again by itself, as a new member.',
  rebuildHelps: true,
};

const UNREADABLE: Explanation = {
  meaning: 'The snapshot is as it was written, but its content cannot be read.',
  advice: 'Rebuild the node from its peers.',
  rebuildHelps: true,
};

const DISK: Explanation = {
  meaning: 'The operating system could not read the files.',
  advice: 'Check the disk and the permissions of the files before anything else.',
  rebuildHelps: true,
};

/** Tries a start of the node. Changes nothing. */
export function examineNode(directory: DataDirectory, record: NodeRecord): ExaminedNode {
  const { node } = record;
  const path = directory.nodeDirectory(node);
  const nothing = { node, code: null, explanation: null, repairs: [] };
  const without = (diagnosis: NodeDiagnosis): ExaminedNode => ({ diagnosis, membership: null });
  const isEmpty = isEmptyAt(path);
  if (isEmpty instanceof DiskError) {
    return without({ ...nothing, condition: 'refused', ...reasonOf(isEmpty) });
  }
  if (isEmpty && !record.hasStarted) {
    return without({ ...nothing, condition: 'unused', message: 'it has no data yet' });
  }
  if (isEmpty) {
    const message = `${path} is empty or gone`;
    return without({ ...nothing, condition: 'missing', message, explanation: MISSING });
  }
  try {
    const { repairs, membership } = tryStart(directory, record, path);
    const diagnosis: NodeDiagnosis = {
      ...nothing,
      condition: 'whole',
      message: 'all files are in order',
      repairs,
    };
    return { diagnosis, membership };
  } catch (error) {
    return without({ ...nothing, condition: 'refused', ...reasonOf(error) });
  }
}

function isEmptyAt(path: string): boolean | DiskError {
  try {
    return !existsSync(path) || readdirSync(path).length === 0;
  } catch (error) {
    return new DiskError('access-denied', path, error instanceof Error ? error.message : String(error));
  }
}

/** @returns the reports of its recovery, and the members it knows. @throws what would keep it from starting */
function tryStart(
  directory: DataDirectory,
  { node, incarnation }: NodeRecord,
  path: string,
): { readonly repairs: readonly string[]; readonly membership: StoredMembership } {
  const raftId = raftIdOf(nodeIndex(node), incarnation);
  const storage = NodeStorage.open(new DryRunDisk(path), {
    clusterId: directory.clusterId,
    node,
    incarnation,
    raftId,
    initialMembers: { voters: [], outgoing: [], learners: [], learnersNext: [], autoLeave: false },
  });
  try {
    loadMachine(storage);
    const repairs = storage.recovery.reports.map(({ message }) => message);
    return { repairs, membership: storedMembership(raftId, storage) };
  } finally {
    storage.close();
  }
}

function reasonOf(error: unknown): Pick<NodeDiagnosis, 'code' | 'message' | 'explanation'> {
  if (error instanceof StorageError) {
    return { code: error.code, message: error.message, explanation: explain(error.code) };
  }
  if (error instanceof KvError) return { code: error.code, message: error.message, explanation: UNREADABLE };
  if (error instanceof DiskError) return { code: error.code, message: error.message, explanation: DISK };
  throw error;
}
