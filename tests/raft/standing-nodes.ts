/**
 * Single nodes in the standing from which most rules start.
 *
 * @module
 */
import * as assert from 'uvu/assert';
import { type Message, type Role, raftId } from '../../src/raft/index.js';
import { heartbeat, type NodeOptions, SingleNode } from './single-node.js';

/** Leader of term 1 with its no-op at 1 committed; both followers replicate. */
export function leader(options: NodeOptions = {}): SingleNode {
  const node = new SingleNode(options);
  node.lead(2, 3);
  node.acknowledge(2);
  node.acknowledge(3);
  return node;
}

/** A node in each role, in term 2. */
export function inRole(role: Role, options: NodeOptions = {}): SingleNode {
  const node = new SingleNode({ term: 1, preVote: role === 'pre-candidate', ...options });
  switch (role) {
    case 'follower':
      node.step(heartbeat(2, 2));
      break;
    case 'leader':
      node.lead(2);
      break;
    case 'candidate':
    case 'pre-candidate':
      node.core.campaign();
      node.flush();
      break;
  }
  assert.is(node.core.role, role);
  return node;
}

/** The transport says that `id` cannot be reached; answers what the node sends. */
export const unreachable = (node: SingleNode, id: number): readonly Message[] => {
  node.core.reportUnreachable(raftId(id));
  return node.flush();
};
