/**
 * Which entries a node reports, and which of them are not the leader's.
 *
 * @module
 */
import type { ClusterStatus, NodeStatus } from '../src/runtime/status.js';

/** The term of an entry; null where the node has no such entry, or does not report it. */
export function termAt({ raft }: NodeStatus, index: number): number | null {
  if (raft === null || index > raft.lastIndex) return null;
  return raft.tailTerms[raft.tailTerms.length - 1 - (raft.lastIndex - index)] ?? null;
}

/**
 * Whether an entry is not the leader's. One of its own term can only come from it: where its report does not have that
 * one yet, the report is the older of the two. What is older than the leader's report cannot be compared.
 */
export function contradicts(leader: NodeStatus, index: number, term: number): boolean {
  if (leader.raft === null || index <= leader.raft.lastIndex - leader.raft.tailTerms.length) return false;
  return (termAt(leader, index) ?? leader.raft.term) !== term;
}

/** How many of the reported entries at the end of a node's log are not the leader's. */
export function conflicts(node: NodeStatus, leader: NodeStatus): number {
  const last = node.raft?.lastIndex ?? 0;
  for (let index = last; ; index--) {
    const term = termAt(node, index);
    if (term === null || !contradicts(leader, index, term)) return last - index;
  }
}

/** The last index worth showing: the end of the longest log. */
export function longestLog(status: ClusterStatus): number {
  return Math.max(0, ...status.nodes.map(node => node.raft?.lastIndex ?? 0));
}

/** The oldest entry of which any node reports the term. */
export function oldestReported(status: ClusterStatus): number {
  const firsts = status.nodes.flatMap(({ raft }) =>
    raft === null || raft.tailTerms.length === 0 ? [] : [raft.lastIndex - raft.tailTerms.length + 1],
  );
  return Math.max(1, Math.min(...firsts, longestLog(status)));
}
