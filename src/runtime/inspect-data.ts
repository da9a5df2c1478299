/**
 * What lies in a data directory: of a whole cluster, or of a single node. Nothing is changed.
 *
 * @module
 */
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { DiskError } from '../storage/disk.js';
import { DryRunDisk } from '../storage/dry-run-disk.js';
import { type DirectoryReport, inspectDirectory } from '../storage/inspect.js';
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
    return { path, cluster: null, nodes: [inspectNode(path, null)] };
  }
  const data = DataDirectory.existing(path);
  const { clusterId, founders } = data;
  const nodes = data.nodes
    .filter(record => !record.isRemoved)
    .map(record => inspectNode(data.nodeDirectory(record.node), record));
  return { path, cluster: { clusterId, founders }, nodes };
}

function inspectNode(path: string, record: NodeRecord | null): InspectedNode {
  const name = basename(path);
  try {
    const report = inspectDirectory(new DryRunDisk(path));
    const isEmpty = report.meta === null && report.segments.length === 0 && report.snapshots.length === 0;
    const isLost = isEmpty && record?.hasStarted === true;
    return { name, record, report, problem: isLost ? 'its files are gone' : null };
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    return { name, record, report: null, problem: `${error.code}: ${error.message}` };
  }
}

/** Every problem of every node, its folder's name first. */
export function problemsOf({ nodes }: InspectedData): readonly string[] {
  return nodes.flatMap(({ name, report, problem }) =>
    [...(problem === null ? [] : [problem]), ...(report?.problems ?? [])].map(text => `${name}: ${text}`),
  );
}
