/**
 * What lies in a data directory: of a whole cluster, or of a single node. Nothing is changed.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { nodeIndex, raftIdOf } from '../node/peer-id.js';
import { DiskError } from '../storage/disk.js';
import { DryRunDisk } from '../storage/dry-run-disk.js';
import { type DirectoryReport, inspectDirectory } from '../storage/inspect.js';
import type { ConfState, StorageIdentity } from '../storage/model.js';
import { NodeStorage } from '../storage/node-storage.js';
import { StorageError } from '../storage/storage-error.js';
import { CLUSTER_FILE, type ClusterRecord, DataDirectory, type NodeRecord } from './data-directory.js';

export interface InspectedNode {
  /** Name of its folder. */
  readonly name: string;
  /** What the cluster file says of it; null when a node's folder was given alone. */
  readonly record: NodeRecord | null;
  /** Null when its folder cannot be read: `problem` says why. */
  readonly report: DirectoryReport | null;
  readonly problem: string | null;
}

export interface InspectedData {
  readonly path: string;
  /** Null when a node's folder was given alone. */
  readonly cluster: Pick<ClusterRecord, 'clusterId' | 'founders'> | null;
  readonly nodes: readonly InspectedNode[];
}

/** @throws DataDirectoryError when it is neither a cluster's directory nor a node's */
export function inspectData(directory: string): InspectedData {
  const path = resolve(directory);
  if (!existsSync(join(path, CLUSTER_FILE)) && existsSync(join(path, 'meta'))) {
    return { path, cluster: null, nodes: [inspectNode(path, null, null)] };
  }
  const data = DataDirectory.existing(path);
  const { clusterId, founders } = data;
  const nodes = data.nodes
    .filter(record => !record.isRemoved)
    .map(record => inspectNode(data.nodeDirectory(record.node), record, ownerOf(clusterId, record)));
  return { path, cluster: { clusterId, founders }, nodes };
}

const NOBODY: ConfState = { voters: [], outgoing: [], learners: [], learnersNext: [], autoLeave: false };

const ownerOf = (clusterId: string, { node, incarnation }: NodeRecord): StorageIdentity => ({
  clusterId,
  node,
  incarnation,
  raftId: raftIdOf(nodeIndex(node), incarnation),
});

/** @param owner whose files these should be; null: not known */
function inspectNode(path: string, record: NodeRecord | null, owner: StorageIdentity | null): InspectedNode {
  const name = basename(path);
  try {
    const report = inspectDirectory(new DryRunDisk(path));
    const isEmpty = report.meta === null && report.segments.length === 0 && report.snapshots.length === 0;
    if (isEmpty) {
      return { name, record, report, problem: record?.hasStarted === true ? 'its files are gone' : null };
    }
    // What is wrong between the files shows only when they are put together.
    const problem = report.problems.length > 0 ? null : refusalOf(path, report, owner);
    return { name, record, report, problem };
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    return { name, record, report: null, problem: `${error.code}: ${error.message}` };
  }
}

/** What would keep the node from starting; null: nothing. */
function refusalOf(path: string, { meta }: DirectoryReport, owner: StorageIdentity | null): string | null {
  const identity = owner ?? meta;
  if (identity === null) return 'meta-missing: there is a log but no meta file';
  try {
    NodeStorage.open(new DryRunDisk(path), { ...identity, initialMembers: NOBODY }).close();
    return null;
  } catch (error) {
    if (error instanceof StorageError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

/** Every problem of every node, its folder's name first. */
export function problemsOf({ nodes }: InspectedData): readonly string[] {
  return nodes.flatMap(({ name, report, problem }) =>
    [...(problem === null ? [] : [problem]), ...(report?.problems ?? [])].map(text => `${name}: ${text}`),
  );
}
