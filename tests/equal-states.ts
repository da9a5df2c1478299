/**
 * Whether nodes hold the same, by what they report.
 *
 * @module
 */
import type { NodeStatus } from '../src/runtime/status.js';

/** All have applied equally far, and what they have told of their state is not older than that. */
export function haveEqualStates(nodes: readonly NodeStatus[]): boolean {
  const areHashed = nodes.every(({ raft, hashedIndex }) => raft?.applied === hashedIndex);
  return areHashed && new Set(nodes.map(node => `${node.hashedIndex} ${node.stateHash}`)).size === 1;
}
