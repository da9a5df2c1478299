/**
 * How nodes of the config and members of the raft group name each other.
 *
 * A node that lost its directory must not vote as its former self, so it comes back under the next incarnation, which
 * is another raft id of the same node.
 *
 * @module
 */
import { type RaftId, raftId } from '../raft/ids.js';

/** 0-based, below 255: row and column of the matrix; its port is `port_start` + node. */
export type NodeIndex = number & { readonly __brand: 'NodeIndex' };

export const nodeIndex = (node: number): NodeIndex => node as NodeIndex;

export const raftIdOf = (node: NodeIndex, incarnation = 0): RaftId => raftId((incarnation << 8) | (node + 1));

export const nodeOf = (id: RaftId): NodeIndex => nodeIndex((id & 0xff) - 1);
