/**
 * What a cluster's runtime asks of the nodes that run on other hosts.
 *
 * @module
 */
import type { ControlRequest } from '../node/control.js';
import type { LinkStatus } from './status.js';
import type { NodeFacts } from './status-board.js';

export interface OtherHosts {
  /** By what the node's host said last; a node whose host is not reached counts as down. */
  facts(node: number): NodeFacts;
  /** The link as the sender's host has it; null: it has not said. */
  link(from: number, to: number): LinkStatus | null;
  /** Resolves with the log index at which it was done. @throws ControlError */
  ask(node: number, request: ControlRequest): Promise<number>;
}
