/**
 * How nodes of the config and members of the raft group name each other.
 *
 * A node that lost its directory must not vote as its former self, so it comes back under the next incarnation, which
 * is another raft id of the same node.
 *
 * @module
 */
import { type RaftId, raftId } from '../raft/ids.js';

/** 0-based: row and column of the matrix; its port is `port_start` + node. */
export type NodeIndex = number & { readonly __brand: 'NodeIndex' };

export const nodeIndex = (node: number): NodeIndex => node as NodeIndex;

/** Nodes are numbered 0–254, so that `node + 1` fits the low byte of a raft id. */
export const MAX_NODES = 255;

export const raftIdOf = (node: NodeIndex, incarnation = 0): RaftId => raftId((incarnation << 8) | (node + 1));

export const nodeOf = (id: RaftId): NodeIndex => nodeIndex((id & 0xff) - 1);

export const incarnationOf = (id: RaftId): number => id >> 8;
