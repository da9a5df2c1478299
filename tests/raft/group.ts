/**
 * What scenarios begin with.
 *
 * @module
 */
import { type ConfChange, type ConfChangeKind, raftId } from '../../src/raft/index.js';
import { Cluster, type ClusterNode, type ClusterOptions } from './cluster.js';

/** A group whose leader is `id`. */
export function elected(id: number, options: ClusterOptions): Cluster {
  const cluster = new Cluster(options);
  cluster.elect(id);
  return cluster;
}

/** A change of one member. */
export const change = (kind: ConfChangeKind, id: number): ConfChange => ({
  transition: 'auto',
  operations: [{ kind, id: raftId(id) }],
});

/** Proposes at the leader. @returns the index of the entry */
export function propose(cluster: Cluster, node: ClusterNode, text: string): number {
  if (!cluster.propose(node, text)) throw new Error('the proposal was dropped');
  return node.core.lastIndex;
}

/** Nodes that have applied `index`. */
export const appliedBy = (cluster: Cluster, index: number): readonly number[] =>
  cluster.nodes.filter(node => node.core.appliedIndex >= index).map(node => node.id);
